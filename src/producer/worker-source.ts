/** Decides what the aggregator thread is started from: the built file, or the copy inlined beside this code where there
 *  is no such file (docs/adr/0009). Creating thread. */
import { SHARE_ENV, Worker, type WorkerOptions } from 'node:worker_threads'
import { TelemetryError } from '../shared/errors.ts'
import { inlinedWorker, workerFileName, workerFileUrl } from './built-worker.ts'

/** Where this code runs as CommonJS: the file it is part of. */
declare const __filename: string | undefined

/** Packed file systems that the main thread was taught to read, by Yarn or Electron, and a new thread was not. */
const INSIDE_ARCHIVE = /\.(?:zip|asar)[\\/]/

/** Starts the aggregator thread. Looked up anew each time: the file may go while the process runs.
 *  @throws TelemetryError OFFLOOP_WORKER_START */
export function startWorker(options: WorkerOptions): Worker {
  const file = workerFile()
  if (file === undefined && inlinedWorker === undefined) {
    throw new TelemetryError('OFFLOOP_WORKER_START', { got: workerFileName, fix: 'run npm run build' })
  }
  try {
    return new Worker(file ?? (inlinedWorker as string), {
      ...options,
      eval: file === undefined,
      // What the application has Node load first (--import, --require, loaders) is not for this thread. Code that creates
      // a telemetry would do so here as well, and there again. Only what the process may not do, the thread may not do either.
      execArgv: permissionFlags(),
      env: environment(),
    })
  } catch (cause) {
    const isForbidden = (cause as { code?: unknown } | undefined)?.code === 'ERR_ACCESS_DENIED'
    throw new TelemetryError('OFFLOOP_WORKER_START', {
      cause,
      got: cause instanceof Error ? cause.message : cause,
      fix: isForbidden
        ? 'allow it: node --permission --allow-worker'
        : 'see the cause; a thread needs memory, and a place under the limit of processes',
    })
  }
}

/** Path of the built file, if it is there and may be read. A path and not a URL: in a test's context, or beside a DOM,
 *  URL is not always Node's.
 *
 *  Node's modules are got from the process. To import them would cost everybody a millisecond: Node makes a module of each,
 *  with all its names. Node before 20.16 gives them in no other way, and so finds no file. */
function workerFile(): string | undefined {
  for (const locate of [besideModule, besideScript]) {
    try {
      const path = locate()
      const { accessSync, constants } = process.getBuiltinModule('node:fs')
      accessSync(path, constants.R_OK)
      if (!INSIDE_ARCHIVE.test(path)) return path
    } catch {
      // Not here, then.
    }
  }
  return undefined
}

function besideModule(): string {
  return process.getBuiltinModule('node:url').fileURLToPath(workerFileUrl())
}

/** @throws ReferenceError in a module */
function besideScript(): string {
  const { dirname, join } = process.getBuiltinModule('node:path')
  return join(dirname(__filename as string), workerFileName)
}

/** A thread that is given options of its own loses those of the process, what it may do (--permission) included. */
function permissionFlags(): string[] {
  if (process.permission === undefined) return []
  const words = [...process.execArgv, ...optionWords(process.env['NODE_OPTIONS'] ?? '')]
  const isPermission = (word: string | undefined) =>
    /^--(?:(?:experimental-)?permission|allow-)/.test(word ?? '')
  return words.filter(
    // A path may be a word of its own.
    (word, index) => isPermission(word) || (!word.startsWith('-') && isPermission(words[index - 1])),
  )
}

/** Words of NODE_OPTIONS: between spaces, unless those are in double quotes. */
function optionWords(text: string): string[] {
  const words = text.match(/(?:[^\s"]|"(?:\\.|[^"\\])*")+/g) ?? []
  return words.map(word =>
    word.replace(/"((?:\\.|[^"\\])*)"/g, (_, inner: string) => inner.replace(/\\(.)/g, '$1')),
  )
}

/** Shared, which is cheaper, unless it names options for Node: a thread takes them from there, whatever execArgv says. */
function environment(): NodeJS.ProcessEnv | typeof SHARE_ENV {
  if (process.env['NODE_OPTIONS'] === undefined) return SHARE_ENV
  const { NODE_OPTIONS: _, ...environment } = process.env
  return environment
}
