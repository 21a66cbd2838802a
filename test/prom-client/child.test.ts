import { setImmediate as turn } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { TelemetryError } from '../../src/index.ts'
import { Child } from '../../src/prom-client/child.ts'
import type { Ledger } from '../../src/prom-client/ledger.ts'

class Counted extends Child {
  record(): void {
    const recording = this.recording ?? this.bind()
    recording.record!(1)
  }
}

test('where the telemetry has no place left, label values are dropped, and that is said once for each metric', async () => {
  const warnings: string[] = []
  const listen = ({ message }: Error) => warnings.push(message)
  process.on('warning', listen)
  onTestFinished(() => void process.off('warning', listen))
  let attempts = 0
  const bind = () => {
    attempts++
    throw new TelemetryError('OFFLOOP_DIRECTORY_FULL', { fix: 'use fewer labels' })
  }
  const owner = { name: 'hits', ledger: { bind } as unknown as Ledger }
  for (const value of ['a', 'b']) {
    const child = new Counted(owner, [value], {})
    child.record()
    child.record()
  }
  await turn()
  expect(attempts).toBe(2)
  expect(warnings).toEqual([
    expect.stringContaining('hits records no further label values: OFFLOOP_DIRECTORY_FULL'),
  ])
})

test('a defect is no fullness', () => {
  const bind = () => {
    throw new RangeError('a defect')
  }
  const owner = { name: 'hits', ledger: { bind } as unknown as Ledger }
  expect(() => new Counted(owner, ['a'], {}).record()).toThrow(RangeError)
})
