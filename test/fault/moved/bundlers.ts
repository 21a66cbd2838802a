/** The bundlers, each as its users run it on a program for Node. They are loaded when first used. */
import { basename, dirname } from 'node:path'

export type Format = 'esm' | 'cjs'

interface BundleOptions {
  readonly entry: string
  /** The file to make. */
  readonly file: string
  readonly format: Format
  readonly minify?: boolean
}

type Bundle = (options: BundleOptions) => Promise<unknown>

export const bundlers: Readonly<Record<'esbuild' | 'rollup' | 'vite' | 'webpack', Bundle>> = {
  async esbuild({ entry, file, format, minify = false }) {
    const { build } = await import('esbuild')
    return build({
      entryPoints: [entry],
      outfile: file,
      bundle: true,
      platform: 'node',
      format,
      minify,
      logLevel: 'error',
    })
  },

  async rollup({ entry, file, format }) {
    const { rollup } = await import('rollup')
    const { nodeResolve } = await import('@rollup/plugin-node-resolve')
    const bundle = await rollup({ input: entry, external: /^node:/, plugins: [nodeResolve()] })
    await bundle.write({ file, format, inlineDynamicImports: true })
    await bundle.close()
  },

  async vite({ entry, file, format, minify = false }) {
    const { build } = await import('vite')
    return build({
      root: dirname(entry),
      configFile: false,
      logLevel: 'error',
      ssr: { noExternal: true },
      build: {
        ssr: entry,
        outDir: dirname(file),
        emptyOutDir: false,
        minify,
        rolldownOptions: {
          output: { format, entryFileNames: basename(file), codeSplitting: false },
        },
      },
    })
  },

  async webpack({ entry, file, format, minify = false }) {
    const { default: webpack } = await import('webpack')
    return new Promise((resolve, reject) => {
      webpack(
        {
          context: dirname(entry),
          entry,
          target: 'node20',
          mode: minify ? 'production' : 'development',
          devtool: false,
          experiments: { outputModule: format === 'esm' },
          output: {
            path: dirname(file),
            filename: basename(file),
            library: { type: format === 'esm' ? 'module' : 'commonjs2' },
          },
          plugins: [new webpack.optimize.LimitChunkCountPlugin({ maxChunks: 1 })],
        },
        (error, stats) => {
          if (error) reject(error)
          else if (stats?.hasErrors()) reject(new Error(stats.toString('errors-only')))
          else resolve(stats)
        },
      )
    })
  },
}
