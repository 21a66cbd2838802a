/** A small HTTP server with a library of metrics in it, or with none, in a process of its own. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Instruments, ROUTES } from '../http/instruments.ts'
import {
  LIBRARIES,
  type ServerEnd,
  type ServerPlan,
  type ServerRequest,
  type ServerSlice,
} from '../http/variants.ts'
import { answerParent, programArgument } from '../setup/program-channel.ts'
import { MAIN_THREAD, processCpuMs, threadCpuSince } from '../setup/thread-cpu.ts'

const HOST = '127.0.0.1'
const READ_CHECK_MS = 10
const { library, readIntervalMs, seriesBefore } = programArgument<ServerPlan>()
const instruments = library === undefined ? undefined : await LIBRARIES[library](seriesBefore)
const routes = new Set<string>(ROUTES)

let requestCount = 0
const server = createServer((request, response) => {
  requestCount += 1
  const route = routes.has(request.url!) ? request.url! : 'other'
  if (instruments !== undefined) observe(instruments, request.method!, route, response)
  const status = route === 'other' ? 404 : 200
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ route, ok: status === 200, items: [1, 2, 3] }))
})

/** The read that was begun last: the end waits for it. */
let reading: Promise<void> = Promise.resolve()
let endSlice: () => ServerSlice = () => {
  throw new Error('no slice has begun')
}
answerParent<ServerRequest>(request => {
  if (request === 'listen') return listen()
  if (request === 'begin') endSlice = beginSlice()
  else if (request === 'end') return endSlice()
  else return close()
  return undefined
})

/** As middleware does it: from when the request is there until its answer has gone, or its client has. */
function observe(metrics: Instruments, method: string, route: string, response: ServerResponse): void {
  const startMs = performance.now()
  metrics.begin()
  response.on('close', () => metrics.end(performance.now() - startMs, method, route, response.statusCode))
}

/** @returns the port */
async function listen(): Promise<number> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, HOST, resolve))
  return (server.address() as AddressInfo).port
}

/** The server is read only while it is under load: the others stand still then. */
function beginSlice(): () => ServerSlice {
  let readCount = 0
  const read = async () => {
    await instruments?.read()
    readCount += 1
  }
  // The first comes in the middle of an interval: then a slice of whole intervals, and a little more, has one read of each.
  let nextReadMs = performance.now() + readIntervalMs / 2
  const readWhenDue = () => {
    if (performance.now() < nextReadMs) return
    nextReadMs += readIntervalMs
    reading = read()
  }
  const reader = readIntervalMs > 0 ? setInterval(readWhenDue, READ_CHECK_MS) : undefined
  const requestCountBefore = requestCount
  const processCpuBeforeMs = processCpuMs()
  const threadCpuMs = threadCpuSince(MAIN_THREAD)
  return () => {
    clearInterval(reader)
    return {
      requestCount: requestCount - requestCountBefore,
      processCpuMs: processCpuMs() - processCpuBeforeMs,
      threadCpuMs: threadCpuMs(),
      readCount,
    }
  }
}

async function close(): Promise<ServerEnd> {
  await new Promise<void>(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
  await reading
  const arrived = await instruments?.close?.()
  return { requestCount, ...(arrived && { arrived }) }
}
