/** What a view of the run is told. There are three: for a terminal, for plain text, and for programs. */
import type { SLORecoveryEvent, SLOViolationEvent } from 'offloop'
import type { Frame } from './frame.ts'
import type { Phase } from './phases.ts'
import type { Summary } from './summary.ts'

export interface View {
  /** How often it wants a frame. */
  readonly frameIntervalMs: number
  started(url: string, connections: number): void
  frame(frame: Frame): void
  phase(phase: Phase, elapsedMs: number): void
  violation(event: SLOViolationEvent, elapsedMs: number): void
  recovery(event: SLORecoveryEvent, elapsedMs: number): void
  /** A line that the telemetry has to say. */
  note(text: string, elapsedMs: number): void
  summary(summary: Summary): void
  /** Leaves everything as it was found. Idempotent; called also when the run has failed. */
  close(): void
}
