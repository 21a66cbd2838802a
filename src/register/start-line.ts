/** Says on stderr where the metrics of an application are to be seen, once they are. Main thread. */
import type { Telemetry } from '../index.ts'
import { PORTS_TRIED } from './free-port.ts'
import type { Settings } from './settings.ts'

const LOOK_INTERVAL_MS = 20
/** An aggregator that is not up by then says why itself. */
const LOOKS_MAX = 500

export interface StartLine {
  readonly service: string
  readonly settings: Settings
  /** Undefined: no server, or none of the ports was free. */
  readonly port: number | undefined
  readonly say: (line: string) => void
}

/** Looks for the address until it is known. A question to the aggregator would keep a short program alive until it is
 *  answered: this does not. */
export function sayWhereToLook(telemetry: Telemetry, { service, settings, port, say }: StartLine): void {
  const wanted = settings['http.port']
  const targets = [settings['otlp.url'], settings['remoteWrite.url']].filter(url => url !== undefined)
  const pushed = targets.length === 0 ? '' : `, pushed to ${targets.map(withoutSecrets).join(' and ')}`
  if (port === undefined) {
    const last = wanted + PORTS_TRIED - 1
    const reason = settings.http
      ? `not served: ports ${wanted} to ${last} of ${settings['http.host']} are taken; set OFFLOOP_HTTP_PORT`
      : 'not served'
    say(`offloop: metrics of "${service}" ${reason}${pushed}`)
    return
  }
  const moved = port === wanted || wanted === 0 ? '' : ` (port ${wanted} is taken, or another process's)`
  let looks = 0
  const timer = setInterval(() => {
    const { url } = telemetry.status
    if (url !== undefined) say(`offloop: metrics of "${service}" at ${url}/metrics${moved}${pushed}`)
    if (url !== undefined || ++looks === LOOKS_MAX) clearInterval(timer)
  }, LOOK_INTERVAL_MS)
  timer.unref()
}

function withoutSecrets(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}
