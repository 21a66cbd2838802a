/** Entry of the aggregator thread: starts everything there is on it. */
import { parentPort, workerData } from 'node:worker_threads'
import type { AggregatorBoot, ExtensionInfoMessage, LaneReleasedMessage } from '../shared/aggregator-boot.ts'
import { controlChannelName } from '../shared/share.ts'
import { Aggregator } from './aggregator.ts'
import { ControlServer } from './control.ts'
import { Extensions } from './extensions.ts'
import { answerFinalRequests } from './final-flush.ts'
import { LaneGarbage } from './lane-garbage.ts'
import { createLog } from './log.ts'

if (parentPort === null)
  throw new Error('offloop: this file is the aggregator thread; import "offloop" instead')

const boot = workerData as AggregatorBoot
const { share } = boot
const controlBlock = new Int32Array(share.control)
const log = createLog(boot.log, controlBlock)
const garbage = new LaneGarbage(share.laneCapacity)
const aggregator = new Aggregator(boot, log.write, laneId => {
  control.releaseChannel(controlChannelName(share, laneId))
  garbage.add()
  parentPort?.postMessage({ type: 'lane-released', laneId } satisfies LaneReleasedMessage)
})
const extensions = new Extensions({
  host: aggregator.createHost(),
  scrapeModule: boot.scrapeModule,
  log: log.write,
  onInfo: (name, info) =>
    parentPort?.postMessage({ type: 'extension-info', name, info } satisfies ExtensionInfoMessage),
})
const control = new ControlServer(aggregator, extensions, share.id)
// What an aggregator before this one had heard of.
for (const { port, credits } of boot.readers) aggregator.openBus(port, credits)
for (const lane of boot.lanes) aggregator.adopt(lane)
control.start(boot.controlPort)
aggregator.start()
if (boot.restart !== undefined) aggregator.reportRestart(boot.restart)
for (const { sloId, definition } of boot.addedSlos) aggregator.addSlo(sloId, definition)
extensions.start(boot.extensions, boot.extensionInfos)
answerFinalRequests(controlBlock, { begin: log.rescue, flush: () => aggregator.finalFlush() })
control.takeWaiting(boot.controlPort)
