/** What the report says beside its figures: how they are taken, what they leave out, what a question means. */

export const METHOD = `- **Interleaved rounds.** Every candidate of a question is measured in every round, one after the other. What slows the
  machine down for a while slows all of them. Where candidates take turns, their order is a shuffle: another one in each round,
  and the same ones in each run.
- **A process for each round.** Each round of a \`cost\` question is asked in a process of its own, since rounds of one process
  share what V8 made of the code and where it lies in memory. A round before it warms the process up, and is not kept. The
  candidates of a question share the process; each has a loop of its own, so that its call sites see one kind of callee. Where
  the candidates are programs of their own (\`start-up\`, \`memory\`, \`loop\`, and the \`load\` questions) the question
  starts these, for each round or for all of them; not all of these have a round to warm up.
- **Medians.** A figure is the median of its rounds. *Middle half* is the range from the 25th to the 75th percentile of the
  rounds, interpolated between the two closest ranks.
- **Paired ratios.** *offloop / it* is offloop's figure divided by the row's own in the same round, and then the median of
  these. It is not the ratio of the two medians. For times, below 1 means that offloop takes less; for rates, above 1 that it
  manages more.
- **95 % interval of the median**, by order statistics: from the k-th smallest to the k-th largest round, for the largest k
  at which a fair coin's binomial leaves at most 5 % outside. It assumes nothing about the distribution of the rounds,
  but that they are independent. Fewer than six rounds have none, and a verdict without one says so.
- **Each round of a call is many runs.** A run is a loop of some thousand calls. [mitata](https://github.com/evanwashere/mitata)
  takes runs for 60 ms of processor time, 1,000 at most: from some thirty, where a run takes milliseconds, to a thousand. The
  round's figure is the median run, divided by its calls. So neither a collection of garbage nor a switch to another process
  shows in it, unless it happens in every second run.
- **Between two runs offloop's lane is emptied**, by the thread that does so in production, outside the time taken. What that
  thread costs is not in the figure of a call: it is a question of its own (\`drain\`, and the load questions).
- **Bytes are measured in a second process**, with \`--expose-gc\` and a young generation that is large enough for no collection
  to come in between. *A call leaves* is the growth of the heap, divided by the calls: the least of several runs, since
  what else goes on in a process only adds.
- **Checks.** What was recorded has to have arrived at the aggregator, to the last sample, and nothing may be lost. Results
  that were computed have to be equal to those of the plain way. A run in which a check fails ends with exit code 1.
- **Goals are judged by the median**, whatever the spread: that of the figure, or that of the ratio where the goal is a ratio's.
  A verdict is called *narrow* where the 95 % interval has the limit in it: then another run may come to another one.
`

/** What holds whatever was measured; more is said for what is known to be missing. */
export const NOT_MEASURED = `- **Other machines.** All figures on this page are from the machine that is named above. A virtual one shares its cores with
  other guests, and what it calls two cores may be two threads of one. Ratios carry over better than nanoseconds, and neither
  carries over exactly.
- **Other numbers of cores.** Where a machine has two, a program under load and whatever puts it under load already take both.
  offloop's own thread then takes its time from one of them, which it would not on a larger machine.
- **ARM, Windows, macOS.** What an atomic store and a line of cache that two cores share cost differs between processors, and
  what a clock reading and a timer cost differs between systems. No figure here says how much.
- **Other versions of Node.js.** The figures are those of the one named above. Others compile, inline and collect
  differently; the test suite runs on all supported versions, these figures are of one.
- **Metrics libraries with native add-ons**, and agents that are loaded into the process. The peers here are
  written in JavaScript or WebAssembly, but for Node's own histogram.
- **Exporters.** offloop has none yet, so there is no comparison from a call to what a monitoring system receives.
- **A cold program.** All calls are compiled when they are measured, but for \`start-up\` and a part of \`overhead\`. The first thousand calls of a
  process are slower.
- **Long runs.** No question takes more than minutes. What a process that runs for weeks looks like (fragmented memory, code that is
  compiled again) is not in the figures.
- **The cache of a real program.** In a loop of calls, all that a call touches stays in the first-level cache. Between two calls
  of a real program other work comes in, and each library's data has to be fetched again.
`

/** For questions that need a word more than what they ask. */
export const INTRODUCTIONS: Readonly<Record<string, string>> = {
  record: `One metric without labels, in milliseconds. A call of offloop's is a push into shared memory: buckets, windows and
percentiles are left to the other thread. Node's histogram, prom-client's and OpenTelemetry's find their bucket at once, on
this thread. The word to another core and back is what two cores take to see each other's store, whatever the software.

offloop's figure is that of a long burst on the thread that created the telemetry: thousands of samples within one step of the
coarse clock, where up to 64 of them are published at once ([ADR 0008](adr/0008-batches-grow-with-the-burst.md)). The first 64
samples of each step, and all of an attached thread, are published one by one, which takes about three times as long where it
was measured: bursts of 32, as requests come, and attached threads are in parts of their own, each beside Node's histogram.`,
  labels: `Method, route and status; eight routes in turn. Where a library binds label values to a handle, or takes an object of
attributes that is made once, it is shown both ways, and so is offloop with a look-up at each call.`,
  marks: `The first row reads the clock twice, too. What is to be compared is what comes on top: the check that a mark is neither
stale nor ended twice, and the sample that is recorded.`,
  counter: `Eight counters in turn. The typed array is private memory of this thread, and the least that counting can cost.`,
  allocation: `What a call leaves behind has to be collected, on the thread that made the call. Each has a loop of its own here;
what the same call leaves at a call site that has seen many classes is in [call-sites](#call-sites).`,
  percentiles: `On a full window. offloop's answer and that of sorting are the same numbers, and the check says so;
hdr-histogram-js answers from its buckets, within three digits.`,
  drain: `What offloop's own thread does: it takes samples from a full lane and folds them into the rolling window, the time slice
and the totals of their series. Writer and reader share a thread here, so the lane is in that core's cache. And all 65,536
samples of it are taken at once: what a tick costs whatever it finds, and what a series costs whose samples are folded
together, is divided by many. In [growth-series](#growth-series) a tick finds few samples of each series, on the thread that did
not write them: there a sample costs more.`,
  'call-sites': `A loop that calls one function on one object is what a compiler optimizes best, and what no program consists of. So
the same calls are made as well with a thousand objects in no order, and from a place that has seen many classes. Where V8 does
not inline a call, a fraction that is passed to it becomes a number object of 16 bytes: in offloop's column, as in others.`,
  'check-all': `What the SLO monitor does each interval, off the event loop. The rows in parentheses are for scale: what others do
to give percentiles away, on the loop.`,
  breach: `From the call that breaks an objective to the listener on the same thread: the lane, the tick, the check, the bus and the
message back.`,
  bus: `An event goes to another thread as a packed frame. It could be sent as it is, or as a call: both are measured beside it. An
empty message there and back is part of all of them.`,
  memory: `offloop keeps the samples themselves, so that its percentiles are exact. Rows that keep the counts of buckets alone grow
with the number of buckets, not of samples.`,
  loop: `What a telemetry costs that is only kept open, and what a tick of the aggregator costs. The ticks are made one after the
other, with warm code and warm caches: a tick of an idle process begins with what ten milliseconds of other work have left in
them, and costs more.`,
  http: `The same handler in processes that stay, with the same three metrics and three labels on each request, under load in turn.
Throughput and processor time are those of a server that its clients saturate. Latency is measured open loop: requests are due
at a fixed rate, whatever the server does, and the time of each counts from when it was due, so that waiting is not left out.
Some servers are read each second as well, and asked for it on their own thread. Reading is not the same in each library:
offloop's \`scrape()\` and prom-client's \`metrics()\` give the whole text of a scrape; OpenTelemetry's \`collect()\` gives objects,
which an exporter would still have to serialize. Where the machine has two cores, offloop's thread takes its time from the
server or from the clients.`,
  million: `A timer of 1 ms records what is due, beside some work with JSON. The other process writes the same values into an array.
How late the loop is, and memory, come from pairs of processes; what is lost and what the aggregator takes, from the longest
run. A figure of one run has no interval.`,
  snapshot: `All series at once, as for a scrape, and what the loop of the main thread feels of it. The design asks for 0. What is
judged is the time by which the loop was busier than in a stretch as long without a read, and, where the results have it, by
how much the longest block exceeds that of a stretch in which some other thread computes. The limit in the table is what counts
as none: a message that says it is done, and what cannot be told from the heartbeat of an idle thread. Text and objects
are not the same answer: an object still has to be serialized.`,
  'growth-series': `Each point is a process of its own, which records into so many series in no order. The cost of draining a sample
is the processor time of whole ticks, each of which finds some samples of many series, divided by the samples: more than in
[drain](#drain), where a full lane is taken at once.`,
  'growth-threads': `Each point is a process of its own with so many worker threads, each with a lane of its own. Threads beyond the number of
cores take turns, and the aggregator takes turns with them: at full speed lanes may overflow, which is counted and shown.`,
  'start-up': `Each figure is from new processes. The rows in parentheses are what Node itself takes.`,
}
