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

/** Requests in the making. Packing one takes some milliseconds: whoever adds has them packed when there is time. */
export class RequestBatches {
  readonly #samplesMax: number
  readonly #figures: ReadonlySet<RequestContent>
  readonly #open = new Map<RequestContent, WriteRequest>()
  readonly #full: { readonly content: RequestContent; readonly request: WriteRequest }[] = []
  readonly #packed: PackedRequest[] = []

  /** @param isSentTwice whether the histograms are among the values, too */
  constructor(samplesMax: number, isSentTwice: boolean) {
    this.#samplesMax = samplesMax
    this.#figures = new Set<RequestContent>(isSentTwice ? ['values'] : ['values', 'histograms'])
  }

  addSeries(content: RequestContent, series: WireSeries): void {
    this.#requestFor(content).addSeries(series)
  }

  addMetadata(metadata: WireMetadata): void {
    this.#requestFor('metadata').addMetadata(metadata)
  }

  /** No more is to come: what there is counts as full. */
  end(): void {
    for (const [content, request] of this.#open) this.#full.push({ content, request })
    this.#open.clear()
  }

  /** Packs one request that is full.
   *  @returns whether there was one */
  packOne(): boolean {
    const next = this.#full.shift()
    if (next === undefined) return false
    const { content, request } = next
    const figureCount = this.#figures.has(content) ? request.itemCount : 0
    this.#packed.push({ content, body: request.finish(), figureCount })
    return true
  }

  /** All that is packed. */
  collection(timeMs: number): Collection {
    const requests = ORDER.flatMap(content => this.#packed.filter(request => request.content === content))
    return { timeMs, requests }
  }

  #requestFor(content: RequestContent): WriteRequest {
    const open = this.#open.get(content)
    if (open !== undefined && open.itemCount < this.#samplesMax) return open
    if (open !== undefined) this.#full.push({ content, request: open })
    const request = new WriteRequest()
    this.#open.set(content, request)
    return request
  }
}
