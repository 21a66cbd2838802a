/** prom-client, and the fork of it that is kept by Platformatic: one interface, two implementations. */
import * as platformatic from '@platformatic/prom-client'
import * as promClient from 'prom-client'

export interface PromLibrary {
  readonly name: string
  readonly library: Pick<typeof promClient, 'Counter' | 'Histogram' | 'Registry' | 'Summary'>
}

/** The fork has the same types under other names. */
const fork = platformatic as unknown as PromLibrary['library']

export const PROM_CLIENT: PromLibrary = { name: 'prom-client', library: promClient }
export const PLATFORMATIC: PromLibrary = { name: '@platformatic/prom-client', library: fork }
export const PROM_LIBRARIES: readonly PromLibrary[] = [PROM_CLIENT, PLATFORMATIC]

/** How many values the histograms have taken. */
export async function promCount(histograms: readonly promClient.Histogram[]): Promise<number> {
  const all = await Promise.all(histograms.map(histogram => histogram.get()))
  return all
    .flatMap(({ values }) => values)
    .filter(({ metricName }) => metricName?.endsWith('_count'))
    .reduce((sum, { value }) => sum + value, 0)
}

/** What the counters have come to. */
export async function promSum(counters: readonly promClient.Counter[]): Promise<number> {
  const all = await Promise.all(counters.map(counter => counter.get()))
  return all.flatMap(({ values }) => values).reduce((sum, { value }) => sum + value, 0)
}
