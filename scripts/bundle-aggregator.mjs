/** Bundles the aggregator thread, self-contained: as a file, and as the copy that the main entry carries (docs/adr/0009). */
import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { deflateRawSync } from 'node:zlib'
import { build } from 'rolldown'
import { noticeOf } from './third-party.mjs'

const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
const name = `offloop-aggregator-${version}.cjs`

const notice = noticeOf(['comlink', 'msgpackr'])

/** The file carries the version in its name, and is CommonJS: so it starts from any folder, whatever a package.json
 *  there says of modules.
 *  @returns the same as a script for `new Worker(script, { eval: true })` */
export async function bundleAggregator(input, folder) {
  const bundle = {
    input,
    external: id => id.startsWith('node:') || builtinModules.includes(id),
    platform: 'node',
    // The ES modules, of which only what is used goes in. msgpackr's usual entry looks for a native helper, too.
    resolve: { alias: { comlink: 'comlink/dist/esm/comlink.mjs' } },
  }
  const output = { format: 'cjs', codeSplitting: false }
  await build({
    ...bundle,
    output: { ...output, file: `${folder}/${name}`, sourcemap: true, banner: notice },
  })
  const { output: chunks } = await build({ ...bundle, write: false, output: { ...output, minify: true } })
  return toScript(chunks[0].code)
}

/** Puts the copy in the place of what the sources have. */
export function withAggregator(script) {
  return {
    name: 'offloop-aggregator',
    load(id) {
      if (!/[\\/]src[\\/]producer[\\/]built-worker\.ts$/.test(id)) return null
      // The address is written out: bundlers that copy such files along (webpack, @vercel/nft) know them by that.
      return `
        export const version = ${JSON.stringify(version)}
        export const workerFileName = ${JSON.stringify(name)}
        export function workerFileUrl() { return new URL('./${name}', import.meta.url).href }
        export function scrapeModuleUrl() { return new URL('./exporters/prometheus.js', import.meta.url).href }
        ${notice}
        export const inlinedWorker = ${JSON.stringify(script)}`
    },
  }
}

/** The new thread unpacks its code itself, so that the one which starts it need not. Compiled under a name: stack traces
 *  show it. `import()` in it goes Node's usual way, where Node knows how. */
function toScript(code) {
  const packed = deflateRawSync(code, { level: 9 }).toString('base64')
  return (
    `const{compileFunction:c,constants:k}=require('node:vm');` +
    `c(require('node:zlib').inflateRawSync(Buffer.from('${packed}','base64')).toString(),['require'],` +
    `{filename:'${name}',importModuleDynamically:k?.USE_MAIN_CONTEXT_DEFAULT_LOADER})(require)`
  )
}
