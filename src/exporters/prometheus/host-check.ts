/** Whether a request was meant for this server. Pure. */
import { isIP } from 'node:net'
import type { ResolvedHttpOptions } from '../../shared/http-options.ts'
import { isLoopback } from './listen.ts'

/** A page of the web may have its own name lead to 127.0.0.1, and would then read what it asks for: to the browser it is
 *  still the page's own server. The browser says in `Host` by which name it came. So where only this machine can ask,
 *  and no token is needed, names that somebody on the web may own are refused: those with a dot in them.
 *  @see "DNS rebinding" */
export function hostCheck({
  host,
  token,
}: Pick<ResolvedHttpOptions, 'host' | 'token'>): (header: string | undefined) => boolean {
  if (token !== undefined || !isLoopback(host)) return () => true
  return header => {
    const name = (header ?? '')
      .replace(/:\d*$/, '')
      .replace(/^\[(.*)\]$/, '$1')
      .toLowerCase()
    return !name.includes('.') || isIP(name) !== 0 || name.endsWith('.localhost')
  }
}
