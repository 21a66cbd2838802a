/** Recording, call by call, with the aggregator draining on the other thread. */
import type { Latency } from 'offloop'
import { INPUT_COUNT, INPUT_MASK, lognormalValues } from '../../setup/inputs.ts'
import { closeChecked, RECORDS_PER_RUN, startTelemetry } from '../../setup/live-telemetry.ts'
import { timeCalls, WARM_UP_COUNT } from '../single-calls.ts'
import type { OverheadBudget } from './budget.ts'

const CALL_COUNT = 100_000

const values = lognormalValues(INPUT_COUNT)

export const markCycle: OverheadBudget = {
  name: 'mark cycle',
  asks: 'markStart() and markEnd()',
  limitMs: 0.1,
  measure: () => measureRecording(latency => () => latency.markEnd(latency.markStart())),
}

export const record: OverheadBudget = {
  name: 'record',
  asks: 'record() of one duration',
  limitMs: 0.05,
  measure: () =>
    measureRecording(latency => {
      let index = 0
      return () => {
        index += 1
        latency.record(values[index & INPUT_MASK]!)
      }
    }),
}

async function measureRecording(bind: (latency: Latency) => () => void) {
  const telemetry = await startTelemetry()
  const run = bind(telemetry.latency('request'))
  // Calls in a row fill a lane faster than any program would: it is emptied now and then, so that none finds it full.
  const pause = () => telemetry.flush()
  const times = await timeCalls({ run, pause, pauseEvery: RECORDS_PER_RUN }, CALL_COUNT)
  return { times, checks: await closeChecked(telemetry, 'request', CALL_COUNT + WARM_UP_COUNT) }
}
