/** What is scraped, rendered in slices, so that the aggregator goes on draining. Aggregator thread. */
import { gzip } from 'node:zlib'
import { type Collision, familiesInSteps } from '../../exposition/families.ts'
import type { Family } from '../../exposition/family.ts'
import { PIPELINE_NAMES, pipelineFamilies } from '../../exposition/pipeline-families.ts'
import { protobufOf } from '../../exposition/protobuf-format.ts'
import { textOf } from '../../exposition/text-format.ts'
import type { ExtensionHost, OwnSeries } from '../../shared/extension/extension.ts'
import type { Format } from './formats.ts'

/** How long the aggregator may be kept from its ticks at a time. */
const SLICE_MS = 5
/** Steps between two looks at the clock. */
const STEPS_PER_LOOK = 16
/** Characters or bytes. */
const PART_SIZE_MIN = 65_536
const COLLISIONS_MAX = 10_000
/** Repetitive text: higher levels take several times as long for a few percent. */
const GZIP_LEVEL = 3

/** One rendering: never changed once it is there. */
export class Rendering {
  readonly parts: readonly Buffer[]
  readonly byteLength: number
  #gzipped: Promise<Rendering> | undefined

  constructor(parts: readonly Buffer[]) {
    this.parts = parts
    this.byteLength = parts.reduce((bytes, part) => bytes + part.length, 0)
  }

  /** The same compressed, on a thread of Node's pool; done once. */
  gzipped(): Promise<Rendering> {
    this.#gzipped ??= new Promise((resolve, reject) => {
      gzip(Buffer.concat(this.parts), { level: GZIP_LEVEL }, (error, bytes) => {
        if (error === null) resolve(new Rendering([bytes]))
        else reject(error)
      })
    })
    return this.#gzipped
  }
}

export class Exposition {
  readonly #host: ExtensionHost
  readonly #quantiles: readonly number[]
  /** Asked for, and not begun: whoever asks meanwhile is answered with the same. */
  readonly #waiting = new Map<Format, Promise<Rendering>>()
  /** Ends when the last that was asked for does. */
  #tail: Promise<unknown> = Promise.resolve()
  readonly #scrapeTime: OwnSeries
  readonly #collisions: OwnSeries
  readonly #known = new Map<string, number>()

  constructor(host: ExtensionHost, quantiles: readonly number[]) {
    this.#host = host
    this.#quantiles = quantiles
    this.#scrapeTime = host.series({
      kind: 'latency',
      name: 'offloop_scrape_time',
      unit: 'ms',
      help: 'Time it took to render what was scraped, with the rests in between',
    })
    this.#collisions = host.series({
      kind: 'counter',
      name: 'offloop_exposition_collisions',
      unit: '{series}',
      help: 'Series left out of what is scraped, because their names or labels would collide',
    })
  }

  /** Everything recorded before it was asked for is in it. One is rendered at a time; equal ones that wait are one. */
  render(format: Format): Promise<Rendering> {
    const waiting = this.#waiting.get(format)
    if (waiting !== undefined) return waiting
    const rendering = this.#tail.then(async () => {
      // Those who ask in the same turn are answered by one.
      await this.#host.pause()
      this.#waiting.delete(format)
      return await this.#render(format)
    })
    this.#waiting.set(format, rendering)
    this.#tail = rendering.catch(() => {})
    return rendering
  }

  async #render(format: Format): Promise<Rendering> {
    const startMs = this.#host.now()
    const slices = new Slices(this.#host)
    const steps = familiesInSteps(this.#host.collect(), {
      reserved: PIPELINE_NAMES,
      windowQuantiles: this.#quantiles,
    })
    let step = steps.next()
    for (; !step.done; step = steps.next()) if (slices.isOver()) await slices.next()
    const { families, collisions } = step.value
    this.#report(collisions)
    const parts = await this.#inParts(
      chunksOf([...families, ...this.#ownFamilies()], format, this.#host),
      slices,
    )
    this.#scrapeTime.record(this.#host.now() - startMs)
    return new Rendering(parts)
  }

  async #inParts(chunks: Iterable<string | Uint8Array>, slices: Slices): Promise<Buffer[]> {
    const parts: Buffer[] = []
    let text = ''
    let bytes: Uint8Array[] = []
    let byteLength = 0
    const flush = () => {
      if (text !== '') parts.push(Buffer.from(text))
      if (byteLength > 0) parts.push(Buffer.concat(bytes))
      text = ''
      bytes = []
      byteLength = 0
    }
    for (const chunk of chunks) {
      if (typeof chunk === 'string') text += chunk
      else {
        bytes.push(chunk)
        byteLength += chunk.length
      }
      if (text.length + byteLength >= PART_SIZE_MIN) flush()
      if (slices.isOver()) await slices.next()
    }
    flush()
    return parts
  }

  #ownFamilies(): Family[] {
    return pipelineFamilies(this.#host.health(), this.#host.sloStatuses())
  }

  /** Counts each series left out once, however often it is scraped, and says each metric once. */
  #report(collisions: readonly Collision[]): void {
    for (const { metric, name, reason, count } of collisions) {
      const key = `${metric} ${name} ${reason}`
      const known = this.#known.get(key)
      if (known === undefined && this.#known.size >= COLLISIONS_MAX) continue
      if (count <= (known ?? 0)) continue
      this.#known.set(key, count)
      this.#collisions.increment(count - (known ?? 0))
      if (known !== undefined) continue
      this.#host.log(
        `offloop: ${count} series of ${metric} are not scraped: ${REASONS[reason]} ${name}. Give one of them another name.`,
      )
    }
  }
}

const REASONS: Readonly<Record<Collision['reason'], string>> = {
  type: 'a metric of another type is already exported as',
  name: 'another metric has samples that are called as those of',
  labels: 'equal labels are already exported by',
}

function chunksOf(
  families: readonly Family[],
  format: Format,
  { resource }: ExtensionHost,
): Iterable<string | Uint8Array> {
  return format === 'protobuf' ? protobufOf(families, resource) : textOf(families, format, resource)
}

/** Tells when to rest. */
class Slices {
  readonly #host: ExtensionHost
  #endMs: number
  #steps = 0

  constructor(host: ExtensionHost) {
    this.#host = host
    this.#endMs = host.now() + SLICE_MS
  }

  isOver(): boolean {
    this.#steps += 1
    return this.#steps % STEPS_PER_LOOK === 0 && this.#host.now() >= this.#endMs
  }

  async next(): Promise<void> {
    await this.#host.pause()
    this.#endMs = this.#host.now() + SLICE_MS
  }
}
