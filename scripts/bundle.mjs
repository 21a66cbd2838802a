/** Bundles what runs: an entry that is one file starts in a third of the time (docs/adr/0006). Types come from tsc. */
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'
import { bundleAggregator, withAggregator } from './bundle-aggregator.mjs'
import { noticeOf, writeLicenses } from './third-party.mjs'

/** npm packages, Node's modules and offloop itself stay outside; what is relative goes in. */
const external = id => !id.startsWith('.') && !id.startsWith('/') && !/^[A-Za-z]:/.test(id)

/** One self-contained file for each entry, named as its source is. */
const bundles = (from, to, entries) =>
  entries.map(entry => ({
    input: `${from}/${entry}.ts`,
    external,
    platform: 'node',
    // Types carry the documentation, source maps the sources: what is loaded at every start has neither.
    output: {
      file: `${to}/${entry}.js`,
      format: 'esm',
      sourcemap: true,
      codeSplitting: false,
      comments: { legal: true, jsdoc: false, annotation: true },
    },
  }))

/** Further entries of the package, each one level below it. What they have of the main entry is the main entry's own:
 *  there is one TelemetryError. Small packages are built in, with their licenses; large ones are optional peers.
 *  @param builtIn names of those packages */
const entriesBeside = (entries, builtIn = []) =>
  bundles('src', 'dist', entries).map(bundle => ({
    ...bundle,
    external: id => external(id) && !builtIn.includes(id),
    plugins: [mainEntryStaysOutside],
    output: { ...bundle.output, banner: builtIn.length === 0 ? '' : noticeOf(builtIn) },
  }))

/** The command: started by its path, it names its interpreter. */
const command = (entry, builtIn) =>
  entriesBeside([entry], builtIn).map(bundle => ({
    ...bundle,
    // yaml's modules, of which most stay out; for Node it would be one piece.
    resolve: {
      alias: { yaml: fileURLToPath(new URL('../node_modules/yaml/browser/index.js', import.meta.url)) },
    },
    output: { ...bundle.output, banner: `#!/usr/bin/env node\n${bundle.output.banner}` },
  }))

/** Modules that the aggregator thread loads: src/exporters/otlp/main.ts becomes dist/exporters/otlp.js. */
const exporters = (names, builtIn = []) =>
  entriesBeside(
    names.map(name => `exporters/${name}/main`),
    builtIn,
  ).map(({ output, ...bundle }, index) => ({
    ...bundle,
    output: { ...output, file: `dist/exporters/${names[index]}.js` },
  }))

const mainEntryStaysOutside = {
  name: 'offloop-main-entry',
  resolveId: source => (/^(?:\.\.\/)+index\.ts$/.test(source) ? { id: '../index.js', external: true } : null),
}

const inlined = await bundleAggregator('src/worker/main.ts', 'dist')

await build([
  ...bundles('src', 'dist', ['index']).map(bundle => ({ ...bundle, plugins: [withAggregator(inlined)] })),
  ...entriesBeside([]),
  ...command('cli/main', ['yaml']),
  ...exporters(['prometheus'], ['negotiator', 'content-type', 'pbf']),
  ...bundles('bench', 'build/bench', [
    'main',
    'budgets/main',
    'budgets/process',
    'question-process',
    'report/main',
    'load/programs/http-load',
    'load/programs/http-server',
    'load/programs/million',
    'load/programs/producing-thread',
    'load/programs/read-out',
    'load/programs/reading-thread',
    'load/programs/series',
    'load/programs/threads',
    'load/programs/workload',
    'programs/bare-worker',
    'programs/bus-thread',
    'programs/echo-thread',
    'programs/empty',
    'programs/idle',
    'programs/memory',
    'programs/start-up',
  ]),
  ...bundles('test/stress', 'build/stress', ['main', 'producer-thread', 'reader-thread']),
  ...bundles('test/soak', 'build/soak', ['main', 'bus-thread', 'pool-task', 'recording-thread']),
])

writeLicenses('dist')
