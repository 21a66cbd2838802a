/** Times small loops, interleaved, and prints the best round of each: what the scripts of this folder have in common.
 *  The best and not the median, because whatever else runs on the machine can only add to a time. */

const ROUNDS = 25

/** Prints nanoseconds per operation for each case, and its ratio to the first.
 *  @param cases name → a function that runs its loop `operations` times. Each must be compiled by itself, so that one
 *  case's types do not slow another down. */
export function compare(cases, operations) {
  const bestNs = new Map(Object.keys(cases).map(name => [name, Number.POSITIVE_INFINITY]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(cases)) {
      const startNs = process.hrtime.bigint()
      run(operations)
      const perOperationNs = Number(process.hrtime.bigint() - startNs) / operations
      bestNs.set(name, Math.min(bestNs.get(name), perOperationNs))
    }
  }
  const [firstNs] = bestNs.values()
  console.log(`Node ${process.versions.node}, best of ${ROUNDS} rounds`)
  for (const [name, ns] of bestNs) {
    console.log(`${name.padEnd(58)} ${figure(ns).padStart(9)} ns  ×${(ns / firstNs).toFixed(2)}`)
  }
}

function figure(ns) {
  return ns < 100 ? ns.toFixed(1) : String(Math.round(ns))
}
