/** The connections the official HTTP exporter sends over: few, kept alive, and given up together. Aggregator thread. */
import { readFileSync } from 'node:fs'
import type { Agent, AgentOptions } from 'node:https'
import { fromEnv } from './configuration.ts'

const CONNECTIONS_MAX = 10

/** Certificates that the environment names. */
const TLS_FILES = { ca: 'CERTIFICATE', cert: 'CLIENT_CERTIFICATE', key: 'CLIENT_KEY' } as const

export class Connections {
  #agents: { destroy(): void }[] = []
  #isGivenUp = false

  /** For the exporter, which asks for it once it knows the protocol. */
  readonly factory: (protocol: string) => Promise<Agent> = async protocol => {
    const isPlain = protocol === 'http:'
    const { Agent } = isPlain ? await import('node:http') : await import('node:https')
    const agent = new Agent({
      keepAlive: true,
      maxSockets: CONNECTIONS_MAX,
      maxFreeSockets: CONNECTIONS_MAX,
      ...(isPlain ? {} : tlsOptions(process.env)),
    }) as Agent
    const connect = agent.createConnection.bind(agent)
    agent.createConnection = (...given: Parameters<typeof connect>) => {
      if (this.#isGivenUp) throw new Error('the time for this request is over')
      return connect(...given)
    }
    this.#agents.push(agent)
    return agent
  }

  /** Ends whatever is under way, and lets nothing begin anew: the exporter may still mean to. */
  giveUp(): void {
    this.#isGivenUp = true
    for (const agent of this.#agents) agent.destroy()
    this.#agents = []
  }
}

/** @throws when a file cannot be read: sending without it would fail in a less obvious way */
function tlsOptions(env: NodeJS.ProcessEnv): AgentOptions {
  const options: Record<string, Buffer> = {}
  for (const [option, name] of Object.entries(TLS_FILES)) {
    const path = fromEnv(env, [`OTEL_EXPORTER_OTLP_METRICS_${name}`, `OTEL_EXPORTER_OTLP_${name}`])
    if (path !== undefined) options[option] = readFileSync(path)
  }
  return options
}
