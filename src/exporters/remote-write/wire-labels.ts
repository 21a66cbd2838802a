/** Labels of what is sent: those of the resource, those given for all, and those of the point, sorted as stores want it. Pure. */
import type { Point } from '../../exposition/families.ts'
import { cleanText } from '../../exposition/names.ts'
import type { ExportResource } from '../../shared/extension/extension.ts'
import type { RemoteWriteSettings } from '../../shared/extension/remote-write-settings.ts'
import type { WireLabels } from './wire.ts'

type Label = WireLabels[number]

/** Labels that every series gets. */
export interface CommonLabels {
  /** Whom the series are of: `job` and `instance`. A point's own label of that name becomes `exported_…`, as with a scrape. */
  readonly target: ReadonlyMap<string, string>
  /** As Prometheus' external labels: a point's own label of that name is kept. */
  readonly external: ReadonlyMap<string, string>
}

export function commonLabelsOf(
  settings: Pick<RemoteWriteSettings, 'job' | 'instance' | 'externalLabels'>,
  { service, instanceId }: Pick<ExportResource, 'service' | 'instanceId'>,
): CommonLabels {
  const target = { job: settings.job ?? cleanText(service), instance: settings.instance ?? instanceId }
  return { target: withoutEmpty(target), external: withoutEmpty(settings.externalLabels) }
}

/** A point's labels and the common ones, sorted, each name once. */
export function labelsOfPoint(
  { labels }: Pick<Point, 'labels'>,
  { target, external }: CommonLabels,
): WireLabels {
  const all = new Map<string, string>(target)
  for (const [name, value] of labels) {
    let shown = name
    while (all.has(shown)) shown = `exported_${shown}`
    all.set(shown, value)
  }
  for (const [name, value] of external) if (!all.has(name)) all.set(name, value)
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Sorted labels with one more, in its place. */
export function withLabel(labels: WireLabels, name: string, value: string): WireLabels {
  const added: Label = [name, value]
  const index = labels.findIndex(([other]) => other > name)
  return index < 0 ? [...labels, added] : [...labels.slice(0, index), added, ...labels.slice(index)]
}

function withoutEmpty(labels: Readonly<Record<string, string>>): Map<string, string> {
  return new Map(Object.entries(labels).filter(([, value]) => value !== ''))
}
