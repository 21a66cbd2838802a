/** Answers each number in one word of shared memory by the same number in another, as fast as it can. */
import { workerData } from 'node:worker_threads'
import { AT_REST, type EchoWords, Word } from '../setup/core-round-trip.ts'

const words = workerData as EchoWords
for (;;) {
  Atomics.wait(words, Word.call, AT_REST)
  for (let call = Atomics.load(words, Word.call); call !== AT_REST; call = Atomics.load(words, Word.call)) {
    Atomics.store(words, Word.answer, call)
  }
}
