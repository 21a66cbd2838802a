import { expect, test } from 'vitest'
import { HDR_WASM_PEER, HISTOGRAM_PEERS } from '../../../bench/setup/histogram-peers.ts'

const durationsMs = Float64Array.of(0.5, 12.5, 80)

const peers = [...HISTOGRAM_PEERS, HDR_WASM_PEER]

test.each(peers.map(peer => [peer.name, peer] as const))(
  '%s counts what it is given, over all its histograms',
  async (_name, peer) => {
    const { histograms, recordedCount } = peer.create(3)
    expect(histograms).toHaveLength(3)
    expect(await recordedCount()).toBe(0)
    const called = histograms as readonly Record<string, (value: number) => void>[]
    for (const input of peer.inputsOf(durationsMs)) {
      called[0]![peer.method]!(input)
      called[2]![peer.method]!(input)
    }
    expect(await recordedCount()).toBe(2 * durationsMs.length)
  },
)

test('every peer is given the same durations, each in its own unit', () => {
  const inSeconds = peers.map(peer =>
    [...peer.inputsOf(durationsMs)].map(input => input / peer.inputsOf(Float64Array.of(1_000))[0]!),
  )
  for (const inputs of inSeconds) expect(inputs).toEqual([0.0005, 0.0125, 0.08])
})

test('a name is given once', () => {
  const names = peers.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})
