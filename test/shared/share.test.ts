import { expect, test } from 'vitest'
import { checkShare, controlChannelName, SHARE_VERSION } from '../../src/shared/share.ts'
import { createShare } from '../support/recording.ts'

const coded = (code: string, message: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(message) })

test('a share passes the check, cloned as often as wanted, and the clone is of the same memory', () => {
  const share = createShare()
  const clone = structuredClone(structuredClone(share))
  expect(() => checkShare(share)).not.toThrow()
  expect(() => checkShare(clone)).not.toThrow()
  new Int32Array(share.control)[0] = 42
  expect(new Int32Array(clone.control)[0]).toBe(42)
  expect(clone.origin).toEqual(share.origin)
})

test.each([undefined, null, 5, 'share', {}, [], { offloop: '1001' }, () => {}, Symbol('share')])(
  '%o is no share: the advice is where to get one',
  share => {
    expect(() => checkShare(share)).toThrow(coded('OFFLOOP_SHARE', 'pass what telemetry.share() returned'))
  },
)

test.each([SHARE_VERSION - 1, SHARE_VERSION + 1, 0, -1, Number.NaN])(
  'a share of version %d is refused, with both versions',
  offloop => {
    expect(() => checkShare(createShare({ offloop }))).toThrow(
      coded('OFFLOOP_SHARE_VERSION', `(got ${offloop})`),
    )
    expect(() => checkShare(createShare({ offloop }))).toThrow(
      coded('OFFLOOP_SHARE_VERSION', `speaks ${SHARE_VERSION}`),
    )
  },
)

test('the version is checked first: another version may look different altogether', () => {
  expect(() => checkShare({ offloop: SHARE_VERSION + 1 })).toThrow(coded('OFFLOOP_SHARE_VERSION', ''))
})

test('a share that went through JSON has lost its memory: the advice is structured clone', () => {
  const { origin: _, ...rest } = createShare()
  const share = JSON.parse(JSON.stringify(rest))
  expect(() => checkShare(share)).toThrow(
    coded('OFFLOOP_SHARE', 'pass the share by structured clone, not as JSON'),
  )
})

test.each(['control', 'board'] as const)('a share whose %s is not shared memory is refused', part => {
  const share = createShare({ [part]: new ArrayBuffer(1_024) as never })
  expect(() => checkShare(share)).toThrow(coded('OFFLOOP_SHARE', 'keep shared memory'))
})

test('each lane has a control channel of its own', () => {
  const share = createShare()
  expect(new Set([0, 1, 10, 11].map(laneId => controlChannelName(share, laneId))).size).toBe(4)
})
