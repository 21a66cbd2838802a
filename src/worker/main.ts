/** Entry of the aggregator thread: starts everything there is on it. */
import { parentPort, workerData } from 'node:worker_threads'
import type { AggregatorBoot } from '../shared/aggregator-boot.ts'
import { controlChannelName } from '../shared/share.ts'
import { Aggregator } from './aggregator.ts'
import { ControlServer } from './control.ts'
import { LaneGarbage } from './lane-garbage.ts'
import { createLog } from './log.ts'

if (parentPort === null)
  throw new Error('offloop: this file is the aggregator thread; import "offloop" instead')

const boot = workerData as AggregatorBoot
const { share } = boot
const garbage = new LaneGarbage(share.laneCapacity)
const aggregator = new Aggregator(boot, createLog(boot.log), laneId => {
  control.releaseChannel(controlChannelName(share, laneId))
  garbage.add()
})
const control = new ControlServer(aggregator, share.id)
control.start(boot.controlPort)
aggregator.start()
