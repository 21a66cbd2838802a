/** Runtime metrics in a bundle: what is loaded when it is asked for is in it; what the aggregator thread loads lies beside
 *  it or in the package, or is missed by name. */
import { cpSync, renameSync } from 'node:fs'
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

async function bundled(name: keyof typeof bundlers, format: Format): Promise<string> {
  const file = app.path('out', `${name}-${format}`, format === 'esm' ? 'main.mjs' : 'main.cjs')
  await bundlers[name]({ entry, file, format })
  return file
}

async function printed(file: string): Promise<{ ready: string; ok: boolean; metrics: string[] }> {
  const run = await app.run(file)
  expect(run.code, run.stderr).toBe(0)
  return JSON.parse(run.stdout)
}

test.each(made)('bundled by %s as %s, this thread and the process are measured', async (name, format) => {
  const { ready, ok, metrics } = await printed(await bundled(name, format))
  expect({ ready, ok }).toEqual({ ready: 'ready', ok: true })
  expect(metrics).toEqual(expect.arrayContaining(['v8js.memory.heap.used', 'process.memory.usage']))
})

test('where the package is gone, this thread is measured, and what is missing has a name', async () => {
  const file = await bundled('esbuild', 'esm')
  renameSync(app.path('node_modules'), app.path('gone'))
  const alone = await printed(file)
  expect(alone.ready).toMatch(/^OFFLOOP_EXTENSION .*process.*docs\/bundling\.md/s)
  expect(alone.ok).toBe(true)
  expect(alone.metrics).toEqual(expect.arrayContaining(['v8js.memory.heap.used', 'v8js.resource.active']))
  expect(alone.metrics).not.toContain('process.memory.usage')

  cpSync(PROCESS_MODULE, app.path('out', 'esbuild-esm', 'exporters', 'process.js'))
  const beside = await printed(file)
  expect(beside).toMatchObject({ ready: 'ready', ok: true })
  expect(beside.metrics).toContain('process.memory.usage')
})
