/** Reads the file of settings, and the name of the service, from where the application was started. Main thread. */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { TelemetryError } from '../index.ts'
import { CONFIG_ENV } from './settings.ts'

const FILE_NAME = 'offloop.json'

/** The file that OFFLOOP_CONFIG names, or else `offloop.json` of the working directory, where there is one.
 *  @throws TelemetryError OFFLOOP_CONFIG */
export function readSettingsFile(
  env: Readonly<Record<string, string | undefined>>,
  directory: string,
): { name: string; content: unknown } | undefined {
  const named = env[CONFIG_ENV] || undefined
  const name = named ?? FILE_NAME
  const text = textOf(named ?? join(directory, FILE_NAME), named !== undefined)
  if (text === undefined) return undefined
  try {
    return { name, content: JSON.parse(text) }
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : cause
    throw new TelemetryError('OFFLOOP_CONFIG', { at: name, got, fix: 'make it valid JSON', cause })
  }
}

/** @throws TelemetryError OFFLOOP_CONFIG unless the file may be missing, and is */
function textOf(path: string, isNamed: boolean): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const { code } = cause as { code?: unknown }
    if (!isNamed && code === 'ENOENT') return undefined
    const fix = isNamed ? `let ${CONFIG_ENV} name a file that can be read` : 'make it a file that can be read'
    throw new TelemetryError('OFFLOOP_CONFIG', {
      at: isNamed ? CONFIG_ENV : path,
      got: code ?? cause,
      fix,
      cause,
    })
  }
}

/** What the service is called unless a setting says it: as its package, or else as its program. */
export function serviceNameOf(directory: string, program: string | undefined): string {
  try {
    const { name } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { name?: unknown }
    if (typeof name === 'string' && name !== '') return name
  } catch {
    // No package, then.
  }
  return program === undefined ? 'unknown_service:node' : basename(program).replace(/\.[cm]?[jt]s$/, '')
}
