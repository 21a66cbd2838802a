import { expect, onTestFinished, test, vi } from 'vitest'
import { TelemetryError } from '../../src/index.ts'
import { Child } from '../../src/prom-client/child.ts'
import type { Ledger } from '../../src/prom-client/ledger.ts'

class Counted extends Child {
  record(): void {
    const recording = this.recording ?? this.bind()
    recording.record!(1)
  }
}

test('where the telemetry has no place left, label values are dropped, and that is said once for each metric', () => {
  const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  onTestFinished(() => emitWarning.mockRestore())
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
  expect(attempts).toBe(2)
  const told = 'hits records no further label values: OFFLOOP_DIRECTORY_FULL'
  expect(emitWarning.mock.calls).toEqual([[expect.stringContaining(told)]])
})

test('a defect is no fullness', () => {
  const bind = () => {
    throw new RangeError('a defect')
  }
  const owner = { name: 'hits', ledger: { bind } as unknown as Ledger }
  expect(() => new Counted(owner, ['a'], {}).record()).toThrow(RangeError)
})
