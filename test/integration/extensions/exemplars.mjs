/** An extension that answers with the exemplars of all series, and takes the aggregator down when it is asked to push. */
export function start(host, _options, previous) {
  const exemplars = () =>
    Object.fromEntries(
      host.collect().map(({ descriptor, series }) => [descriptor.name, series.flatMap(one => one.exemplars)]),
    )
  return {
    info: { starts: (previous?.starts ?? 0) + 1 },
    answer: () => ({ contentType: 'application/json', body: JSON.stringify(exemplars()) }),
    push: () => previous ?? process.exit(1),
    close: () => {},
  }
}
