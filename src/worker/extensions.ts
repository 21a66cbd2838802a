/** The extensions of the aggregator: loaded when asked for, asked in turn, and ended with it. Aggregator thread. */
import { TelemetryError } from '../shared/errors.ts'
import {
  type Extension,
  type ExtensionHost,
  type ExtensionInfo,
  type ExtensionModule,
  type ExtensionSpec,
  SCRAPE_EXTENSION,
} from '../shared/extension/extension.ts'
import { reasonOf } from '../shared/limited-log.ts'
import type { View } from '../shared/prom-client/view.ts'
import { codedError } from './coded-error.ts'
import { loadModule } from './load-module.ts'

/** The last pushes of all extensions together. */
const CLOSE_MS_MAX = 2_000

export interface ExtensionsOptions {
  readonly host: ExtensionHost
  /** Asked for by the first scrape, where it was not started before. */
  readonly scrapeModule: string
  readonly log: (line: string) => void
  /** What an extension says of itself once it runs: for its successor, and for whoever waits. */
  readonly onInfo: (name: string, info: ExtensionInfo) => void
}

export class Extensions {
  readonly #options: ExtensionsOptions
  readonly #byName = new Map<string, Promise<Extension>>()
  #started: Promise<readonly PromiseSettledResult<Extension>[]> = Promise.resolve([])
  #pushing: Promise<void> | undefined
  #isClosed = false
  #hasForeignCode = false

  constructor(options: ExtensionsOptions) {
    this.#options = options
  }

  /** Starts them all, beside each other. One that fails is logged, and keeps no other from running.
   *  @param previous what each had to say of itself in an aggregator that died */
  start(specs: readonly ExtensionSpec[], previous: ReadonlyMap<string, ExtensionInfo>): void {
    const started = specs.map(spec => {
      const running = this.#load(spec, previous.get(spec.name))
      running.catch(error => {
        if (!this.#isClosed)
          this.#options.log(`offloop: ${spokenName(spec.name)} is not running: ${reasonOf(error)}`)
      })
      this.#byName.set(spec.name, running)
      return running
    })
    this.#started = Promise.allSettled(started)
  }

  /** What all extensions that were asked for at the start say of themselves, once they run.
   *  @throws TelemetryError what the first of them that failed had to say */
  async info(): Promise<ExtensionInfo> {
    const results = await this.#started
    const failed = results.find(result => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    return Object.assign(
      {},
      ...results.map(result => (result.status === 'fulfilled' ? result.value.info : {})),
    )
  }

  /** Everything as it is scraped, or some of it as a view wants it.
   *  @throws TelemetryError OFFLOOP_EXTENSION */
  async scrape(question: { readonly accept?: string | undefined; readonly view?: View }): Promise<unknown> {
    const extension = await this.#scraper()
    if (extension.answer !== undefined) return await extension.answer(question)
    throw notRunning(SCRAPE_EXTENSION, 'it gives no answers', 'name no extension of your own so')
  }

  /** Has every extension send what there is. Asked again meanwhile, it is one push.
   *  @throws TelemetryError OFFLOOP_PUSH what the first that failed had to say */
  push(): Promise<void> {
    this.#pushing ??= this.#pushAll().finally(() => {
      this.#pushing = undefined
    })
    return this.#pushing
  }

  /** Ends them all, each after a last push. Never rejects; bounded. */
  async close(): Promise<void> {
    this.#isClosed = true
    const closing = [...this.#byName].map(async ([name, running]) => {
      const extension = await running.catch(() => undefined)
      try {
        await extension?.close()
      } catch (error) {
        this.#options.log(`offloop: the last push of ${name} failed: ${reasonOf(error)}`)
      }
    })
    let timer: NodeJS.Timeout | undefined
    const timedOut = new Promise(resolve => {
      timer = setTimeout(resolve, CLOSE_MS_MAX)
    })
    await Promise.race([Promise.all(closing), timedOut])
    clearTimeout(timer)
  }

  async #pushAll(): Promise<void> {
    const running = (await this.#started).flatMap(result =>
      result.status === 'fulfilled' ? [result.value] : [],
    )
    const results = await Promise.allSettled(running.map(async extension => await extension.push?.()))
    const failed = results.find(result => result.status === 'rejected')
    if (failed === undefined) return
    throw codedError(failed.reason, 'OFFLOOP_PUSH', 'look at the receiver, and at offloop_export_failures')
  }

  #scraper(): Promise<Extension> {
    const name = SCRAPE_EXTENSION
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    if (this.#isClosed) throw new TelemetryError('OFFLOOP_CLOSED', { fix: 'scrape before close()' })
    const running = this.#load({ name, module: this.#options.scrapeModule, options: {} }, undefined)
    this.#byName.set(name, running)
    // It is tried anew when asked again.
    running.catch(() => this.#byName.delete(name))
    return running
  }

  /** Whatever an extension, or a package that it uses, lets fall is said, and lanes go on being drained. Without any, a
   *  rejection is a defect of the aggregator's own, which ends the thread: its successor knows what it knew. */
  #outliveRejections(): void {
    if (this.#hasForeignCode) return
    this.#hasForeignCode = true
    const { host } = this.#options
    process.on('unhandledRejection', reason =>
      host.log(`offloop: nobody took care of a rejection on the aggregator thread: ${reasonOf(reason)}`),
    )
  }

  async #load(
    { name, module, options }: ExtensionSpec,
    previous: ExtensionInfo | undefined,
  ): Promise<Extension> {
    this.#outliveRejections()
    const fix =
      'see the cause; where the program is bundled, keep offloop outside of the bundle (docs/bundling.md)'
    const loaded = await loadModule(module).catch(error => {
      throw notRunning(name, reasonOf(error), fix)
    })
    const { start } = loaded as Partial<ExtensionModule>
    if (typeof start !== 'function') throw notRunning(name, module, 'give a module that exports start()')
    try {
      const extension = await start(this.#options.host, options, previous)
      if (extension.info !== undefined) this.#options.onInfo(name, extension.info)
      return extension
    } catch (error) {
      throw codedError(error, 'OFFLOOP_EXTENSION', 'see the cause')
    }
  }
}

/** What serves scrapes is no Prometheus: that name would send whoever reads the log to the wrong program. */
function spokenName(name: string): string {
  return name === SCRAPE_EXTENSION ? 'the HTTP endpoint' : name
}

function notRunning(name: string, got: unknown, fix: string): TelemetryError {
  return new TelemetryError('OFFLOOP_EXTENSION', { at: name, got, fix })
}
