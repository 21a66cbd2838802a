/** Stands between a port and comlink, and lets nothing through but calls of named methods. Aggregator thread.
 *
 *  Comlink trusts its other end: a message that is null ends the thread, a path such as `constructor.constructor` leads
 *  out of the object, and `close` is called by whoever asks for it. */
import type { Endpoint } from 'comlink'
import { type ControlEndpoint, toComlink } from '../shared/comlink-endpoint.ts'
import { METRIC_NAME_LENGTH_MAX } from '../shared/metric.ts'

/** How many arguments each method takes at most, and what they have to be. */
const ARGUMENTS: Readonly<Record<string, readonly ((value: unknown) => boolean)[]>> = {
  hello: [],
  query: [isName, isObject],
  snapshot: [],
  flush: [],
  scrape: [isTextOrNone],
  push: [],
  close: [],
}

const ID_LENGTH_MAX = 200
const TEXT_LENGTH_MAX = 4_096

/** Whether a message is a call by comlink of one of these methods, with plain values for arguments. */
export function isCall(message: unknown, methods: readonly string[]): boolean {
  if (!isObject(message)) return false
  const { id, type, path, argumentList } = message
  if (typeof id !== 'string' || id.length > ID_LENGTH_MAX || type !== 'APPLY') return false
  if (!Array.isArray(path) || path.length !== 1 || !methods.includes(path[0])) return false
  const checks = ARGUMENTS[path[0]] ?? []
  if (!Array.isArray(argumentList) || argumentList.length > checks.length) return false
  return argumentList.every((argument, index) => isPlain(argument) && checks[index]!(argument.value))
}

/** What a client sends when it lets go. The aggregator closes its ends by itself, so nothing is to be done. */
function isRelease(message: unknown): boolean {
  return isObject(message) && message['type'] === 'RELEASE'
}

/** The endpoint as comlink is to see it.
 *  @param onOther takes what is no call; says whether it was something else that makes sense
 *  @param onRefused called for each message that makes no sense */
export function callsOnly(
  endpoint: ControlEndpoint,
  methods: readonly string[],
  { onOther = () => false, onRefused }: { onOther?: (message: unknown) => boolean; onRefused: () => void },
): Endpoint {
  return toComlink({
    ...NOTHING,
    postMessage: (message, transfer) => endpoint.postMessage(message, transfer),
    addEventListener: (type, listener) =>
      endpoint.addEventListener(type, ({ data }) => {
        if (isCall(data, methods)) listener({ data })
        else if (!isRelease(data) && !onOther(data)) onRefused()
      }),
    start: () => endpoint.start?.(),
  })
}

/** What comlink's serving side does with an endpoint only after a release, which never comes to it. */
const NOTHING = { removeEventListener() {}, close() {}, ref() {}, unref() {} }

function isName(value: unknown): boolean {
  return typeof value === 'string' && value.length <= METRIC_NAME_LENGTH_MAX
}

function isTextOrNone(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && value.length <= TEXT_LENGTH_MAX)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Comlink has kinds of arguments that make it open ports, or throw. */
function isPlain(argument: unknown): argument is { readonly value: unknown } {
  return isObject(argument) && argument['type'] === 'RAW' && 'value' in argument
}
