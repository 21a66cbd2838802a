/** Real programs of the field, started for a test on loopback and ended by it. Where one is not installed, the test says so. */
import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Debian's packages prometheus (with promtool) and victoria-metrics; a collector is used where there is one. */
export type ProgramName = 'prometheus' | 'promtool' | 'victoria-metrics' | 'otelcol'

export interface RunningProgram {
  readonly url: string
  /** What it has printed so far. */
  readonly output: () => string
  stop(): Promise<void>
}

/** Path of an installed program. Undefined, and said on stderr, where it is not there: then the test is to be skipped. */
export function programPath(name: ProgramName): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const path = folders.map(folder => join(folder, name)).find(isExecutable)
  if (path === undefined) process.stderr.write(`skipped: ${name} is not installed\n`)
  return path
}

/** A port of loopback that nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

/** Starts a program and waits until `readyPath` answers with 200.
 *  @param args gets a port and an empty folder, which is removed at the end */
export async function startProgram(
  path: string,
  args: (place: { port: number; folder: string }) => readonly string[],
  readyPath: string,
): Promise<RunningProgram> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'offloop-'))
  let text = ''
  const child = spawn(path, args({ port, folder }), { stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-65_536)
    })
  }
  const url = `http://127.0.0.1:${port}`
  const stop = async () => {
    await ended(child)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await untilReady(`${url}${readyPath}`, child, () => text)
  } catch (error) {
    await stop()
    throw error
  }
  return { url, output: () => text, stop }
}

/** A real Prometheus, which scrapes what `config` says, takes remote writes, and stores native histograms. */
export function startPrometheus(path: string, config: string): Promise<RunningProgram> {
  return startProgram(
    path,
    ({ port, folder }) => {
      const configFile = join(folder, 'prometheus.yml')
      writeFileSync(configFile, config)
      return [
        `--config.file=${configFile}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--web.enable-remote-write-receiver',
        '--enable-feature=native-histograms,exemplar-storage',
        '--log.level=warn',
      ]
    },
    '/-/ready',
  )
}

/** A real VictoriaMetrics, which takes remote writes at /api/v1/write. */
export function startVictoriaMetrics(path: string): Promise<RunningProgram> {
  return startProgram(
    path,
    ({ port, folder }) => [
      `-httpListenAddr=127.0.0.1:${port}`,
      `-storageDataPath=${join(folder, 'data')}`,
      '-search.latencyOffset=0s',
      '-search.disableCache',
      '-retentionPeriod=1d',
    ],
    '/health',
  )
}

/** One instant query of Prometheus' HTTP API, at any store that speaks it. */
export async function instantQuery(
  url: string,
  query: string,
): Promise<{ metric: Record<string, string>; value: number }[]> {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`)
  const answer = (await response.json()) as {
    data?: { result: { metric: Record<string, string>; value?: [number, string] }[] }
    error?: string
  }
  if (answer.data === undefined) throw new Error(`${query}: ${answer.error}`)
  return answer.data.result.map(({ metric, value }) => ({ metric, value: Number(value?.[1]) }))
}

async function untilReady(url: string, child: ChildProcess, output: () => string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${output()}`)
    const isReady = await fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
      response => response.ok,
      () => false,
    )
    if (isReady) return
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  throw new Error(`not ready within 30 s: ${output()}`)
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise(resolve => child.once('exit', resolve))
  child.kill('SIGTERM')
  const killer = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await exited
  clearTimeout(killer)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
