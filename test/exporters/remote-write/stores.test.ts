/** Real stores: several processes measure, each by itself, and the store's own query engine adds them up. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HistogramForm } from '../../../src/prometheus/index.ts'
import {
  instantQuery,
  type ProgramName,
  programPath,
  type RunningProgram,
  startPrometheus,
  startVictoriaMetrics,
} from '../../support/real-programs.ts'
import { runFleet } from './fleet.ts'

/** Width of a bucket, and what the bounds of milliseconds are beside those of seconds: docs/remote-write.md. */
const ERROR_MAX = 0.024
const RANKS = [0.5, 0.9, 0.95, 0.99, 0.999] as const
const TIMEOUT_MS = 40_000

const paths = {
  prometheus: programPath('prometheus'),
  'victoria-metrics': programPath('victoria-metrics'),
} satisfies Partial<Record<ProgramName, string | undefined>>
type StoreName = keyof typeof paths

const stores = new Map<StoreName, RunningProgram>()

beforeAll(async () => {
  if (paths.prometheus !== undefined) {
    stores.set('prometheus', await startPrometheus(paths.prometheus, 'global: {}\n'))
  }
  const victoria = paths['victoria-metrics']
  if (victoria !== undefined) stores.set('victoria-metrics', await startVictoriaMetrics(victoria))
}, TIMEOUT_MS)

afterAll(() => Promise.all([...stores.values()].map(store => store.stop())), TIMEOUT_MS)

const writeUrl = (store: RunningProgram) => `${store.url}/api/v1/write`

/** VictoriaMetrics shows what is new after some seconds, or when it is told to. */
async function flushed(store: RunningProgram): Promise<RunningProgram> {
  if (store === stores.get('victoria-metrics')) await fetch(`${store.url}/internal/force_flush`)
  return store
}

async function value(store: RunningProgram, query: string): Promise<number | undefined> {
  return (await instantQuery((await flushed(store)).url, query))[0]?.value
}

const CASES: readonly (readonly [StoreName, HistogramForm, (job: string) => string])[] = [
  ['prometheus', 'native', job => `sum(wait_seconds{${job}})`],
  ['prometheus', 'both', job => `sum(wait_seconds{${job}})`],
  ['prometheus', 'fine', job => `sum by (le) (wait_seconds_bucket{${job}})`],
  ['victoria-metrics', 'vmrange', job => `sum by (vmrange) (wait_seconds_bucket{${job}})`],
  ['victoria-metrics', 'vmrange', job => `sum by (vmrange) (increase(wait_seconds_bucket{${job}}[5m]))`],
  ['victoria-metrics', 'fine', job => `sum by (le) (wait_seconds_bucket{${job}})`],
]

for (const [name, form, sumOf] of CASES) {
  test.skipIf(paths[name] === undefined)(
    `${name}, ${form}: quantiles over all processes are those of all samples together: ${sumOf('')}`,
    async () => {
      const store = stores.get(name)!
      const service = `${form}-${CASES.findIndex(([, , sum]) => sum === sumOf)}`
      const fleet = await runFleet(service, { url: writeUrl(store), histograms: form })
      const job = `job="${service}"`
      await expect
        .poll(() => value(store, `sum(guests_total{${job}})`), { timeout: 20_000 })
        .toBe(fleet.guests)
      const errors = await Promise.all(
        RANKS.map(async rank => {
          const query = `histogram_quantile(${rank}, ${sumOf(job)})`
          return Math.abs((await value(store, query))! / fleet.quantile(rank) - 1)
        }),
      )
      for (const error of errors) expect(error).toBeLessThan(ERROR_MAX)
    },
    TIMEOUT_MS,
  )
}

test.skipIf(paths.prometheus === undefined)(
  'Prometheus sees what came before the first push as an increase',
  async () => {
    const store = stores.get('prometheus')!
    const fleet = await runFleet('increase', { url: writeUrl(store), histograms: 'classic' })
    // Extrapolation cannot bring it below what was counted; without beginnings there would be nothing at all.
    const query = 'sum(increase(guests_total{job="increase"}[5m]))'
    await expect.poll(() => value(store, query), { timeout: 20_000 }).toBeGreaterThanOrEqual(fleet.guests)
  },
  TIMEOUT_MS,
)

test.skipIf(paths.prometheus === undefined).each([
  [true, []],
  [false, [6_000]],
] as const)(
  'after the close, with stale markers %j, Prometheus shows %j',
  async (staleMarkers, expected) => {
    const store = stores.get('prometheus')!
    const job = `stale-${staleMarkers}`
    const fleet = await runFleet(job, { url: writeUrl(store), staleMarkers })
    await fleet.close()
    const shown = async () =>
      (await instantQuery(store.url, `sum(guests_total{job="${job}"})`)).map(one => one.value)
    await expect.poll(shown, { timeout: 20_000 }).toEqual(expected)
    const histograms = await instantQuery(store.url, `histogram_count(sum(wait_seconds{job="${job}"}))`)
    expect(histograms.map(one => one.value)).toEqual(staleMarkers ? [] : [60_000])
    // What was recorded is there all the same.
    expect(await value(store, `sum(last_over_time(guests_total{job="${job}"}[5m]))`)).toBe(6_000)
  },
  TIMEOUT_MS,
)

test.skipIf(paths['victoria-metrics'] === undefined)(
  'a store that forgets native histograms keeps everything else: VictoriaMetrics',
  async () => {
    const store = stores.get('victoria-metrics')!
    const fleet = await runFleet('forgets', { url: writeUrl(store), histograms: 'both' })
    const job = 'job="forgets"'
    await expect.poll(() => value(store, `sum(guests_total{${job}})`), { timeout: 20_000 }).toBe(fleet.guests)
    expect(await value(store, `sum(wait_seconds_count{${job}})`)).toBe(60_000)
    expect(await value(store, `sum(wait_seconds_bucket{${job},le="+Inf"})`)).toBe(60_000)
  },
  TIMEOUT_MS,
)
