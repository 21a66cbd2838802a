/** Gets a server to listen, on the port of its predecessor where there was one. Aggregator thread. */
import type { Server } from 'node:http'
import { TelemetryError } from '../../shared/errors.ts'
import type { ExtensionHost, ExtensionInfo } from '../../shared/extension/extension.ts'
import type { ResolvedHttpOptions } from '../../shared/http-options.ts'

/** The port of an aggregator that died is free once its thread is gone, which may take a moment. */
const ATTEMPTS = 25
const ATTEMPT_PAUSE_MS = 100
const PORT_MAX = 65_535

/** Where others find the server. */
export interface ServerInfo extends ExtensionInfo {
  readonly url: string
  readonly port: number
}

/** @throws TelemetryError OFFLOOP_HTTP_LISTEN */
export async function listen(
  server: Server,
  { port, portsTried, host }: ResolvedHttpOptions,
  previous: ExtensionInfo | undefined,
): Promise<ServerInfo> {
  const before = previous?.['port']
  let wanted = typeof before === 'number' ? before : port
  const lastPort = port === 0 ? 0 : Math.min(port + portsTried - 1, PORT_MAX)
  for (let attempt = 1; ; attempt += 1) {
    try {
      await listenOnce(server, wanted, host)
      break
    } catch (error) {
      const isTaken = codeOf(error) === 'EADDRINUSE'
      if (isTaken && before !== undefined && attempt < ATTEMPTS) {
        await new Promise(resolve => setTimeout(resolve, ATTEMPT_PAUSE_MS))
      } else if (isTaken && before === undefined && wanted < lastPort) wanted += 1
      else throw listenError(error, wanted, host)
    }
  }
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : wanted
  return { url: `http://${urlHost(host)}:${bound}`, port: bound }
}

/** One line of log where other machines may reach the server. */
export function warnOfStrangers(
  host: ExtensionHost,
  { host: address, token }: ResolvedHttpOptions,
  url: string,
): void {
  if (isLoopback(address)) return
  // Not its URL: for all addresses that is one of this machine alone.
  const reached = `offloop: other machines reach the metrics (http.host ${address}, port ${new URL(url).port || 80})`
  host.log(
    token === undefined
      ? `${reached}, and whoever does reads them all. Set http.token, or listen on 127.0.0.1.`
      : `${reached}. Metrics and http.token travel there unencrypted.`,
  )
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}

function listenOnce(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, exclusive: true }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function listenError(cause: unknown, port: number, host: string): TelemetryError {
  const code = codeOf(cause)
  const isPort = code === 'EADDRINUSE' || code === 'EACCES'
  const fixes: Readonly<Record<string, string>> = {
    EADDRINUSE: `something else listens on port ${port} already: choose another one, or 0 for any that is free`,
    EACCES: `this user may not listen on port ${port}: choose one above 1023`,
    EADDRNOTAVAIL: `this machine has no address ${host}: use 127.0.0.1, or 0.0.0.0 for all of them`,
    ENOTFOUND: `no address is known for ${host}: use 127.0.0.1, or 0.0.0.0 for all addresses`,
  }
  return new TelemetryError('OFFLOOP_HTTP_LISTEN', {
    at: isPort ? 'http.port' : 'http.host',
    got: isPort ? port : host,
    fix: fixes[code] ?? `see the cause (${code})`,
    cause,
  })
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException | undefined)?.code)
}

/** An address as it stands in a URL; of one that stands for all, the one that is surely there. */
function urlHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
