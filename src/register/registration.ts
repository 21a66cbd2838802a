/** The telemetry that `offloop/register` has started on this thread: once, however often and by whatever address it is
 *  loaded. Any thread of the application. */
import type { AttachedTelemetry, Telemetry } from '../index.ts'
import { measuredServers } from '../instrumentation/measured-servers.ts'

/** What the copies agree on. Its name changes with its shape. */
interface Registration {
  started: Promise<void> | undefined
}

const KEY: unique symbol = Symbol.for('offloop.register.1') as never
const everyCopy = globalThis as { [KEY]?: Registration }
everyCopy[KEY] ??= { started: undefined }
const registration: Registration = everyCopy[KEY]

/** Runs `start` the first time it is called on this thread. */
export function startOnce(start: () => Promise<RegisteredTelemetry | undefined>): Promise<void> {
  registration.started ??= start().then(telemetry => {
    measuredServers.registered = telemetry
  })
  return registration.started
}

/** On the main thread a telemetry, on worker threads a part in it. */
export type RegisteredTelemetry = Telemetry | AttachedTelemetry

/** The telemetry of this thread, for metrics of your own. Undefined where offloop is disabled, was not started by
 *  `node --import offloop/register`, or could not start.
 *  @example getTelemetry()?.counter('orders').add(1) */
export function getTelemetry(): RegisteredTelemetry | undefined {
  return measuredServers.registered as RegisteredTelemetry | undefined
}
