import { readdirSync, rmSync } from 'node:fs'
import { afterAll, expect, test, vi } from 'vitest'
import { App, expectWorking } from './app.ts'
import { bundlers, type Format } from './bundlers.ts'

// Minifying takes webpack seconds on a quiet machine.
vi.setConfig({ testTimeout: 60_000 })

const app = new App()
afterAll(() => app.remove())

type Bundler = keyof typeof bundlers
const each = (names: readonly Bundler[]) =>
  names.flatMap(name => (['esm', 'cjs'] as const).map(format => [name, format] as const))

/** One folder a bundle, and the package gone from where the bundler saw it: what runs is what was bundled. */
async function bundle(name: Bundler, format: Format, minify = false): Promise<{ file: string; out: string }> {
  const out = `${name}-${format}${minify ? '-minified' : ''}`
  const file = app.path('out', out, format === 'esm' ? 'main.mjs' : 'main.cjs')
  await bundlers[name]({ entry: app.path('program.mjs'), file, format, minify })
  return { file, out }
}

test.each(each(['esbuild', 'rollup', 'vite']))(
  'one file made by %s as %s runs the worker inlined in it, and the copied one once that lies beside',
  async (name, format) => {
    const { file, out } = await bundle(name, format)
    expect(readdirSync(app.path('out', out))).toHaveLength(1)
    expectWorking(await app.run(file), 'inlined')

    const worker = app.copyWorkerTo('out', out)
    expectWorking(await app.run(file), worker)
  },
)

test.each(each(['webpack']))(
  '%s as %s emits the worker, which runs; without it, the inlined one does',
  async (name, format) => {
    const { file, out } = await bundle(name, format)
    const isWorker = (path: string) => path.endsWith('.cjs') && !path.startsWith('main.')
    const emitted = readdirSync(app.path('out', out)).filter(isWorker)
    expect(emitted).toEqual([expect.stringMatching(/^[0-9a-f]+\.cjs$/)])
    expectWorking(await app.run(file), app.path('out', out, emitted[0]!))

    rmSync(app.path('out', out, emitted[0]!))
    expectWorking(await app.run(file), 'inlined')
  },
)

test.each([
  ['esbuild', 'esm'],
  ['esbuild', 'cjs'],
  ['vite', 'esm'],
  ['webpack', 'cjs'],
] as const)('minified by %s as %s, the inlined worker runs', async (name, format) => {
  const { file, out } = await bundle(name, format, true)
  for (const path of readdirSync(app.path('out', out))) {
    if (path.startsWith('main.') || !path.endsWith('.cjs')) continue
    // webpack has minified what it emits as well.
    expectWorking(await app.run(file), app.path('out', out, path))
    rmSync(app.path('out', out, path))
  }
  expectWorking(await app.run(file), 'inlined')
})
