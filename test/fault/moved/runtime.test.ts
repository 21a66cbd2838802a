/** Runtime metrics in a bundle: what is loaded when it is asked for is in it; what the aggregator thread loads lies beside
 *  it, or is missed by name. */
import { cpSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test, vi } from 'vitest'
import { App } from './app.ts'
import { bundlers, type Format } from './bundlers.ts'

vi.setConfig({ testTimeout: 60_000 })

const PROCESS_MODULE = fileURLToPath(new URL('../../../dist/exporters/process.js', import.meta.url))

const app = new App()
afterAll(() => app.remove())

const entry = app.write(
  'measured.mjs',
  `import { createTelemetry } from 'offloop'
async function main() {
  const telemetry = createTelemetry({ service: 'bundled', log: false, runtime: { intervalMs: 100 } })
  const ready = await telemetry.ready.then(() => 'ready', error => error.code + ' ' + error.message)
  const { series } = await telemetry.snapshot()
  const { ok } = await telemetry.close()
  console.log(JSON.stringify({ ready, ok, metrics: series.map(({ metric }) => metric) }))
}
main()
`,
)

const made = (['esbuild', 'rollup', 'vite', 'webpack'] as const).flatMap(name =>
  (['esm', 'cjs'] as const).map(format => [name, format] as const),
)

test.each(made)('%s as %s', async (name, format: Format) => {
  const folder = `${name}-${format}`
  const file = app.path('out', folder, format === 'esm' ? 'main.mjs' : 'main.cjs')
  await bundlers[name]({ entry, file, format })
  const run = await app.run(file)
  expect(run.code, run.stderr).toBe(0)
  const alone = JSON.parse(run.stdout)
  expect(alone.ok).toBe(true)
  expect(alone.metrics).toEqual(expect.arrayContaining(['v8js.memory.heap.used', 'v8js.resource.active']))
  if (name === 'webpack') {
    // It has copied the module along.
    expect(alone.ready).toBe('ready')
    expect(alone.metrics).toContain('process.memory.usage')
    return
  }
  expect(alone.ready).toMatch(/^OFFLOOP_EXTENSION .*process.*docs\/bundling\.md/s)
  if (format === 'cjs') return
  cpSync(PROCESS_MODULE, app.path('out', folder, 'exporters', 'process.js'))
  const beside = JSON.parse((await app.run(file)).stdout)
  expect(beside).toMatchObject({ ready: 'ready', ok: true })
  expect(beside.metrics).toContain('process.memory.usage')
})
