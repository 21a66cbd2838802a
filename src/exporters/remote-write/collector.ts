/** Makes collections: reads all series and writes them into requests, with pauses in between. Aggregator thread. */
import { type Families, type Family, familiesInSteps, type Point } from '../../exposition/families.ts'
import { PIPELINE_NAMES, pipelineFamilies } from '../../exposition/pipeline-families.ts'
import { resourceLabels } from '../../exposition/resource-labels.ts'
import type { ExtensionHost } from '../../shared/extension/extension.ts'
import type { RemoteWriteSettings } from '../../shared/extension/remote-write-settings.ts'
import { type Collection, RequestBatches } from './collection.ts'
import { emptyHistogram, fineIndicesOf } from './histogram-forms.ts'
import { type PointForm, type PointSample, samplesOf, wireNameOf, wireTypeOf } from './point-series.ts'
import { STALE, type WireSeries } from './wire.ts'
import { type CommonLabels, commonLabelsOf, labelsOfPoint, withLabel } from './wire-labels.ts'

/** Longest stretch of work between two pauses: a point takes some microseconds, packing a request a few milliseconds. */
const WORK_MS_MAX = 2
/** As often as Prometheus sends it. */
const METADATA_INTERVAL_MS = 60_000

export class Collector {
  readonly #host: ExtensionHost
  readonly #settings: RemoteWriteSettings
  readonly #common: CommonLabels
  readonly #targetInfo: Omit<WireSeries, 'timeMs'>
  readonly #isSuccessor: boolean
  /** Points that were sent; with those of their buckets that came one by one. */
  readonly #known = new Map<string, Set<string> | undefined>()
  readonly #fineIndices = new Map<string, readonly number[] | undefined>()
  #lastTimeMs: number | undefined
  #metadataTimeMs = Number.NEGATIVE_INFINITY
  #metadataCount = 0
  #pausedAtMs = 0

  /** @param isSuccessor whether another aggregator has sent before: then the start of what there is was sent, too */
  constructor(host: ExtensionHost, settings: RemoteWriteSettings, isSuccessor: boolean) {
    this.#host = host
    this.#settings = settings
    this.#common = commonLabelsOf(settings, host.resource)
    this.#isSuccessor = isSuccessor
    const labels = labelsOfPoint({ labels: resourceLabels(host.resource) }, this.#common)
    this.#targetInfo = { labels: withLabel(labels, '__name__', 'target_info'), value: 1, exemplars: [] }
  }

  /** One at a time.
   *  @param isLast whether the series end with it, where that is wanted */
  async collect(isLast = false): Promise<Collection> {
    const host = this.#host
    this.#pausedAtMs = host.now()
    const families = await this.#families()
    // No two collections of one time: a store would take the second for a contradiction.
    const timeMs = Math.max(Math.floor(host.now()), (this.#lastTimeMs ?? 0) + 1)
    const { histograms, maxSamplesPerRequest } = this.#settings
    const batches = new RequestBatches(maxSamplesPerRequest, histograms === 'both')
    await this.#addMetadata(batches, families, timeMs)
    const isLastMarked = isLast && this.#settings.staleMarkers
    batches.addSeries('values', { ...this.#targetInfo, timeMs })
    for (const family of families) {
      const form = this.#formOf(family)
      for (const point of family.points) {
        await this.#addPoint(batches, family, point, form, timeMs, isLastMarked)
        await this.#pauseWhenDue()
      }
    }
    batches.end()
    while (batches.packOne()) await this.#pauseWhenDue()
    this.#lastTimeMs = timeMs
    return batches.collection(timeMs)
  }

  async #families(): Promise<readonly Family[]> {
    const host = this.#host
    const steps = familiesInSteps(host.collect(), { reserved: PIPELINE_NAMES })
    let step: IteratorResult<void, Families> = steps.next()
    while (!step.done) {
      await this.#pauseWhenDue()
      step = steps.next()
    }
    return [...step.value.families, ...pipelineFamilies(host.health(), host.sloStatuses())]
  }

  async #addPoint(
    batches: RequestBatches,
    family: Family,
    point: Point,
    form: PointForm,
    timeMs: number,
    isLastMarked: boolean,
  ): Promise<void> {
    const labels = labelsOfPoint(point, this.#common)
    const samples = samplesOf(family, point, labels, form)
    // It is new when it has something to send.
    if (samples.length === 0) return
    const isNew = this.#newSamplesOf(`${family.name}\0${labels.join('\0')}`)
    const startMs = this.#startMs(timeMs)
    for (const sample of samples) {
      const isHistogram = typeof sample.value === 'object'
      if (isNew(sample) && startMs !== undefined) {
        batches.addSeries(isHistogram ? 'histogram starts' : 'starts', {
          ...startOf(sample),
          timeMs: startMs,
        })
      }
      batches.addSeries(isHistogram ? 'histograms' : 'values', { ...sample, timeMs })
      if (!isLastMarked) continue
      batches.addSeries('ends', {
        labels: sample.labels,
        value: STALE,
        timeMs: timeMs + 1,
        exemplars: [],
      })
    }
    while (batches.packOne()) await this.#pauseWhenDue()
  }

  /** When what is new now had counted nothing yet; undefined when that cannot be said. */
  #startMs(timeMs: number): number | undefined {
    if (this.#lastTimeMs !== undefined) return this.#lastTimeMs
    return this.#isSuccessor ? undefined : Math.min(Math.floor(this.#host.resource.startTimeMs), timeMs - 1)
  }

  /** Tells which samples of a point are of series that were never sent, and that have counted something. */
  #newSamplesOf(key: string): (sample: PointSample) => boolean {
    const isKnown = this.#known.has(key)
    if (!isKnown) this.#known.set(key, undefined)
    return ({ isCumulative, value, bucket }) => {
      if (bucket !== undefined) return this.#isNewBucket(key, bucket)
      return !isKnown && isCumulative && value !== 0
    }
  }

  #isNewBucket(key: string, bucket: string): boolean {
    let buckets = this.#known.get(key)
    if (buckets === undefined) {
      buckets = new Set()
      this.#known.set(key, buckets)
    }
    const countBefore = buckets.size
    return buckets.add(bucket).size > countBefore
  }

  #formOf({ unit }: Family): PointForm {
    if (!this.#fineIndices.has(unit)) this.#fineIndices.set(unit, fineIndicesOf(this.#settings.fine, unit))
    return {
      histograms: this.#settings.histograms,
      fineIndices: this.#fineIndices.get(unit),
      exemplarsAfterMs: this.#lastTimeMs ?? Number.NEGATIVE_INFINITY,
    }
  }

  /** Once a minute, and whenever there are more families than before. */
  async #addMetadata(batches: RequestBatches, families: readonly Family[], timeMs: number): Promise<void> {
    const isDue = timeMs - this.#metadataTimeMs >= METADATA_INTERVAL_MS
    if (!isDue && families.length === this.#metadataCount) return
    this.#metadataTimeMs = timeMs
    this.#metadataCount = families.length
    for (const family of families) {
      const { help, unit } = family
      batches.addMetadata({ type: wireTypeOf(family), name: wireNameOf(family), help, unit })
      await this.#pauseWhenDue()
    }
  }

  async #pauseWhenDue(): Promise<void> {
    if (this.#host.now() - this.#pausedAtMs < WORK_MS_MAX) return
    await this.#host.pause()
    this.#pausedAtMs = this.#host.now()
  }
}

function startOf({ labels, value }: PointSample): Pick<PointSample, 'labels' | 'value' | 'exemplars'> {
  return { labels, value: typeof value === 'number' ? 0 : emptyHistogram(value), exemplars: [] }
}
