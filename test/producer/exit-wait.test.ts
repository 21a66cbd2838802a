/** How long an exit waits for the aggregator, and what makes it stop. */
import { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { SILENCE_MS_MAX, waitForFinalFlush } from '../../src/producer/exit-wait.ts'
import { AggregatorState, ControlWord, createControlBlock } from '../../src/shared/memory/control-block.ts'
import {
  answerFinalFlush,
  finalFlushAnswer,
  requestFinalFlush,
} from '../../src/shared/memory/final-flush-words.ts'

/** A control block whose aggregator is in this state, and a clock that moves by a step at each reading: more than a slice. */
function waiting(state: number, stepMs = 100) {
  const control = new Int32Array(createControlBlock())
  control[ControlWord.aggregatorState] = state
  let atMs = 1_000
  let sign = 0
  return {
    control,
    request: requestFinalFlush(control),
    /** Called at each look for a sign of life. */
    onLook: () => {},
    wait(timeoutMs: number, { isAlive = true } = {}) {
      const startMs = atMs
      const end = waitForFinalFlush(control, this.request, {
        deadlineMs: startMs + timeoutMs,
        nowMs: () => {
          atMs += stepMs
          return atMs
        },
        signOfLife: () => {
          this.onLook()
          if (isAlive) sign++
          return sign
        },
      })
      return { end, waitedMs: atMs - startMs }
    },
  }
}

test('an answer that is there already is not waited for', () => {
  const one = waiting(AggregatorState.running)
  answerFinalFlush(one.control, one.request, { lost: 2 ** 40, snapshotFileError: 'no room' })
  expect(one.wait(1_000)).toMatchObject({ end: 'answered' })
  expect(finalFlushAnswer(one.control, one.request)).toEqual({ lost: 2 ** 32 - 1, isFileFailed: true })
})

test('the answer to an earlier request is none to this one', () => {
  const one = waiting(AggregatorState.running)
  answerFinalFlush(one.control, one.request, { lost: 0 })
  const request = requestFinalFlush(one.control)
  expect(request).not.toBe(one.request)
  expect(finalFlushAnswer(one.control, request)).toBeUndefined()
  one.request = request
  expect(one.wait(200)).toMatchObject({ end: 'timed out' })
})

test('an aggregator at work is waited for up to the bound, and not beyond', () => {
  const { end, waitedMs } = waiting(AggregatorState.running).wait(2_000)
  expect(end).toBe('timed out')
  expect(waitedMs).toBeGreaterThanOrEqual(2_000)
  expect(waitedMs).toBeLessThanOrEqual(2_200)
})

test('one that gives no sign of life is given up early', () => {
  const { end, waitedMs } = waiting(AggregatorState.running).wait(60_000, { isAlive: false })
  expect(end).toBe('silent')
  expect(waitedMs).toBeGreaterThanOrEqual(SILENCE_MS_MAX)
  expect(waitedMs).toBeLessThanOrEqual(SILENCE_MS_MAX + 200)
})

test('one that is still being started is waited for in silence, and its silence counts from when it is up', () => {
  const one = waiting(AggregatorState.booting)
  let looks = 0
  one.onLook = () => {
    if (++looks === 10) one.control[ControlWord.aggregatorState] = AggregatorState.running
  }
  const { end, waitedMs } = one.wait(60_000, { isAlive: false })
  expect(end).toBe('silent')
  expect(waitedMs).toBeGreaterThanOrEqual(10 * 100 + SILENCE_MS_MAX)
  expect(waiting(AggregatorState.booting).wait(1_500, { isAlive: false }).end).toBe('timed out')
})

test('one that has begun may be silent as long as the bound allows: it may be writing a large file', () => {
  const one = waiting(AggregatorState.running)
  one.control[ControlWord.finalBegun] = one.request
  expect(one.wait(1_500, { isAlive: false })).toMatchObject({ end: 'timed out' })
})

test('one that is down, or goes down meanwhile, is not waited for', () => {
  expect(waiting(AggregatorState.stopped).wait(1_000)).toMatchObject({ end: 'down' })
  const one = waiting(AggregatorState.running)
  one.onLook = () => {
    one.control[ControlWord.aggregatorState] = AggregatorState.stopped
  }
  expect(one.wait(1_000).end).toBe('down')
})

test('one that closes meanwhile has done all that was asked', () => {
  const one = waiting(AggregatorState.running)
  one.onLook = () => {
    one.control[ControlWord.aggregatorState] = AggregatorState.closed
  }
  expect(one.wait(1_000).end).toBe('closed')
})

test('a thread that waits is woken by the answer of another', () => {
  const one = waiting(AggregatorState.running)
  const worker = new Worker(
    `const { workerData: control } = require('node:worker_threads')
     Atomics.store(control, ${ControlWord.finalDone}, 1)
     Atomics.notify(control, ${ControlWord.finalDone})`,
    { eval: true, workerData: one.control },
  )
  onTestFinished(async () => void (await worker.terminate()))
  expect(one.request).toBe(1)
  const startMs = performance.now()
  const end = waitForFinalFlush(one.control, one.request, {
    deadlineMs: startMs + 10_000,
    nowMs: () => performance.now(),
    signOfLife: () => performance.now(),
  })
  expect(end).toBe('answered')
})
