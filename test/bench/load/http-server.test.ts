/** The servers of the HTTP question, as they are run, from what `npm run build` made of them. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, expect, test } from 'vitest'
import type { ServerPlan, ServerRequest } from '../../../bench/load/http/variants.ts'

const SERVER = fileURLToPath(new URL('../../../build/bench/load/programs/http-server.js', import.meta.url))
const PATHS = ['/', '/users', '/', '/no-such-route']

const children: ChildProcess[] = []

beforeAll(() => {
  if (!existsSync(SERVER)) throw new Error(`${SERVER} is missing: npm run build`)
})

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

function startServer(plan: ServerPlan) {
  const child = fork(SERVER, [JSON.stringify(plan)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  children.push(child)
  let id = 0
  const ask = async (request: ServerRequest) => {
    id += 1
    child.send({ id, request })
    const [answer] = await once(child, 'message')
    expect(answer).toEqual({ id, value: answer.value })
    return answer.value
  }
  return { child, ask }
}

test.each([undefined, 'none', 'offloop', 'prom-client', 'OpenTelemetry'] as const)(
  'a server with %s answers and counts its requests, loses none, and ends with its parent',
  async library => {
    const { child, ask } = startServer({ library, readIntervalMs: 10, seriesBefore: 3 })
    const port = await ask('listen')
    await ask('begin')
    const statuses: number[] = []
    for (const path of PATHS) statuses.push((await fetch(`http://127.0.0.1:${port}${path}`)).status)
    expect(statuses).toEqual([200, 200, 200, 404])
    expect(await ask('end')).toMatchObject({ requestCount: PATHS.length, processCpuMs: expect.any(Number) })
    const { requestCount, arrived } = await ask('close')
    expect(requestCount).toBe(PATHS.length)
    const all = { recorded: PATHS.length, counted: PATHS.length, lost: 0 }
    expect(arrived).toEqual(library === undefined || library === 'none' ? undefined : all)
    const exited = once(child, 'exit')
    child.disconnect()
    expect(await exited).toEqual([0, null])
  },
)
