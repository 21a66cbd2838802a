/** The child's side of a program that is asked questions by its parent, over Node's IPC. It never outlives the parent. */

/** What the parent sends. */
export interface ProgramRequest {
  readonly id: number
  readonly request: unknown
}

/** What comes back. */
export type ProgramAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string }

// At once, and not only when the program is ready to answer: a parent may end while it is still being set up.
process.once('disconnect', () => process.exit())

/** Answers one request after the other until the parent is gone, which ends the process whatever it still does. */
export function answerParent<Request>(answer: (request: Request) => unknown): void {
  // Ctrl-C reaches the whole process group. The parent ends, and its children with it.
  process.on('SIGINT', () => {})
  process.on('message', async ({ id, request }: ProgramRequest) => {
    try {
      tell({ id, value: await answer(request as Request) })
    } catch (error) {
      tell({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })
}

/** What the parent gave the program to start with. */
export function programArgument<Argument>(): Argument {
  return JSON.parse(process.argv[2] ?? 'null') as Argument
}

function tell(message: ProgramAnswer): void {
  process.send?.(message)
}
