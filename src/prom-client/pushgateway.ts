/** Sends the text of a registry to a Pushgateway. Any thread. */
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { text as textOf } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { globalRegistry, type Registry, type RegistryContentType } from './registry.ts'

export class Pushgateway<T extends RegistryContentType> {
  readonly #url: string
  readonly #registry: Registry<T>
  readonly #needsJobName: boolean
  readonly #requestOptions: RequestOptions

  /** @param options those of `http.request`; `requireJobName: false` for gateways without jobs */
  // biome-ignore lint/suspicious/noExplicitAny: as prom-client has it
  constructor(url: string, options?: any, registry?: Registry<T>) {
    const { requireJobName = true, ...requestOptions } = options ?? {}
    this.#url = url
    this.#registry = registry ?? (globalRegistry as unknown as Registry<T>)
    this.#needsJobName = requireJobName
    this.#requestOptions = requestOptions
  }

  /** Replaces the metrics of these names. @throws Error without a job name, or when the gateway refuses */
  pushAdd(parameters?: Pushgateway.Parameters): Promise<{ resp?: unknown; body?: unknown }> {
    return this.#send('POST', parameters)
  }

  /** Replaces all metrics of the job. @throws Error as `pushAdd` */
  push(parameters?: Pushgateway.Parameters): Promise<{ resp?: unknown; body?: unknown }> {
    return this.#send('PUT', parameters)
  }

  /** Removes all metrics of the job. @throws Error as `pushAdd` */
  delete(parameters?: Pushgateway.Parameters): Promise<{ resp?: unknown; body?: unknown }> {
    return this.#send('DELETE', parameters)
  }

  #send(
    method: 'POST' | 'PUT' | 'DELETE',
    { jobName = '', groupings = {} }: Partial<Pushgateway.Parameters> = {},
  ): Promise<{ resp: IncomingMessage; body: string }> {
    if (this.#needsJobName && jobName === '') throw new Error('Missing jobName parameter')
    const parts = jobName === '' ? [] : ['job', jobName, ...Object.entries(groupings).flat()]
    const url = new URL(this.#url)
    const path = ['metrics', ...parts.map(encodeURIComponent)].join('/')
    url.pathname = `${url.pathname.replace(/\/$/, '')}/${path}`
    return this.#request(url, method)
  }

  async #request(
    url: URL,
    method: 'POST' | 'PUT' | 'DELETE',
  ): Promise<{ resp: IncomingMessage; body: string }> {
    const headers = { ...this.#requestOptions.headers } as Record<string, string>
    const body = method === 'DELETE' ? undefined : await this.#registry.metrics()
    const isGzipped = headers['Content-Encoding'] === 'gzip'
    if (body === undefined) delete headers['Content-Encoding']
    const send = url.protocol === 'https:' ? requestHttps : requestHttp
    const resp = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = send(url, { ...this.#requestOptions, headers, method }, resolve)
      request.on('error', reject)
      request.on('timeout', () => request.destroy(new Error('Pushgateway request timed out')))
      request.end(body !== undefined && isGzipped ? gzipSync(body) : body)
    })
    const told = await textOf(resp)
    const { statusCode = 0 } = resp
    if (statusCode >= 400) throw new Error(`push failed with status ${statusCode}, ${told}`)
    return { resp, body: told }
  }
}

/** Types, named as users of prom-client name them. */
export namespace Pushgateway {
  export interface Parameters {
    jobName: string
    /** Labels of the group. */
    groupings?: { [key: string]: string }
  }
}
