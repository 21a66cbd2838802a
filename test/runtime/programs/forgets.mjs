/** Neither closes nor waits: runtime metrics do not keep it alive. */
import { createTelemetry } from 'offloop'

const telemetry = createTelemetry({ service: 'forgets', runtime: true })
await telemetry.ready
console.log(JSON.stringify({ ready: true }))
