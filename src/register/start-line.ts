/** Says on stderr where the metrics of an application are to be seen, once they are. Main thread. */
import type { Telemetry } from '../index.ts'
import type { Settings } from './settings.ts'

const LOOK_INTERVAL_MS = 20
/** An aggregator that is not up by then says why itself. */
const LOOKS_MAX = 500

export interface StartLine {
  readonly service: string
  readonly settings: Settings
  readonly say: (line: string) => void
}

/** Looks for the address until it is known. A question to the aggregator would keep a short program alive until it is
 *  answered: this does not. */
export function sayWhereToLook(telemetry: Telemetry, { service, settings, say }: StartLine): void {
  const wanted = settings['http.port']
  const targets = [settings.otlp, settings.remoteWrite].filter(target => target !== undefined)
  const pushed =
    targets.length === 0 ? '' : `, pushed to ${targets.map(({ url }) => withoutSecrets(url)).join(' and ')}`
  if (!settings.http) {
    say(`offloop: metrics of "${service}" not served${pushed}`)
    return
  }
  let looks = 0
  const timer = setInterval(() => {
    const { url } = telemetry.status
    if (url !== undefined || ++looks === LOOKS_MAX) clearInterval(timer)
    if (url === undefined) return
    const isMoved = wanted !== 0 && !url.endsWith(`:${wanted}`)
    const moved = isMoved ? ` (port ${wanted} is taken by another program)` : ''
    say(`offloop: metrics of "${service}" at ${url}/metrics${moved}${pushed}`)
  }, LOOK_INTERVAL_MS)
  timer.unref()
}

function withoutSecrets(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}
