/** Judges SLOs against a metric registry and hands violations over. Owns their state; runs on the thread that made it. */
import { createGuardedPublish, type GuardedPublish } from '../shared/guarded-publish.ts'
import { createLimitedLog, type Log, reasonOf } from '../shared/limited-log.ts'
import type { SLODefinition } from '../shared/slo/definition.ts'
import { definitionError, type ResolvedSLO, resolveSLO } from '../shared/slo/definition-check.ts'
import type { SloStatus } from '../shared/snapshot.ts'
import type { Publish, SLORecoveryEvent, SLOViolationEvent } from '../shared/topics.ts'
import { createConsolePublish } from './console-publish.ts'
import type { Judgement, JudgementState } from './judgement.ts'
import {
  checkDurationMs,
  type ResolvedMonitorOptions,
  resolveMonitorOptions,
  type SLOMonitorOptions,
} from './monitor-options.ts'
import { PeriodicChecks } from './periodic-checks.ts'
import { rateLimitKeyOf, sharesLimit } from './rate-limit-key.ts'
import { RateLimiter } from './rate-limiter.ts'
import type { MonitorState, Succession } from './succession.ts'
import { violationEventOf } from './violation-event.ts'
import { type SLORegistry, WatchedSLO } from './watched-slo.ts'

/** What one check found. Handed over after all SLOs are judged. */
interface Findings {
  readonly violations: SLOViolationEvent[]
  readonly recoveries: SLORecoveryEvent[]
}

export class SLOMonitor {
  readonly #registry: SLORegistry
  readonly #options: ResolvedMonitorOptions
  readonly #watched = new Map<string, WatchedSLO>()
  /** Those of `#watched` that are judged at every tick. Replaced, never changed: a check may be going through it. */
  #watchedAtTick: readonly WatchedSLO[] = []
  readonly #limiter: RateLimiter
  readonly #guard: GuardedPublish
  readonly #periodic: PeriodicChecks
  readonly #logFailure: Log
  readonly #logSlow: Log
  readonly #logSharedLimit: Log
  /** Where the judgements of a predecessor stood. */
  readonly #saved: ReadonlyMap<string, JudgementState>
  readonly #beforePublish: NonNullable<Succession['beforePublish']>
  #isChecking = false
  /** Changes with whatever `state` says.
   *  @internal */
  stateRevision = 0
  #checks = 0
  #slowChecks = 0
  #judgeFailures = 0

  /** @param publish takes the events; may throw, reject or hang. Left out: events go to the console.
   *  @param succession of several monitors on one registry; internal
   *  @throws TelemetryError OFFLOOP_SLO_DEFINITION, OFFLOOP_OBJECTIVE naming the path (`slos[2].minSamples`); OFFLOOP_OPTION */
  constructor(
    registry: SLORegistry,
    definitions: readonly SLODefinition[],
    publish?: Publish | undefined,
    options?: SLOMonitorOptions,
    succession: Succession = {},
  ) {
    this.#registry = registry
    this.#options = resolveMonitorOptions(options)
    const { clock } = registry
    const { log, timers, publishTimeoutMs, rateLimitWindowMs } = this.#options
    this.#limiter = new RateLimiter(rateLimitWindowMs)
    const { state: saved, beforePublish = () => {} } = succession
    this.#limiter.restore(saved?.limits ?? [])
    this.#saved = new Map(saved?.judgements)
    this.#beforePublish = beforePublish
    this.#guard = createGuardedPublish(publish ?? createConsolePublish(), {
      timeoutMs: publishTimeoutMs,
      log,
      timers,
      clock,
    })
    this.#logFailure = createLimitedLog(log, clock)
    this.#logSlow = createLimitedLog(log, clock)
    // Each of these is said: there are no more of them than SLOs added.
    this.#logSharedLimit = createLimitedLog(log, clock, 0)
    this.#periodic = new PeriodicChecks(timers, () => {
      const startMs = clock.nowMs()
      this.checkAll()
      return clock.nowMs() - startMs
    })
    if (!Array.isArray(definitions))
      throw definitionError('slos', definitions, 'give an array of definitions')
    for (const [index, definition] of definitions.entries()) this.add(definition, `slos[${index}]`)
  }

  /** Checks run: by `checkAll`, `checkTick` and periodically. */
  get checks(): number {
    return this.#checks
  }

  /** Checks that took longer than `slowCheckMs`. */
  get slowChecks(): number {
    return this.#slowChecks
  }

  /** SLOs that could not be judged in a check, because reading them threw. */
  get judgeFailures(): number {
    return this.#judgeFailures
  }

  /** Events whose publish threw or rejected, or that were not handed over because too many were unanswered. */
  get publishFailures(): number {
    return this.#guard.failures
  }

  get publishTimeouts(): number {
    return this.#guard.timeouts
  }

  /** Adds an SLO. Its metric may be registered later.
   *  @param at path of the definition, for errors
   *  @returns its remover; calling that twice is harmless. A violation that is open then ends without an event.
   *  @throws TelemetryError OFFLOOP_SLO_DEFINITION, OFFLOOP_OBJECTIVE */
  add(definition: SLODefinition, at = 'slo'): () => void {
    const slo = resolveSLO(definition, at)
    if (this.#watched.has(slo.name)) {
      throw definitionError(`${at}.name`, slo.name, 'give a name that no other SLO of this monitor has')
    }
    const watched = new WatchedSLO(slo, this.#registry, this.#saved)
    this.#warnWhenLimitIsShared(slo)
    this.#watched.set(slo.name, watched)
    if (slo.every === 'tick') this.#watchedAtTick = [...this.#watchedAtTick, watched]
    return () => {
      if (this.#watched.get(slo.name) !== watched) return
      this.#watched.delete(slo.name)
      this.#watchedAtTick = this.#watchedAtTick.filter(other => other !== watched)
    }
  }

  /** Refreshes the registry, judges every SLO, and publishes the violations that the rate limit lets through.
   *  @returns those violations. Empty when called from within a check: checks never overlap. */
  checkAll(): SLOViolationEvent[] {
    if (this.#isChecking) return []
    this.#refreshRegistry()
    return this.#check([...this.#watched.values()], () => true)
  }

  /** Judges the SLOs `every: 'tick'` that have new samples, and violated time windows, whose answer changes by itself.
   *  The registry is taken as it stands. What else time alone brings about is left to `checkAll`. */
  checkTick(): SLOViolationEvent[] {
    if (this.#watchedAtTick.length === 0) return []
    return this.#check(this.#watchedAtTick, (watched, judgement) => {
      const mayRecover = judgement.violatedSinceMs !== undefined && watched.isTimeDependent
      return mayRecover || judgement.hasNewSamples()
    })
  }

  /** State of every SLO as of its latest check; by series, of every series. */
  statuses(): SloStatus[] {
    return [...this.#watched.values()].flatMap(watched => watched.statuses())
  }

  /** For a monitor that carries on: of SLOs that were not added to this one, as its predecessor left it.
   *  @internal */
  state(): MonitorState {
    const judgements = new Map(this.#saved)
    for (const watched of this.#watched.values()) {
      for (const { labels, state, actual, violatedSinceMs, isAnnounced } of watched.judgements) {
        judgements.set(watched.stateKey(labels), { state, actual, violatedSinceMs, isAnnounced })
      }
    }
    return { judgements: [...judgements], limits: this.#limiter.state() }
  }

  /** Checks periodically, the first time after one interval. Replaces a running loop. Does not keep the process alive.
   *  @throws TelemetryError OFFLOOP_OPTION */
  start(intervalMs = 5_000): void {
    checkDurationMs('intervalMs', intervalMs, 1)
    this.#periodic.start(intervalMs)
  }

  /** Ends the periodic checks. Harmless when there are none. */
  stop(): void {
    this.#periodic.stop()
  }

  /** Lets the next violation of every key through. */
  resetRateLimiter(): void {
    this.stateRevision += 1
    this.#limiter.reset()
  }

  /** @param windowMs 0: no limit. Holds for events already let through, too.
   *  @throws TelemetryError OFFLOOP_OPTION */
  setRateLimitWindowMs(windowMs: number): void {
    checkDurationMs('rateLimitWindowMs', windowMs, 0)
    this.#limiter.setWindowMs(windowMs)
  }

  /** Resolves when every event published so far was answered or given up. Bounded by `publishTimeoutMs`. */
  settled(): Promise<void> {
    return this.#guard.settled()
  }

  #refreshRegistry(): void {
    // A refresh may call back into the monitor.
    this.#isChecking = true
    try {
      this.#registry.refresh?.()
    } catch (thrown) {
      this.#logFailure(`offloop: the registry could not be refreshed before a check: ${reasonOf(thrown)}`)
    }
    this.#isChecking = false
  }

  #check(
    due: readonly WatchedSLO[],
    isDue: (watched: WatchedSLO, judgement: Judgement) => boolean,
  ): SLOViolationEvent[] {
    // A publish function may call back into the monitor.
    if (this.#isChecking) return []
    this.#isChecking = true
    const { clock } = this.#registry
    const startMs = clock.nowMs()
    const findings: Findings = { violations: [], recoveries: [] }
    for (const watched of due) {
      try {
        watched.refresh()
        for (const judgement of watched.judgements) {
          if (isDue(watched, judgement)) this.#judge(watched, judgement, startMs, findings)
        }
      } catch (thrown) {
        this.#judgeFailures += 1
        this.#logFailure(`offloop: SLO ${watched.slo.name} could not be judged: ${reasonOf(thrown)}`)
      }
    }
    this.#beforePublish([
      ...findings.violations.map(payload => ({ topic: 'perf.slo_violation', payload }) as const),
      ...findings.recoveries.map(payload => ({ topic: 'perf.slo_recovered', payload }) as const),
    ])
    for (const event of findings.violations) this.#guard.publish('perf.slo_violation', event)
    for (const event of findings.recoveries) this.#guard.publish('perf.slo_recovered', event)
    this.#checks += 1
    this.#isChecking = false
    this.#warnWhenSlow(clock.nowMs() - startMs, due.length)
    return findings.violations
  }

  #judge(watched: WatchedSLO, judgement: Judgement, nowMs: number, findings: Findings): void {
    const { op } = watched.slo.objective
    const reading = watched.read(judgement, nowMs)
    const bar = { op, threshold: watched.threshold, minSamples: watched.slo.minSamples }
    const before = judgement.state
    const { change, sinceMs } = judgement.judge(reading, bar, nowMs)
    if (change !== 'none' || judgement.state !== before) this.stateRevision += 1
    if (change === 'none') return
    // That of the whole check, as the rate limit has it: so the limit holds by the timestamps of events, too.
    const timestamp = this.#registry.clock.originEpochMs + nowMs
    const key = rateLimitKeyOf(this.#options.rateLimitScope, watched.slo, judgement.labels)
    if (change === 'violated') {
      const suppressed = this.#limiter.admit(key, watched.registrations, nowMs)
      if (suppressed === undefined) return
      judgement.isAnnounced = true
      findings.violations.push(violationEventOf(watched, judgement, reading, { suppressed, timestamp }))
      return
    }
    // The number is not used up: the next violation reports it, to those who listen to violations only.
    const suppressed = this.#limiter.suppressed(key)
    const event = violationEventOf(watched, judgement, reading, { suppressed, timestamp })
    findings.recoveries.push({ ...event, violatedForMs: nowMs - sinceMs })
  }

  /** Two SLOs with one key: while the violation of one goes on, that of the other may never be heard. */
  #warnWhenLimitIsShared(slo: ResolvedSLO): void {
    if (this.#options.rateLimitScope !== 'percentile') return
    for (const { slo: other } of this.#watched.values()) {
      if (!sharesLimit(slo, other)) continue
      this.#logSharedLimit(
        `offloop: SLO ${slo.name} shares one rate limit with SLO ${other.name}: a violation of one holds back those of the other. ` +
          "rateLimitScope: 'slo' gives each its own.",
      )
      return
    }
  }

  #warnWhenSlow(tookMs: number, sloCount: number): void {
    // Where nothing was judged, it was the system that took its time.
    if (tookMs <= this.#options.slowCheckMs || sloCount === 0) return
    this.#slowChecks += 1
    this.#logSlow(
      `offloop: a check of ${sloCount} ${sloCount === 1 ? 'SLO' : 'SLOs'} took ${tookMs.toFixed(1)} ms (more than ${this.#options.slowCheckMs} ms)`,
    )
  }
}
