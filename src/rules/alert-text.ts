/** Texts of alerts: Prometheus takes them for templates, so what names hold is kept from being read as one. Pure. */
import { cleanText } from '../exposition/names.ts'
import type { ValueFormat } from './indicator.ts'

/** Stands in an alert as it is. */
export function literal(text: string): string {
  return cleanText(text).replaceAll('{{', '{{ "{{" }}')
}

/** The alert's value, as people read it. */
export function valueText(format: ValueFormat): string {
  return FORMATS[format]
}

const FORMATS: Readonly<Record<ValueFormat, string>> = {
  percentage: '{{ $value | humanizePercentage }}',
  duration: '{{ $value | humanizeDuration }}',
  bytes: '{{ $value | humanize1024 }}B',
  number: '{{ $value | humanize }}',
}
