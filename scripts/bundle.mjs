/** Bundles what runs: an entry that is one file starts in a third of the time (docs/adr/0006). Types come from tsc. */
import { build } from 'rolldown'

/** npm packages, Node's modules and offloop itself stay outside; what is relative goes in. */
const external = id => !id.startsWith('.') && !id.startsWith('/') && !/^[A-Za-z]:/.test(id)

/** One self-contained file for each entry, named as its source is. */
const bundles = (from, to, entries) =>
  entries.map(entry => ({
    input: `${from}/${entry}.ts`,
    external,
    platform: 'node',
    output: { file: `${to}/${entry}.js`, format: 'esm', sourcemap: true, codeSplitting: false },
  }))

await build([
  ...bundles('src', 'dist', ['index', 'worker/main']),
  ...bundles('bench', 'build/bench', [
    'main',
    'question-process',
    'programs/bare-worker',
    'programs/echo-thread',
    'programs/empty',
    'programs/start-up',
  ]),
  ...bundles('test/stress', 'build/stress', ['main', 'producer-thread', 'reader-thread']),
])
