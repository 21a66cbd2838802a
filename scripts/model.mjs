/** Proves the protocols of shared memory with spin: `npm run model`. Every model has to hold in every reachable state,
 *  and every mutant has to break the claim it is meant to break. See test/model/README.md. */
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const FOLDER = fileURLToPath(new URL('../test/model/', import.meta.url))
/** Longest path the depth-first search may follow. A model that needs more fails: it was not searched in full. */
const DEPTH_MAX = 2_000_000
const MEMORY_MB_MAX = 1_500
const TIMEOUT_MS = 300_000
const PARALLEL_MAX = 2
/** What a never claim that is matched says: one side could not take its next step. */
const WAITING = 'never_waits'

const RESTARTS = ['AGGREGATOR_DIES', 'DROPS_MODULUS=2']

/** A model, the definitions that choose its bounds, and for a mutant the claims one of which it has to break. */
const RUNS = [
  model('lane', 'lane', []),
  model('lane-restarts', 'lane', RESTARTS),
  model('lane-quarter', 'lane', ['CAPACITY=8', 'INDEX_MODULUS=32', 'DROPS_MODULUS=2']),
  model('lane-batches', 'lane', ['PUBLISH_EVERY=4', 'ROOM_TAKEN=4', 'DROPS_MODULUS=2']),
  model('lease', 'lease', []),
  model('counter', 'counter', []),
  { ...model('checkpoint', 'checkpoint', []), definitions: [] },
  model('summary', 'summary', []),
  model('exemplar', 'exemplar', []),
  mutant('publish-before-write', 'lane', ['intact']),
  mutant('index-stored-plainly', 'lane', ['intact']),
  mutant('read-index-before-copy', 'lane', ['intact']),
  mutant('stale-room', 'lane', ['intact']),
  mutant('index-as-wide-as-lane', 'lane', ['intact']),
  mutant('index-without-sign-bit', 'lane', ['fill_in_range']),
  mutant('batch-without-limit', 'lane', ['batch_bounds_loss'], ['ROOM_TAKEN=4', 'DROPS_MODULUS=2']),
  mutant('batch-ends-unpublished', 'lane', ['batch_ends_published']),
  mutant('dropped-not-counted', 'lane', ['conserved']),
  mutant('dropped-before-its-series', 'lane', ['series_losses_known']),
  mutant('ended-looked-at-late', 'lane', ['nothing_left_behind']),
  mutant('read-index-before-total', 'lane', ['one_batch_in_doubt'], RESTARTS),
  mutant('waits-when-full', 'lane', [WAITING]),
  mutant('lease-before-publish', 'lease', ['sample_noticed']),
  mutant('no-drain-after-notice', 'lease', ['look_is_enough']),
  mutant('burst-never-looks', 'lease', ['look_is_enough']),
  mutant('clock-before-store', 'lease', ['sample_noticed']),
  mutant('lease-before-clock', 'lease', ['look_is_enough']),
  mutant('clock-stands-still', 'lease', ['look_is_enough']),
  mutant('adopted-from-the-start', 'lease', ['look_is_enough']),
  mutant('counter-ignores-notice', 'lease', ['counter_noticed']),
  mutant('notice-not-told', 'lease', ['counter_noticed']),
  mutant('ended-looked-at-late-in-lease', 'lease', ['nothing_left_behind']),
  mutant('high-before-low', 'counter', ['never_too_much']),
  mutant('low-read-first', 'counter', ['never_too_much']),
  mutant('gone-looked-at-late', 'counter', ['all_taken']),
  mutant('given-back-before-saved', 'checkpoint', ['intact', 'given_back_is_saved']),
  mutant('copy-in-force-written', 'checkpoint', ['a_copy_holds']),
  mutant('epoch-before-record', 'checkpoint', ['exactly_once', 'given_back_is_saved']),
  mutant('block-reused-at-once', 'checkpoint', ['window_is_right']),
  mutant('summarized-before-bucket', 'summary', ['all_taken', 'none_missed']),
  mutant('version-before-copy', 'summary', ['figures_whole']),
  mutant('copy-that-stands', 'summary', ['figures_whole']),
  mutant('figures-not-checked', 'summary', ['figures_whole']),
  mutant('never-behind', 'summary', ['all_in_the_end']),
  mutant('exemplar-without-odd-version', 'exemplar', ['exemplar_whole']),
  mutant('exemplar-version-not-checked', 'exemplar', ['exemplar_whole']),
  mutant('exemplar-odd-version-read', 'exemplar', ['exemplar_whole']),
  mutant('exemplar-counted-first', 'exemplar', ['latest_in_the_end']),
  mutant('exemplar-left-for-good', 'exemplar', ['latest_in_the_end']),
]

const { values: options } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h' },
    only: { type: 'string' },
    trail: { type: 'string' },
  },
})

if (options.help) {
  console.log(`Usage: npm run model [-- --only <name> | --trail <mutant>]

  --only <name>     runs this model or mutant alone
  --trail <mutant>  runs this mutant and prints the steps to its error

Names: ${RUNS.map(({ name }) => name).join(', ')}`)
  process.exit(0)
}

const missing = ['spin', 'gcc'].filter(tool => spawnSync(tool, ['--version']).error !== undefined)
if (missing.length > 0) {
  console.error(`Not found: ${missing.join(', ')}. Install with: apt-get install ${missing.join(' ')}`)
  process.exit(2)
}

const wanted = options.trail ?? options.only
const chosen = RUNS.filter(({ name }) => wanted === undefined || name === wanted)
if (chosen.length === 0 || (options.trail !== undefined && chosen[0].expected[0] === undefined)) {
  console.error(
    `No ${options.trail === undefined ? 'model or mutant' : 'mutant'} is called ${wanted}. See --help.`,
  )
  process.exit(2)
}

const scratch = mkdtempSync(join(tmpdir(), 'offloop-model-'))
const startMs = performance.now()
try {
  const results = await runAll(chosen)
  if (options.trail !== undefined) printTrail(results[0])
  printTable(results)
  const failures = results.filter(({ passed }) => !passed)
  for (const { run, output } of failures) console.error(`\n${run.name}:\n${withoutProgress(output)}`)
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
  console.log(`\n${results.length - failures.length} of ${results.length} as expected, ${seconds} s`)
  process.exitCode = failures.length === 0 ? 0 : 1
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

function model(name, file, definitions) {
  return { name, file: `${file}.pml`, definitions: ['CHECK_WAITING', ...definitions], expected: [] }
}

/** Mutants are small deviations in the same file, switched on by a definition. Fewer dropped samples at a time do for
 *  them, which keeps them quick. */
function mutant(name, file, expected, definitions = ['DROPS_MODULUS=2']) {
  const switchedOn = `MUTANT_${name.toUpperCase().replaceAll('-', '_')}`
  return { ...model(name, file, [...definitions, switchedOn]), expected }
}

async function runAll(runs) {
  const results = []
  let next = 0
  const work = async () => {
    while (next < runs.length) {
      const index = next++
      results[index] = await check(runs[index])
    }
  }
  await Promise.all(Array.from({ length: Math.min(PARALLEL_MAX, availableParallelism()) }, work))
  return results
}

/** Generates the verifier, compiles it, runs it, and judges what it says. */
async function check(run) {
  const folder = mkdtempSync(join(scratch, `${run.name}-`))
  copyFileSync(join(FOLDER, run.file), join(folder, run.file))
  const defines = run.definitions.map(definition => `-D${definition}`)
  const isMutant = run.expected.length > 0
  const beganMs = performance.now()
  const seconds = () => (performance.now() - beganMs) / 1000
  // No partial order reduction: it may not be combined with enabled(), and the models merge their local steps themselves.
  // Breadth first finds a mutant's shortest way to an error.
  const flags = ['-w', '-DSAFETY', '-DNOREDUCE', `-DMEMLIM=${MEMORY_MB_MAX}`]
  flags.push(...(isMutant ? ['-O0', '-DBFS'] : ['-O2']))
  for (const [tool, ...args] of [
    ['spin', ...defines, '-a', run.file],
    ['gcc', ...flags, '-o', 'pan', 'pan.c'],
  ]) {
    const built = await execute(tool, args, folder)
    if (built.status !== 0) {
      return { run, verdict: `${tool} failed`, passed: false, output: built.output, seconds: seconds() }
    }
  }
  const { status, output } = await execute('./pan', [`-m${DEPTH_MAX}`], folder)
  const figures = {
    states: Number(/(\S+) states, stored/.exec(output)?.[1] ?? Number.NaN),
    depth: Number(/depth reached (\d+)/.exec(output)?.[1] ?? Number.NaN),
    memoryMb: Number(/([\d.]+)\s+total actual memory/.exec(output)?.[1] ?? Number.NaN),
  }
  const replay =
    /errors: [1-9]/.test(output) && !output.includes('max search depth')
      ? (await execute('spin', [...defines, '-t', '-p', '-g', run.file], folder)).output
      : ''
  const verdict = verdictOf(run, status, output, replay)
  const passed = isMutant ? run.expected.includes(verdict) : verdict === 'holds'
  return { run, verdict, passed, output, replay, seconds: seconds(), ...figures }
}

/** `holds`, the name of the broken claim, or why there is no verdict. */
function verdictOf(run, status, output, replay) {
  if (status !== 0 && !/errors: \d/.test(output)) return 'did not finish'
  if (/errors: 0\b/.test(output)) {
    if (output.includes('max search depth too small')) return 'depth too small'
    if (output.includes('Search not completed')) return 'not completed'
    const unreached = unreachedIn(output)
    return unreached.length > 0 ? `never reached: ${unreached[0]}` : 'holds'
  }
  if (output.includes('end state in claim reached')) return WAITING
  if (/pan:\d+: invalid end state/.test(output)) return 'deadlock'
  const line = Number(/\.pml:(\d+), Error: assertion violated/.exec(replay)?.[1] ?? Number.NaN)
  const source = readFileSync(join(FOLDER, run.file), 'utf8').split('\n')[line - 1]
  return /CLAIM\((\w+)/.exec(source ?? '')?.[1] ?? 'unknown error'
}

/** Steps no run ever takes. A model in which something never happens proves less than it seems to. */
function unreachedIn(output) {
  return [...output.matchAll(/\.pml:(\d+), state \d+, "(.*)"/g)]
    .filter(([, , step]) => step !== '-end-')
    .map(([, line, step]) => `line ${line}, ${step}`)
}

function withoutProgress(output) {
  return output
    .split('\n')
    .filter(line => line.trim() !== '' && !line.startsWith('Depth='))
    .join('\n')
}

function execute(tool, args, cwd) {
  return new Promise(resolve => {
    const child = spawn(tool, args, { cwd, timeout: TIMEOUT_MS, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', text => {
        output += text
      })
    }
    child.on('error', error => resolve({ status: -1, output: String(error) }))
    child.on('close', status => resolve({ status, output }))
  })
}

function printTable(results) {
  const rows = results.map(({ run, verdict, passed, states, depth, memoryMb, seconds }) => [
    passed ? 'ok' : 'FAIL',
    run.expected.length > 0 ? `  ${run.name}` : run.name,
    run.expected.length > 0 ? `breaks ${run.expected.join(' or ')}` : 'holds',
    verdict,
    format(states),
    format(depth),
    memoryMb === undefined ? '' : `${Math.round(memoryMb)} MB`,
    seconds.toFixed(1),
  ])
  const table = [
    ['', 'model or mutant', 'expected', 'verdict', 'states', 'depth', 'memory', 'seconds'],
    ...rows,
  ]
  const widths = table[0].map((_, column) => Math.max(...table.map(row => row[column].length)))
  for (const row of table) {
    const cells = row.map((cell, column) =>
      column < 4 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
    )
    console.log(cells.join('  ').trimEnd())
  }
}

function format(count) {
  return count === undefined || Number.isNaN(count) ? '' : count.toLocaleString('en-US')
}

/** The steps of the counterexample, each with its process, line and effect, and the words that changed. */
function printTrail({ run, replay }) {
  const source = readFileSync(join(FOLDER, run.file), 'utf8').split('\n')
  for (const text of (replay ?? '').split('\n')) {
    const step = /proc\s+\d+ \((\w+):1\) \S+\.pml:(\d+) \(state \d+\)\s*\[(.*)\]/.exec(text)
    if (step !== null) {
      const [, thread, line, effect] = step
      if (/completeStores|slot[ <+]/.test(effect) || effect === 'else' || effect.startsWith('(run')) continue
      console.log(`${thread.padEnd(11)} ${line.padStart(4)}  ${shorten(effect, source[Number(line) - 1])}`)
    } else if (/Error:/.test(text)) console.log(text.trim())
  }
  console.log()
}

/** Conditions are printed with all their macros written out; the source line says it better. */
function shorten(effect, line) {
  return effect.length <= 60 ? effect : (line ?? '').trim().replace(/^:: (atomic \{ )?/, '')
}
