/** What a bench is made of: a question, the candidates that are measured for it, and what was found. */

/** One way of doing a thing, measured beside the others. */
export interface Candidate {
  readonly name: string
  /** Operations in one call of `run`. */
  readonly operationCount: number
  /** Comes before each run, outside the time taken. */
  prepare?(): unknown
  /** Does the operations, in a loop of its own: then each call site sees one kind of callee, and what calling `run`
   *  costs is shared by all of them.
   *  @returns what depends on all of the work, so that none of it can be left out */
  run(): unknown
}

export type Unit = 'ns' | 'ms' | 'bytes' | 'samples/s' | 'requests/s' | 'percent'

/** What is to be reached: by the figure itself, or by the subject's ratio to it. */
export interface Goal {
  readonly of: 'figure' | 'ratio'
  readonly bound: 'at most' | 'at least'
  readonly limit: number
  /** Which figure of the design it is, by its id; undefined for a goal of another origin. */
  readonly figure?: DesignFigure | undefined
}

/** The figures that the project set itself before there was any code. */
export type DesignFigure =
  | 'record'
  | 'labels'
  | 'marks'
  | 'counter'
  | 'allocation'
  | 'percentiles'
  | 'drain'
  | 'million'
  | 'http'
  | 'snapshot'
  | 'breach'
  | 'memory'
  | 'start-up'

/** One line of a question's table. */
export interface Row {
  readonly name: string
  /** One for each round. */
  readonly figures: readonly number[]
  readonly goal?: Goal | undefined
  /** Where on the horizontal axis this row lies, when the table is a curve; rows of one `line` are joined. */
  readonly at?: number | undefined
  readonly line?: string | undefined
}

/** A table whose rows are also points of a curve. */
export interface Curve {
  /** What the horizontal axis shows. */
  readonly x: string
  readonly scale: 'linear' | 'log'
}

/** Something that has to hold for the figures to mean anything. */
export interface Check {
  readonly what: string
  readonly expected: number
  readonly actual: number
}

export interface Findings {
  /** What of the question this answers, where it has several answers, each in its own unit. */
  readonly part?: string | undefined
  readonly unit: Unit
  readonly curve?: Curve | undefined
  /** What the others are compared with: `subject / row` is each row's ratio. Without it there are no ratios. */
  readonly subject?: Row | undefined
  readonly rows: readonly Row[]
  readonly checks: readonly Check[]
}

/** Takes one figure of a candidate: nanoseconds, or bytes of heap, per operation. */
export interface Meter {
  measure(candidate: Candidate): Promise<number>
  /** Operations that the candidate has done, since the start. */
  operationCountOf(candidate: Candidate): number
}

export interface QuestionContext {
  readonly roundCount: number
  /** The number of the first of these rounds, where others are measured in other processes. */
  readonly firstRound: number
  readonly meter: Meter
  /** A short form, in seconds, for whoever only wants to know that nothing is far off. */
  readonly isBrief: boolean
  /** To be called after each round, the warm-up included. */
  readonly onRound: () => void
}

export interface Question {
  readonly name: string
  readonly asks: string
  /** `cost`: what one operation takes, in seconds of measuring. `load`: what a program under load feels, in minutes.
   *  `option`: what something costs that is not on by default; its figures are in that thing's own document. */
  readonly group: 'cost' | 'load' | 'option'
  /** Whether the candidates are calls that may leave garbage: then it is measured too, in a second process. */
  readonly measuresAllocation?: boolean
  /** Whether its candidates are programs of their own. Otherwise each round is asked in a process of its own: rounds of one
   *  process share what V8 made of the code and where it lies in memory, and are no independent measurements. */
  readonly startsPrograms?: boolean
  /** Flags of Node that the question needs. */
  readonly execArgv?: readonly string[]
  answer(context: QuestionContext): Promise<Findings | readonly Findings[]>
}
