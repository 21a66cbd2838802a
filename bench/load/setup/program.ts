/** The parent's side of a program: starts it as a process of its own, asks it, and sees to its end. */
import { type ChildProcess, fork } from 'node:child_process'
import { pinMainThread } from './pinning.ts'
import type { ProgramAnswer, ProgramRequest } from './program-channel.ts'

/** Longer than any answer takes, unless the program hangs. */
const ANSWER_MS_MAX = 120_000
const END_MS_MAX = 5_000

interface OpenRequest {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** One child process, which answers requests in the order they come. */
export class Program<Request> {
  readonly #name: string
  readonly #child: ChildProcess
  readonly #open = new Map<number, OpenRequest>()
  readonly #exited: Promise<void>
  #nextId = 0

  /** @param name of the file in bench/load/programs
   *  @param argument what the program is started with; it has to survive JSON */
  constructor(name: string, argument: unknown) {
    this.#name = name
    this.#child = fork(new URL(`./load/programs/${name}.js`, import.meta.url), [JSON.stringify(argument)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
    })
    this.#child.on('message', (message: ProgramAnswer) => this.#take(message))
    this.#child.on('error', error => this.#fail(error.message))
    this.#exited = new Promise(resolve => {
      this.#child.once('exit', (code, signal) => {
        this.#fail(`it ended with ${signal ?? `exit code ${code}`}`)
        resolve()
      })
    })
  }

  /** Holds its main thread on one core, where that can be done. To be called when it is up: the threads it has
   *  by then are not held.
   *  @returns whether it is held */
  async pin(core: number): Promise<boolean> {
    return this.#child.pid !== undefined && (await pinMainThread(this.#child.pid, core))
  }

  /** @throws Error what the program threw, or that it is gone, or does not answer */
  ask<Answer>(request: Request): Promise<Answer> {
    const id = this.#nextId++
    return new Promise<Answer>((resolve, reject) => {
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), ANSWER_MS_MAX)
      const end = () => {
        clearTimeout(timer)
        this.#open.delete(id)
      }
      this.#open.set(id, {
        resolve: value => {
          end()
          resolve(value as Answer)
        },
        reject: error => {
          end()
          reject(error)
        },
      })
      this.#child.send({ id, request } satisfies ProgramRequest, error => {
        if (error !== null) this.#fail(error.message)
      })
    })
  }

  /** Ends the process: it exits when its channel closes, and is killed if it does not. */
  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect()
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), END_MS_MAX)
    await this.#exited
    clearTimeout(timer)
  }

  #take(message: ProgramAnswer): void {
    const open = this.#open.get(message.id)
    if ('error' in message) open?.reject(new Error(`${this.#name}: ${message.error}`))
    else open?.resolve(message.value)
  }

  #fail(reason: string): void {
    for (const { reject } of [...this.#open.values()]) reject(new Error(`${this.#name}: ${reason}`))
  }
}

/** Ends the programs when the work with them is done, or has failed. */
export async function withPrograms<Request, Result>(
  programs: readonly Program<Request>[],
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } finally {
    await Promise.all(programs.map(program => program.end()))
  }
}

/** One question to a fresh process, which ends with its answer. */
export async function askFreshProgram<Answer>(name: string, argument: unknown): Promise<Answer> {
  const program = new Program<unknown>(name, argument)
  return await withPrograms([program], () => program.ask<Answer>(null))
}
