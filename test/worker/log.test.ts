/** The aggregator's lines reach somebody, also when the thread they are meant for takes no more messages. */
import { beforeEach, expect, test, vi } from 'vitest'
import { ControlWord, createControlBlock } from '../../src/shared/memory/control-block.ts'
import { answerFinalFlush, requestFinalFlush } from '../../src/shared/memory/final-flush-words.ts'
import { createLog } from '../../src/worker/log.ts'

const { written, posted } = vi.hoisted(() => ({ written: [] as string[], posted: [] as string[] }))
vi.mock('node:fs', () => ({ writeSync: (_: number, text: string) => written.push(text.trimEnd()) }))
vi.mock('node:worker_threads', () => ({
  parentPort: { postMessage: ({ line }: { line: string }) => posted.push(line) },
}))

beforeEach(() => {
  written.length = 0
  posted.length = 0
})

function logFor(target: 'stderr' | 'message' | 'none') {
  const control = new Int32Array(createControlBlock())
  return { control, log: createLog(target, control) }
}

test('stderr gets each line at once, and there is nothing to rescue', () => {
  const { log } = logFor('stderr')
  log.write('one')
  log.rescue()
  expect([written, posted]).toEqual([['one'], []])
})

test('a log that is off stays off, also at the end', () => {
  const { control, log } = logFor('none')
  log.write('one')
  requestFinalFlush(control)
  log.rescue()
  log.write('two')
  expect([written, posted]).toEqual([[], []])
})

test('lines that were taken are not written again, those on their way are', () => {
  const { control, log } = logFor('message')
  for (const line of ['one', 'two', 'three']) log.write(line)
  control[ControlWord.logTaken] = 1
  log.rescue()
  expect([written, posted]).toEqual([
    ['two', 'three'],
    ['one', 'two', 'three'],
  ])
})

test('while a final flush is due lines go to stderr, and afterwards to the thread again', () => {
  const { control, log } = logFor('message')
  const request = requestFinalFlush(control)
  log.write('during')
  answerFinalFlush(control, request, { lost: 0 })
  log.write('after')
  expect([written, posted]).toEqual([['during'], ['after']])
})

test('of very many lines on their way the latest are kept, and the others are counted', () => {
  const { log } = logFor('message')
  for (let line = 1; line <= 250; line++) log.write(`line ${line}`)
  log.rescue()
  expect(written[0]).toContain('150 lines')
  expect(written.slice(1)).toEqual(posted.slice(-100))
})
