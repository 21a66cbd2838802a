/** Requests at a fixed rate, whether the server keeps up or not: an open loop.
 *
 *  A request's latency counts from when it was due. One that has to wait, for a free connection or because the sender
 *  itself is late, has waited: a stall of the server is seen by every request that was due meanwhile. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { dueCount } from '../setup/pacing.ts'

export interface OpenLoopPlan {
  readonly host: string
  readonly port: number
  /** Taken in turn. */
  readonly paths: readonly string[]
  readonly connectionCount: number
  readonly ratePerS: number
  readonly durationMs: number
  /** For what is still unanswered when the last request has been due. */
  readonly graceMs: number
}

export interface OpenLoopResult {
  /** One of each request that was answered with 200, in no order. */
  readonly latenciesMs: Float64Array
  /** How long after it was due each request was sent. */
  readonly latenessMs: Float64Array
  /** Other answers, broken connections, no answer within the grace. */
  readonly errorCount: number
}

const TURN_MS = 1
const END_OF_HEAD = '\r\n\r\n'
const LAST_CHUNK = '\r\n0\r\n\r\n'

/** One keep-alive connection: a request at a time. */
interface Connection {
  readonly socket: Socket
  /** Of the answer that is on its way. */
  text: string
  dueMs: number
}

export async function runOpenLoop(plan: OpenLoopPlan): Promise<OpenLoopResult> {
  const { host, port, ratePerS, durationMs, connectionCount, graceMs } = plan
  const requests = plan.paths.map(path => `GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`)
  const requestCount = Math.floor((ratePerS * durationMs) / 1e3)
  const latenciesMs = new Float64Array(requestCount)
  const latenessMs = new Float64Array(requestCount)
  let answeredCount = 0
  let sentCount = 0
  let failedCount = 0
  const idle = await Promise.all(Array.from({ length: connectionCount }, () => open(host, port)))
  const connections = [...idle]
  const startMs = performance.now()

  const sendDue = () => {
    const nowMs = performance.now()
    const count = dueCount(nowMs - startMs, ratePerS, sentCount, requestCount)
    for (let index = 0; index < count; index += 1) {
      const connection = idle.pop()
      // Those that are due go out as soon as a connection is free.
      if (connection === undefined) return
      connection.dueMs = startMs + (sentCount * 1e3) / ratePerS
      latenessMs[sentCount] = nowMs - connection.dueMs
      connection.socket.write(requests[sentCount % requests.length]!)
      sentCount += 1
    }
  }
  const take = (connection: Connection, text: string) => {
    connection.text += text
    if (!isWhole(connection.text)) return
    if (connection.text.startsWith('HTTP/1.1 200 ')) {
      latenciesMs[answeredCount] = performance.now() - connection.dueMs
      answeredCount += 1
    } else failedCount += 1
    connection.text = ''
    idle.push(connection)
    sendDue()
  }
  for (const connection of connections) {
    connection.socket.on('data', (text: string) => take(connection, text))
    // A request on a broken connection is never answered, and counts as failed for that.
    connection.socket.on('error', () => {})
  }
  const timer = setInterval(sendDue, TURN_MS)
  const endMs = startMs + durationMs + graceMs
  while (answeredCount + failedCount < requestCount && performance.now() < endMs) await sleep(TURN_MS)
  clearInterval(timer)
  for (const { socket } of connections) socket.destroy()
  return {
    latenciesMs: latenciesMs.subarray(0, answeredCount),
    latenessMs: latenessMs.subarray(0, sentCount),
    errorCount: requestCount - answeredCount,
  }
}

async function open(host: string, port: number): Promise<Connection> {
  const socket = connect({ host, port, noDelay: true })
  socket.setEncoding('latin1')
  await once(socket, 'connect')
  return { socket, text: '', dueMs: 0 }
}

/** Whether this is all of an answer: of a length that it says itself, or in chunks. Pure. */
export function isWhole(text: string): boolean {
  const headEnd = text.indexOf(END_OF_HEAD)
  if (headEnd < 0) return false
  const length = /^content-length: *(\d+)/im.exec(text.slice(0, headEnd))?.[1]
  if (length === undefined) return text.endsWith(LAST_CHUNK)
  return text.length - headEnd - END_OF_HEAD.length >= Number(length)
}
