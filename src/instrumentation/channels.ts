/** Subscribes to what Node and libraries publish by `node:diagnostics_channel`. Any thread of the application. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'

/** Subscribers by channel. */
export type Subscribers = Readonly<Record<string, (message: never) => void>>

/** What a subscriber throws would end the process: it is swallowed. What cannot be measured is not.
 *  @returns takes them back */
export function subscribeAll(subscribers: Subscribers): () => void {
  const guarded = Object.entries(subscribers).map(([name, subscriber]) => {
    const listener = (message: unknown) => {
      try {
        subscriber(message as never)
      } catch {
        // Nothing of ours may reach the application.
      }
    }
    subscribe(name, listener)
    return () => unsubscribe(name, listener)
  })
  return () => {
    for (const end of guarded) end()
  }
}
