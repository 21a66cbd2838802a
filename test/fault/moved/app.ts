/** An application outside the repository, with the package installed as npm would: nothing in it leads back here. */
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const FIXTURES = fileURLToPath(new URL('./fixtures', import.meta.url))
const RUN_TIMEOUT_MS = 30_000

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }

/** The worker's file among those of the package. */
export const WORKER_FILE: string = `offloop-aggregator-${version}.cjs`

/** What the program prints when everything works. */
export const WORKS = { count: 100, p95: 95, actual: 95, ok: true }

export interface Run {
  readonly code: number | null
  /** What each worker thread was started from: a path, or `inlined`. */
  readonly started: readonly string[]
  readonly stdout: string
  readonly stderr: string
}

export class App {
  readonly folder: string

  constructor(name = 'an app') {
    this.folder = join(realpathSync(mkdtempSync(join(tmpdir(), 'offloop-moved-'))), name)
    mkdirSync(this.folder)
    this.write('package.json', '{ "private": true, "type": "module" }')
    cpSync(FIXTURES, this.folder, { recursive: true })
    installPackage(this.folder)
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts)
  }

  write(name: string, text: string): string {
    mkdirSync(dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), text)
    return this.path(name)
  }

  /** Puts the worker's file where it would be copied to. */
  copyWorkerTo(...parts: string[]): string {
    const target = this.path(...parts, WORKER_FILE)
    cpSync(join(ROOT, 'dist', WORKER_FILE), target)
    return target
  }

  /** Runs a program with these arguments of Node, spied on, in this folder. */
  run(...given: string[]): Promise<Run> {
    return this.runNode(['--require', this.path('spy.cjs'), ...given])
  }

  runNode(given: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
    return runNode(given, { cwd: this.folder, env })
  }

  remove(): void {
    rmSync(dirname(this.folder), { recursive: true, force: true })
  }
}

/** The package and what it depends on, copied. */
export function installPackage(folder: string): string {
  const installed = join(folder, 'node_modules', 'offloop')
  cpSync(join(ROOT, 'package.json'), join(installed, 'package.json'))
  cpSync(join(ROOT, 'dist'), join(installed, 'dist'), { recursive: true })
  for (const name of ['comlink', 'msgpackr']) {
    cpSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true })
  }
  return installed
}

/** The program worked, and its worker ran from there. */
export function expectWorking(run: Run, from: string): void {
  expect(run, run.stderr).toMatchObject({ code: 0, started: [from] })
  expect(JSON.parse(run.stdout)).toEqual(WORKS)
}

function runNode(
  given: readonly string[],
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Run> {
  // Not this process's environment: the runner of these tests says things there that change how others run.
  const { PATH, HOME, TMPDIR, SystemRoot } = process.env
  const child = spawn(process.execPath, given, {
    cwd,
    env: { PATH, HOME, TMPDIR, SystemRoot, ...env },
    timeout: RUN_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => {
      const started = [...stderr.matchAll(/^started (.*)$/gm)].map(([, from]) => JSON.parse(from!) as string)
      resolve({ code, started, stdout, stderr })
    })
  })
}
