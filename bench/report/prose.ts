/** What the report says beside its figures: how they are taken, what they leave out, what a question means. */

export const METHOD = `- **Interleaved rounds.** Every candidate of a question is measured in every round, one after the other, and the order
  turns from round to round. What slows the machine down for a while slows all of them. A round before the first warms
  up, and is not kept.
- **Medians.** A figure is the median of its rounds. *Middle half* is the range from the 25th to the 75th percentile of the
  rounds, interpolated between the two closest ranks.
- **Paired ratios.** *offloop / it* is offloop's figure divided by the row's own in the same round, and then the median of
  these. It is not the ratio of the two medians. For times, below 1 means that offloop takes less; for rates, above 1 that it
  manages more.
- **95 % interval of the median**, by order statistics: from the k-th smallest to the k-th largest round, for the largest k
  at which a fair coin's binomial leaves at most 5 % outside. It assumes nothing about the distribution of the rounds,
  but that they are independent. Fewer than six rounds have none.
- **One process for each question.** What was compiled, cached or left in memory for another cannot weigh on it. Within a
  question the candidates share a process where the question is what one call costs. Each has a loop of its own, so that
  its call sites see one kind of callee. Where it is what a program feels, each candidate is a program of its own.
- **Each round of a call is many runs.** A run is a loop of some thousand calls. [mitata](https://github.com/evanwashere/mitata)
  times several hundred runs; the round's figure is the median run, divided by its calls. So neither a collection of garbage
  nor a switch to another process shows in it, unless it happens in every second run.
- **Between two runs offloop's lane is emptied**, by the thread that does so in production, outside the time taken. What that
  thread costs is not in the figure of a call: it is a question of its own (\`drain\`, and the load questions).
- **Bytes are measured in a second process**, with \`--expose-gc\` and a young generation that is large enough for no collection
  to come in between. *A call leaves* is the growth of the heap, divided by the calls: the least of several runs, since
  what else goes on in a process only adds.
- **Checks.** What was recorded has to have arrived at the aggregator, to the last sample, and nothing may be lost. Results
  that were computed have to be equal to those of the plain way. A run in which a check fails ends with exit code 1.
- **Goals are judged by the median**, whatever the spread. A verdict is called *narrow* where the 95 % interval has the limit
  in it: then another run may come to another one.
`

/** What holds whatever was measured; more is said for what is known to be missing. */
export const NOT_MEASURED = `- **Other machines.** All figures of a run are from one machine, and a virtual one: its cores are shared with other guests,
  and may be two threads of one physical core. Ratios carry over better than nanoseconds, and neither carries over exactly.
- **More cores.** With two, a program under load and whatever puts it under load already take all there are. offloop's own
  thread then takes its time from one of them, which it would not on a larger machine.
- **ARM, Windows, macOS.** What an atomic store and a line of cache that two cores share cost differs between processors, and
  what a clock reading and a timer cost differs between systems. No figure here says how much.
- **Other versions of Node.js.** The figures are those of the one named above. Others compile, inline and collect
  differently; the test suite runs on all supported versions, the benches were not.
- **Metrics libraries with native add-ons**, and agents that are loaded into the process. The peers here are
  written in JavaScript or WebAssembly, but for Node's own histogram.
- **Exporters.** offloop has none yet, so there is no comparison from a call to what a monitoring system receives.
- **A cold program.** All calls are compiled when they are measured, but for \`start-up\`. The first thousand calls of a
  process are slower.
- **Long runs.** A question takes minutes. What a process that runs for weeks looks like (fragmented memory, code that is
  compiled again) is not in the figures.
- **The cache of a real program.** In a loop of calls, all that a call touches stays in the first-level cache. Between two calls
  of a real program other work comes in, and each library's data has to be fetched again.
`

/** For questions that need a word more than what they ask. */
export const INTRODUCTIONS: Readonly<Record<string, string>> = {
  record: `One metric without labels, in milliseconds. A call of offloop's is a push into shared memory: buckets, windows and
percentiles are left to the other thread. Node's histogram, prom-client's and OpenTelemetry's find their bucket at once, on
this thread. The word to another core and back is what two cores take to see each other's store, whatever the software.`,
  labels: `Method, route and status; eight routes in turn. offloop binds label values once and keeps the handle, which the others
do not offer or do not profit from: so they are shown both ways, and so is offloop with a look-up at each call.`,
  marks: `The first row reads the clock twice, too. What is to be compared is what comes on top: the check that a mark is neither
stale nor ended twice, and the sample that is recorded.`,
  counter: `Eight counters in turn. The typed array is private memory of this thread, and the least that counting can cost.`,
  allocation: `What a call leaves behind has to be collected, on the thread that made the call.`,
  percentiles: `On a full window. offloop's answer and that of sorting are the same numbers, and the check says so;
hdr-histogram-js answers from its buckets, within three digits.`,
  drain: `What offloop's own thread does: it takes samples from a full lane and folds them into the rolling window, the time slice
and the totals of their series. Writer and reader share a thread here, so the lane is in that core's cache.`,
  'call-sites': `A loop that calls one function on one object is what a compiler optimizes best, and what no program consists of. So
the same calls are made as well with a thousand objects in no order, and from a place that has seen many classes.`,
  'check-all': `What the SLO monitor does each interval, off the event loop. Nobody else checks objectives; what the others do to
give percentiles away, on the loop, stands in parentheses.`,
  breach: `From the call that breaks an objective to the listener on the same thread: the lane, the tick, the check, the bus and the
message back.`,
  bus: `An event goes to another thread as a packed frame. It could be sent as it is, or as a call: both are measured beside it. An
empty message there and back is part of all of them.`,
  memory: `offloop keeps the samples themselves, so that its percentiles are exact. Most others keep the counts of buckets alone, and
take less.`,
  loop: `What a telemetry costs that is only kept open, and what each of the aggregator's ticks costs under load.`,
  http: `The same handler in processes that stay, with the same three metrics and three labels on each request, under load in turn.
The clients saturate the server. With two cores, offloop's thread has to take its time from the server or from the clients.`,
  million: `A timer of 1 ms records what is due, beside some work with JSON. The other process writes the same values into an array.`,
  snapshot: `All series at once, as for a scrape, and what the loop of the main thread feels of it.`,
  'growth-series': `Each point is a process of its own, which records into so many series in no order.`,
  'growth-threads': `Each point is a process of its own with so many worker threads, each with a lane of its own. Threads beyond the number of
cores take turns, and the aggregator takes turns with them: at full speed lanes may overflow, which is counted and shown.`,
  'start-up': `Each figure is from new processes. The rows in parentheses are what Node itself takes.`,
}
