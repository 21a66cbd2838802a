/** The entry as it is installed: what it loads, what it says when something is missing, and what goes on when the main thread is blocked. */
import { execFileSync, spawn } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { type OtlpExporterOptions, otlpExporter } from '../../src/otel/index.ts'
import { startReceiver } from '../exporters/otlp/receiver.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const MAIN = new URL('../../dist/index.js', import.meta.url).href
const OTEL = new URL('../../dist/otel/index.js', import.meta.url).href

function run(program: string, cwd = ROOT): string {
  return execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8', cwd })
}

test('the main entry and its aggregator load no package of OpenTelemetry; the entry for it loads none before it is used', () => {
  const loaded = run(`
    import { createRequire } from 'node:module'
    import { createTelemetry } from ${JSON.stringify(MAIN)}
    import { MeterProvider, otlpExporter } from ${JSON.stringify(OTEL)}
    const telemetry = createTelemetry({ service: 'small' })
    new MeterProvider(telemetry).getMeter('m').createCounter('c').add(1, { a: 1 })
    otlpExporter()
    await telemetry.snapshot()
    await telemetry.close()
    const { cache } = createRequire(import.meta.url)
    console.log(JSON.stringify(Object.keys(cache).filter(path => path.includes('opentelemetry'))))
  `)
  expect(JSON.parse(loaded)).toEqual([])
  const dist = join(ROOT, 'dist')
  const core = readdirSync(dist).filter(name => /\.c?js$/.test(name))
  expect(core.length).toBeGreaterThan(1)
  expect(core.filter(name => readFileSync(join(dist, name), 'utf8').includes('@opentelemetry/'))).toEqual([])
})

test('without the exporter’s package ready says what to install, and recording works', () => {
  const folder = mkdtempSync(join(tmpdir(), 'offloop-otel-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, 'offloop'), { recursive: true })
  cpSync(join(ROOT, 'dist'), join(modules, 'offloop/dist'), { recursive: true })
  cpSync(join(ROOT, 'package.json'), join(modules, 'offloop/package.json'))
  for (const name of ['comlink', 'msgpackr'])
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
  // Empty folders: what may be installed further up is not looked for.
  for (const name of ['proto', 'grpc']) {
    mkdirSync(join(modules, `@opentelemetry/exporter-metrics-otlp-${name}`), { recursive: true })
  }
  const file = join(folder, 'program.mjs')
  writeFileSync(
    file,
    `import { createTelemetry } from 'offloop'
     import { MeterProvider, otlpExporter } from 'offloop/otel'
     for (const protocol of ['http/protobuf', 'grpc']) {
       const telemetry = createTelemetry({ service: 's', log: false, exporters: [otlpExporter({ protocol })] })
       const error = await telemetry.ready.catch(error => error)
       telemetry.counter('hits').add(3)
       new MeterProvider(telemetry).getMeter('').createHistogram('').record(-1)
       console.log(error.code, error.message, (await telemetry.query('hits')).total)
       await telemetry.close()
     }`,
  )
  const lines = execFileSync(process.execPath, [file], { encoding: 'utf8' }).trim().split('\n')
  for (const [index, name] of ['proto', 'grpc'].entries()) {
    expect(lines[index]).toMatch(/^OFFLOOP_PEER_MISSING /)
    expect(lines[index]).toContain(`npm install @opentelemetry/exporter-metrics-otlp-${name}`)
    expect(lines[index]).toMatch(/ 3$/)
  }
})

test('pushes go on while the main thread is blocked', async () => {
  const receiver = await startReceiver()
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { createTelemetry } from ${JSON.stringify(MAIN)}
       import { otlpExporter } from ${JSON.stringify(OTEL)}
       const telemetry = createTelemetry({ service: 's', exporters: [otlpExporter({ url: '${receiver.url}', intervalMs: 50 })] })
       await telemetry.ready
       telemetry.counter('hits').add(3)
       telemetry.latency('wait').record(3)
       process.stdout.write('blocked')
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000)`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  await new Promise(resolve => child.stdout.once('data', resolve))
  const before = receiver.requests.length
  await expect.poll(() => receiver.requests.length - before, { timeout: 10_000 }).toBeGreaterThan(5)
  expect(receiver.metric('hits').points).toMatchObject([{ asDouble: 3 }])
})

test.each<[string, unknown]>([
  ['url', 'localhost:4318'],
  ['url', 5],
  ['headers', { a: 1 }],
  ['headers', 'a=b'],
  ['protocol', 'http/json'],
  ['compression', 'br'],
  ['intervalMs', 0],
  ['intervalMs', Number.NaN],
  ['timeoutMs', '5'],
  ['timeoutMs', 2 ** 31],
  ['histograms', 'native'],
  ['resource', { a: [] }],
  ['maxDataPointsPerRequest', 0],
  ['maxQueue', -1],
  ['interval', 5],
])('an unusable option is refused at once: %s, %j', (name, value) => {
  expect(() => otlpExporter({ [name]: value } as OtlpExporterOptions)).toThrow(
    new RegExp(`OFFLOOP_OPTION.*${name}`),
  )
})

test('credentials in a url that cannot be read are not shown', () => {
  const make = () => otlpExporter({ url: 'http://shop:s3/cret@collector' })
  expect(make).toThrow('give an address such as http://localhost:4318/v1/metrics')
  expect(make).not.toThrow(/s3/)
})

test('what is given is handed on as it was, and can be cloned', () => {
  const options: OtlpExporterOptions = {
    url: 'https://otlp.example:4318/v1/metrics',
    headers: { a: 'b' },
    intervalMs: 5_000,
  }
  const spec = otlpExporter(options)
  expect(structuredClone(spec)).toEqual({
    name: 'otlp',
    module: expect.stringMatching(/dist\/exporters\/otlp\.js$/),
    options,
  })
  expect(() => otlpExporter(5 as never)).toThrow(/OFFLOOP_OPTION/)
})
