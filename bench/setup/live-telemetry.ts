/** Telemetry as users have it, with its aggregator draining on the other thread. */
import { createTelemetry, type Telemetry } from 'offloop'
import type { Check } from '../core/question.ts'

/** A quarter of a lane: with the lane empty before each run nothing is ever dropped, and every slot that is written
 *  was last touched by the aggregator, on another core, as in real life. */
export const RECORDS_PER_RUN = 16_384

export async function startTelemetry(): Promise<Telemetry> {
  const telemetry = createTelemetry({ service: 'bench' })
  await telemetry.ready
  return telemetry
}

/** Closes the telemetry.
 *  @param metric what was measured with
 *  @param expected how often it was recorded: that all of it has arrived shows that none was left out
 *  @returns that it has, and that nothing was lost */
export async function closeChecked(telemetry: Telemetry, metric: string, expected: number): Promise<Check[]> {
  const { total } = await telemetry.query(metric)
  const { lost } = await telemetry.close()
  return [
    { what: 'recorded through offloop, and arrived at the aggregator', expected, actual: total },
    { what: 'lost', expected: 0, actual: lost },
  ]
}
