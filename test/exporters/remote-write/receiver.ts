/** A store that answers as a test wants it to, on loopback. */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net'
import { onTestFinished } from 'vitest'
import { type DecodedRequest, decodeRequest } from './decoded-request.ts'

export interface ReceivedRequest {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly bytes: number
  readonly decoded: DecodedRequest
  readonly socket: Socket
}

export interface Receiver {
  readonly url: string
  /** In the order in which they came. */
  readonly requests: readonly ReceivedRequest[]
  readonly server: Server
}

/** @param answer gets the number of the request, from 0; without it all is well */
export async function startReceiver(
  answer: (response: ServerResponse, index: number, request: ReceivedRequest) => void = response =>
    response.writeHead(204).end(),
): Promise<Receiver> {
  const requests: ReceivedRequest[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const { method, url: path, headers, socket } = request
      const received = { method, path, headers, bytes: body.length, decoded: decodeRequest(body), socket }
      requests.push(received)
      answer(response, requests.length - 1, received)
    })
  })
  await listen(server, () => server.closeAllConnections())
  return { url: `${addressOf(server)}/api/v1/write`, requests, server }
}

/** Something that listens and speaks no HTTP. */
export async function startTcp(onSocket: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createTcpServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    onSocket(socket)
  })
  await listen(server, () => {
    for (const socket of sockets) socket.destroy()
  })
  return `${addressOf(server)}/api/v1/write`
}

async function listen(server: TcpServer, end: () => void): Promise<void> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    end()
    await new Promise(resolve => server.close(resolve))
  })
}

function addressOf(server: TcpServer): string {
  const { port } = server.address() as { port: number }
  return `http://127.0.0.1:${port}`
}
