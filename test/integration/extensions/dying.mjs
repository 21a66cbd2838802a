/** An extension that takes the aggregator down when it is asked to push. */
export function start(host, _options, previous) {
  host.series({ kind: 'counter', name: 'starts' }).increment(1)
  if (previous !== undefined) host.series({ kind: 'gauge', name: 'previous' }).record(previous.number)
  return { info: { number: 41 }, push: () => previous ?? process.exit(1), close: () => {} }
}
