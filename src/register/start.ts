/** Starts telemetry for an application that knows nothing of it. Whatever goes wrong is said in one line, and the application
 *  runs as without it. Main thread. */
import { createTelemetry, type SLODefinition, type Telemetry, TelemetryError } from '../index.ts'
import { measureHttp } from '../instrumentation/http.ts'
import { exportersOf } from './exporters.ts'
import { type GivenSettings, settingsFrom, unknownVariables } from './settings.ts'
import { readSettingsFile, serviceNameOf } from './settings-file.ts'
import { sayWhereToLook } from './start-line.ts'
import { offerToWorkerThreads } from './worker-threads.ts'

/** Package managers start applications, and take over what is in NODE_OPTIONS: the port is not for them. */
const PACKAGE_MANAGER = /^(?:npm|npx|yarn|yarnpkg|pnpm|pnpx|corepack)(?:-cli)?(?:\.[cm]?js)?$/

/** Where the port is taken, by another process of the application perhaps, it is one of the next: one list of targets finds
 *  them all. */
const PORTS_TRIED = 16

/** Never rejects.
 *  @returns undefined where nothing is measured */
export async function start(): Promise<Telemetry | undefined> {
  try {
    return await startTelemetry()
  } catch (error) {
    const reason =
      error instanceof TelemetryError ? error.message : error instanceof Error ? error.stack : error
    console.error(`offloop: nothing is measured: ${reason}`)
    return undefined
  }
}

async function startTelemetry(): Promise<Telemetry | undefined> {
  const program = process.argv[1]
  if (PACKAGE_MANAGER.test(program?.split(/[\\/]/).at(-1) ?? '')) return undefined
  // Looked at first, so that wrong settings do not keep it from being turned off.
  if (settingsFrom({ OFFLOOP_DISABLED: process.env['OFFLOOP_DISABLED'] }).settings.disabled) return undefined
  const given = settingsFrom(process.env, readSettingsFile(process.env, process.cwd()))
  const { settings } = given
  if (settings.disabled) return undefined
  const say = settings.log === 'silent' ? () => {} : (line: string) => console.error(line)
  for (const line of unknownVariables(process.env)) say(line)

  const service = settings.service ?? serviceNameOf(process.cwd(), program)
  const telemetry = await create(given, service)
  const measure = { server: settings['measure.server'], client: settings['measure.client'] }
  measureHttp(telemetry, measure)
  offerToWorkerThreads(telemetry, measure)
  if (settings.closeOnSignals) telemetry.closeOnSignals()
  sayWhereToLook(telemetry, { service, settings, say })
  return telemetry
}

/** @throws TelemetryError OFFLOOP_CONFIG where a setting is refused, naming where it stands */
async function create({ settings, sources }: GivenSettings, service: string): Promise<Telemetry> {
  const { slos, buckets, log } = settings
  const token = settings['http.token']
  const http = {
    port: settings['http.port'],
    portsTried: PORTS_TRIED,
    host: settings['http.host'],
    ...(token === undefined ? {} : { token }),
  }
  try {
    return createTelemetry({
      service,
      exporters: await exportersOf(settings),
      ...(settings.http ? { http } : {}),
      runtime: settings.runtime,
      ...(slos === undefined ? {} : { slos: slos as readonly SLODefinition[] }),
      ...(buckets === undefined ? {} : { buckets }),
      ...(log === 'silent' ? { log: false } : {}),
    })
  } catch (error) {
    throw error instanceof TelemetryError ? refused(error, sources) : error
  }
}

/** What `createTelemetry` or an exporter had to say of a setting, with the place where it was given. */
function refused(error: TelemetryError, sources: Readonly<Record<string, string>>): TelemetryError {
  const { at = '', got, fix } = error.details
  // `slos[0].objective` stands in `offloop.json: slos`.
  const names = Object.keys(sources).filter(
    each => at === each || at.startsWith(`${each}.`) || at.startsWith(`${each}[`),
  )
  const name = names.sort((a, b) => b.length - a.length)[0]
  if (name === undefined) return error
  const place = `${sources[name]}${at.slice(name.length)}`
  return new TelemetryError('OFFLOOP_CONFIG', { at: place, got, fix, cause: error })
}
