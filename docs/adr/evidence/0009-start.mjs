/** What starting costs by where the worker is started from: cold processes, one after the other in turn, each importing
 *  the built package, creating a telemetry and waiting until it is ready. Build first.
 *  node docs/adr/evidence/0009-start.mjs [rounds] */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { inflateRawSync } from 'node:zlib'

const ROUNDS = Number(process.argv[2] ?? 25)
const root = fileURLToPath(new URL('../../..', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'offloop-start-'))
const workerFile = readdirSync(join(root, 'dist')).find(name => /^offloop-aggregator-.*\.cjs$/.test(name))

/** The script in the entry, as it stands there, and the minified worker it unpacks. */
const SCRIPT = /"const\{compileFunction:(?:[^"\\]|\\.)*"/
const entry = readFileSync(join(root, 'dist', 'index.js'), 'utf8')
const [script] = SCRIPT.exec(entry)
const base64 = /Buffer\.from\('([^']+)'/.exec(script)[1]
const code = inflateRawSync(Buffer.from(base64, 'base64')).toString()
const inlined = replacement => text => text.replace(SCRIPT, () => replacement)

const cases = {
  'file, no copy in the entry': { edit: inlined('""'), hasFile: true },
  'file, copy in the entry': { edit: text => text, hasFile: true },
  'copy, unpacked by the new thread': { edit: text => text, hasFile: false },
  'copy, unpacked by the starting thread': {
    edit: text =>
      `import { inflateRawSync as unpack } from 'node:zlib'\n${inlined(`unpack(Buffer.from('${base64}', 'base64')).toString()`)(text)}`,
    hasFile: false,
  },
  'copy, as it is, unpacked': { edit: inlined(JSON.stringify(code)), hasFile: false },
  'copy, as a data: URL': {
    edit: text =>
      inlined(
        `new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(
          `import { createRequire } from 'node:module'; const require = createRequire('${pathToFileURL(root).href}'); ${code}`,
        )}))`,
      )(text).replace(/eval: file === void 0/, 'eval: false'),
    hasFile: false,
  },
}

const measure = `
  const start = performance.now()
  const { createTelemetry } = await import('offloop')
  const imported = performance.now()
  const telemetry = createTelemetry({ service: 'start' })
  const created = performance.now()
  await telemetry.ready
  const ready = performance.now()
  console.log(JSON.stringify([imported - start, created - imported, ready - created]))
  await telemetry.close()
`

try {
  const results = new Map()
  for (const [name, { edit, hasFile }] of Object.entries(cases)) {
    const folder = join(work, name.replaceAll(/\W+/g, '-'))
    const installed = join(folder, 'node_modules', 'offloop')
    mkdirSync(join(installed, 'dist'), { recursive: true })
    cpSync(join(root, 'package.json'), join(installed, 'package.json'))
    for (const needed of ['comlink', 'msgpackr']) {
      cpSync(join(root, 'node_modules', needed), join(folder, 'node_modules', needed), { recursive: true })
    }
    writeFileSync(join(installed, 'dist', 'index.js'), edit(entry))
    if (hasFile) cpSync(join(root, 'dist', workerFile), join(installed, 'dist', workerFile))
    results.set(name, { folder, bytes: edit(entry).length, times: [] })
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, { folder, times }] of results) {
      const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', measure], {
        cwd: folder,
        encoding: 'utf8',
      })
      if (stdout === '') throw new Error(`${name}: ${stderr}`)
      times.push(JSON.parse(stdout))
    }
  }
  console.log(`Node ${process.versions.node}, ${ROUNDS} rounds: best / median, in ms`)
  console.log(
    `${''.padEnd(40)}${['import', 'create', 'to ready'].map(head => head.padStart(15)).join('')}     entry`,
  )
  for (const [name, { bytes, times }] of results) {
    const cells = [0, 1, 2].map(part => {
      const sorted = times.map(time => time[part]).sort((a, b) => a - b)
      return `${sorted[0].toFixed(1)} / ${sorted[Math.floor(sorted.length / 2)].toFixed(1)}`.padStart(15)
    })
    console.log(`${name.padEnd(40)}${cells.join('')} ${(bytes / 1_000).toFixed(0).padStart(6)} kB`)
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
