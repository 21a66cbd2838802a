/** Finds the port that metrics are served on: the one that was asked for, or one of the next where another process has it.
 *  Main thread. */
import { createServer } from 'node:net'

/** Ports tried, the first included: as many processes of one application are found by one list of targets. */
export const PORTS_TRIED = 16

/** @param offset ports to leave to others, who begin at the same moment
 *  @returns undefined when none of them is free. What else is wrong with the address is for the server to say. */
export async function freePort(port: number, host: string, offset: number): Promise<number | undefined> {
  if (port === 0) return 0
  for (let tried = 0; tried < PORTS_TRIED; tried++) {
    const candidate = port + ((offset + tried) % PORTS_TRIED)
    if (candidate <= 65_535 && (await isFree(candidate, host))) return candidate
  }
  return undefined
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', error => resolve((error as NodeJS.ErrnoException).code !== 'EADDRINUSE'))
    // Exclusive: the port of this process, not one that a cluster shares.
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** Workers of a cluster start at the same moment: the first looks from the second port on, and so forth. */
export function clusterOffset(env: Readonly<Record<string, string | undefined>>): number {
  const id = Number(env['NODE_UNIQUE_ID'])
  return Number.isInteger(id) && id > 0 ? 1 + ((id - 1) % (PORTS_TRIED - 1)) : 0
}
