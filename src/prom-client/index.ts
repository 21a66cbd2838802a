/** The entry `offloop/prom-client`: prom-client's names over the telemetry of this process. Any thread.
 *
 *  A program that was written for prom-client runs with one import changed, whichever way it imports: by name, all of it,
 *  or the default. What it records goes to the lanes; what it shows is written by the aggregator thread.
 *  docs/prom-client.md says what differs. */
import * as client from './client.ts'

export * from './client.ts'
// biome-ignore lint/style/noDefaultExport: programs say `import client from 'prom-client'`
export { client as default }
