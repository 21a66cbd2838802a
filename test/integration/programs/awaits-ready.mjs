/** A program whose top level waits for the aggregator, and for nothing else. */
import { createTelemetry } from 'offloop'

const telemetry = createTelemetry({ service: 'program' })
await telemetry.ready
console.log(telemetry.status.aggregator)
