/** The reading thread of the stress run: drains each case's lanes as the aggregator does. */
import { parentPort } from 'node:worker_threads'
import type { CaseTask } from './case-memory.ts'
import { type CaseReport, drainCase } from './drain-case.ts'

export type ReaderMessage =
  | { readonly type: 'terminate'; readonly producer: number }
  | { readonly type: 'report'; readonly report: CaseReport }

const tell = (message: ReaderMessage) => parentPort!.postMessage(message)

parentPort!.on('message', (task: CaseTask) => {
  const report = drainCase(task, producer => tell({ type: 'terminate', producer }))
  tell({ type: 'report', report })
})
