/** Starts a program as `node --import offloop/register` does, and asks it what was measured. Needs the built package. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { onTestFinished } from 'vitest'

const APPS: string = join(import.meta.dirname, 'apps')
export const REGISTER: string = pathToFileURL(join(import.meta.dirname, '../../dist/register/index.js')).href

export interface MeasuredSeries {
  readonly metric: string
  readonly labels: Readonly<Record<string, string>>
  readonly total: number
  readonly max: number | undefined
}

export interface MeasuredApp {
  readonly url: string
  readonly child: ChildProcess
  readonly stderr: () => string
  /** Series of metrics of HTTP. */
  series(): Promise<readonly MeasuredSeries[]>
  /** `GET /users/:id 200` → how often, of requests the program has answered. */
  served(): Promise<Record<string, number>>
  ask(question: string, accept?: string): Promise<unknown>
}

export interface StartOptions {
  readonly args?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  readonly imports?: readonly string[]
}

/** A directory of its own, without settings and without a package. */
export function emptyDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'offloop-register-'))
}

export function spawnApp(
  file: string,
  { args = [], env = {}, cwd = emptyDirectory(), imports = [REGISTER] }: StartOptions = {},
): { child: ChildProcess; stdout: () => string; stderr: () => string } {
  const child = spawn(
    process.execPath,
    [...imports.flatMap(each => ['--import', each]), join(APPS, file), ...args],
    {
      cwd,
      // Any free port: tests run beside each other.
      env: { ...process.env, NODE_OPTIONS: '', OFFLOOP_HTTP_PORT: '0', OFFLOOP_SERVICE: 'tested', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  )
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', chunk => {
    stdout += chunk
  })
  child.stderr?.on('data', chunk => {
    stderr += chunk
  })
  return { child, stdout: () => stdout, stderr: () => stderr }
}

/** The program has told its address. */
export async function startApp(file: string, options: StartOptions = {}): Promise<MeasuredApp> {
  const { child, stderr } = spawnApp(file, options)
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`it has ended with ${code ?? signal}: ${stderr()}`)
  })
  ended.catch(() => {})
  const answers = new Map<number, (answer: unknown) => void>()
  const url = await Promise.race([
    ended,
    new Promise<string>(resolve => {
      child.on('message', (message: { type: string; url?: string; id?: number; answer?: unknown }) => {
        if (message.type === 'url') resolve(message.url!)
        if (message.type === 'answer') answers.get(message.id!)?.(message.answer)
      })
    }),
  ])
  let lastId = 0
  const ask = (question: string, accept?: string) => {
    const id = ++lastId
    const answer = new Promise<unknown>(resolve => answers.set(id, resolve))
    child.send({ id, question, accept })
    return Promise.race([answer, ended])
  }
  const series = async () =>
    ((await ask('snapshot')) as MeasuredSeries[]).filter(({ metric }) => metric.startsWith('http.'))
  const served = async () => {
    const durations = (await series()).filter(({ metric }) => metric === 'http.server.request.duration')
    return Object.fromEntries(durations.map(({ labels, total }) => [servedKey(labels), total]))
  }
  return { url, child, stderr, series, served, ask }
}

/** `GET /users/:id 200`, and the kind of error unless the status says it. */
function servedKey(labels: Readonly<Record<string, string>>): string {
  const status = labels['http.response.status_code']!
  const error = labels['error.type'] === status ? '' : labels['error.type']!
  return [labels['http.request.method'], labels['http.route'] || '-', status || '-', error]
    .filter(text => text !== '')
    .join(' ')
}

/** Requests begun and not ended, of all methods. */
export function activeIn(series: readonly MeasuredSeries[]): number {
  const totalOf = (name: string) =>
    series.filter(({ metric }) => metric === name).reduce((sum, { total }) => sum + total, 0)
  return totalOf('http.server.active_requests:begun') - totalOf('http.server.active_requests:ended')
}
