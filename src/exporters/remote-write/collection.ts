/** What is sent of one moment, as requests of a bounded size. Pure. */
import { type WireMetadata, type WireSeries, WriteRequest } from './wire.ts'

/** What a request is of. Native histograms go by themselves: stores that do not know them refuse, or forget, all that comes
 *  along with them. */
export type RequestContent = 'metadata' | 'starts' | 'histogram starts' | 'values' | 'histograms' | 'ends'

/** One request, ready to be sent. */
export interface PackedRequest {
  readonly content: RequestContent
  readonly body: Uint8Array
  /** What is lost when it does not arrive; 0 for all that figures can do without. */
  readonly figureCount: number
}

/** What is sent of one moment, in that order. */
export interface Collection {
  readonly timeMs: number
  readonly requests: readonly PackedRequest[]
}

/** In which they are sent. Starts say what new series were before they counted anything; ends that no more is to come. */
const ORDER: readonly RequestContent[] = [
  'metadata',
  'starts',
  'histogram starts',
  'values',
  'histograms',
  'ends',
]

/** Requests in the making, one of each content. Packing one takes some milliseconds: whoever adds has to look whether
 *  one is full, and to have it packed when there is time. */
export class RequestBatches {
  readonly #samplesMax: number
  readonly #figures: ReadonlySet<RequestContent>
  readonly #packed: PackedRequest[] = []
  readonly #open = new Map(ORDER.map(content => [content, new WriteRequest()]))

  /** @param isSentTwice whether the histograms are among the values, too */
  constructor(samplesMax: number, isSentTwice: boolean) {
    this.#samplesMax = samplesMax
    this.#figures = new Set<RequestContent>(isSentTwice ? ['values'] : ['values', 'histograms'])
  }

  /** @returns whether one more request is to be packed now */
  addSeries(content: RequestContent, series: WireSeries): boolean {
    const request = this.#open.get(content)!
    request.addSeries(series)
    return request.itemCount >= this.#samplesMax
  }

  /** @returns whether one more request is to be packed now */
  addMetadata(metadata: WireMetadata): boolean {
    const request = this.#open.get('metadata')!
    request.addMetadata(metadata)
    return request.itemCount >= this.#samplesMax
  }

  /** Packs one request: one that is full, or with `isEnd` one that has anything.
   *  @returns whether there was one */
  pack(isEnd: boolean): boolean {
    const itemsMin = isEnd ? 1 : this.#samplesMax
    const content = ORDER.find(one => this.#open.get(one)!.itemCount >= itemsMin)
    if (content === undefined) return false
    const request = this.#open.get(content)!
    this.#open.set(content, new WriteRequest())
    const figureCount = this.#figures.has(content) ? request.itemCount : 0
    this.#packed.push({ content, body: request.finish(), figureCount })
    return true
  }

  /** All that is packed. */
  collection(timeMs: number): Collection {
    const requests = ORDER.flatMap(content => this.#packed.filter(request => request.content === content))
    return { timeMs, requests }
  }
}
