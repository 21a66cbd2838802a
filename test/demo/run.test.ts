/** The built demo as a person starts it: a short run, and everything that can go wrong before one. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const MAIN = fileURLToPath(new URL('../../build/demo/main.js', import.meta.url))
const TIMEOUT_MS = 30_000

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** @param onFirstOutput is called once, when there is something on standard output */
function start(
  args: readonly string[],
  onFirstOutput: (child: ChildProcess) => unknown = () => {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (stdout === '') onFirstOutput(child)
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.once('error', reject)
    child.once('close', code => resolve({ code, stdout, stderr }))
  })
}

interface JsonLine {
  readonly type: string
  readonly slo?: string
}

interface JsonSummary {
  readonly requests: number
  readonly samples: Record<'recorded' | 'drained' | 'dropped' | 'pending' | 'lost', number>
  readonly closed: object
  readonly events: { readonly violations: number }
  readonly load: { readonly requests: number; readonly errors: number }
}

test(
  'a short run reports the violation, ends by itself, and accounts for every sample',
  async () => {
    const { code, stdout } = await start(['--duration', '3', '--json'])
    expect(code).toBe(0)
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map(text => JSON.parse(text) as JsonLine)

    const types = new Set(lines.map(({ type }) => type))
    const known = ['snapshot', 'perf.slo_violation', 'perf.slo_recovered', 'summary']
    expect(known).toEqual(expect.arrayContaining([...types]))
    expect(types).toContain('snapshot')
    const violated = lines.filter(
      ({ type, slo }) => type === 'perf.slo_violation' && slo?.includes('/search'),
    )
    expect(violated.length).toBeGreaterThan(0)

    expect(lines.filter(({ type }) => type === 'summary')).toEqual([lines.at(-1)])
    const summary = lines.at(-1) as unknown as JsonSummary
    const { recorded, drained, dropped, pending, lost } = summary.samples
    expect(recorded).toBe(drained + dropped)
    expect(pending).toBe(0)
    expect(lost).toBe(dropped)
    // A latency and two levels for each request, and the memory now and then.
    expect(recorded).toBeGreaterThan(3 * summary.requests)
    expect(summary.closed).toEqual({ ok: dropped === 0, lost: dropped, timedOut: false })
    // What was under way when the clients hung up is counted here and not there.
    expect(summary.requests).toBeGreaterThanOrEqual(summary.load.requests)
    expect(summary.requests).toBeLessThanOrEqual(summary.load.requests + 20)
    expect(summary.events.violations).toBe(lines.filter(({ type }) => type === 'perf.slo_violation').length)
  },
  TIMEOUT_MS,
)

test(
  'interrupted, it tells what there was so far',
  async () => {
    const { code, stdout, stderr } = await start(['--duration', '25'], child => child.kill('SIGINT'))
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' })
    expect(stdout).toContain(' Interrupted by SIGINT after')
    expect(stdout).toMatch(/samples +[\d,]+ recorded/)
  },
  TIMEOUT_MS,
)

test(
  'it ends quietly when nobody reads its output any more',
  async () => {
    const { code, stderr } = await start(['--duration', '25', '--json'], child => child.stdout?.destroy())
    expect(code).toBe(0)
    // Notes of the telemetry may stand there; an error must not.
    expect(stderr).not.toMatch(/EPIPE|failed|\bat /)
  },
  TIMEOUT_MS,
)

test(
  'a taken port is said, and nothing else happens',
  async () => {
    const server = createServer()
    const port = await new Promise<number>(resolve => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
    })
    const { code, stdout, stderr } = await start(['--port', String(port)])
    server.close()
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe(
      `Port ${port} is taken: give another one with --port, or leave it out for any free one.\n`,
    )
  },
  TIMEOUT_MS,
)

test(
  'a bad option is refused before anything is opened',
  async () => {
    expect(await start(['--duration', 'soon'])).toEqual({
      code: 2,
      stdout: '',
      stderr: '--duration "soon": give a number from 1 to 3600 seconds\nTry --help.\n',
    })
  },
  TIMEOUT_MS,
)

test(
  '--help goes to standard output',
  async () => {
    const { code, stdout, stderr } = await start(['--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^offloop demo: /)
  },
  TIMEOUT_MS,
)
