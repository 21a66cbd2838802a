/** Gives panels their places and numbers: row after row, from left to right on Grafana's 24 columns. Pure. */
import type { Panel } from './panels.ts'

export interface Row {
  readonly title: string
  readonly panels: readonly Panel[]
}

export interface PlacedPanel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets?: readonly { readonly expr: string; readonly refId: string }[]
  readonly [field: string]: unknown
}

const COLUMNS = 24
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** As Grafana writes a variable. */
export const DATASOURCE: { readonly type: string; readonly uid: string } = {
  type: 'prometheus',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Grafana's, and stays as it is
  uid: '${DS_PROMETHEUS}',
}

export function layOut(rows: readonly Row[]): readonly PlacedPanel[] {
  const placed: PlacedPanel[] = []
  let y = 0
  for (const { title, panels } of rows) {
    const gridPos = { x: 0, y, w: COLUMNS, h: 1 }
    placed.push({ id: placed.length + 1, type: 'row', title, collapsed: false, gridPos, panels: [] })
    y += 1
    let x = 0
    let lineHeight = 0
    for (const panel of panels) {
      const { width, height, ...shown } = panel
      if (x + width > COLUMNS) {
        x = 0
        y += lineHeight
        lineHeight = 0
      }
      placed.push({
        ...shown,
        id: placed.length + 1,
        gridPos: { x, y, w: width, h: height },
        datasource: DATASOURCE,
        targets: panel.targets.map((target, index) => ({
          ...target,
          refId: LETTERS[index] ?? `Q${index}`,
          datasource: DATASOURCE,
          editorMode: 'code',
          range: !target.instant,
        })),
      })
      x += width
      lineHeight = Math.max(lineHeight, height)
    }
    y += lineHeight
  }
  return placed
}
