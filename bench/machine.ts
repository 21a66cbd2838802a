/** What the figures were taken on. */
import { cpus, loadavg, type } from 'node:os'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly os: string
  readonly node: string
  readonly v8: string
  /** How many threads wanted a core during the last minute; the bench itself wants up to two. */
  readonly load: number
}

export function describeMachine(): Machine {
  const all = cpus()
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    os: `${type()} ${process.arch}`,
    node: process.versions.node,
    v8: process.versions.v8,
    load: loadavg()[0]!,
  }
}

/** One line. */
export function formatMachine({ cpu, cores, os, node, v8, load }: Machine): string {
  return `${cpu}, ${cores} cores, load ${load.toFixed(1)}; ${os}; Node ${node} (V8 ${v8})`
}
