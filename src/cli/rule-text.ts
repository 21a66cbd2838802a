/** Rules as the text of a file that Prometheus reads. Pure. */
import { Document, isScalar, visit } from 'yaml'
import type { RuleFile } from '../rules/rule-file.ts'
import { printable } from './printable.ts'

/** Characters that Prometheus' reader takes for line breaks, or refuses: they are written as escapes. */
const UNFIT = /(?![\t\n])[\p{Cc}\p{Zl}\p{Zp}\ufeff\ufffe\uffff]/u
const UNFITS: RegExp = new RegExp(UNFIT, 'gu')

/** @param comments lines at the top */
export function yamlOf(file: RuleFile, comments: readonly string[] = []): string {
  const document = new Document(file, { aliasDuplicateObjects: false })
  visit(document, (_, node) => {
    if (isScalar(node) && typeof node.value === 'string' && UNFIT.test(node.value)) node.type = 'QUOTE_DOUBLE'
  })
  const head = comments.map(comment => `# ${printable(comment)}\n`).join('')
  return head + withEscapes(document.toString({ lineWidth: 0 }))
}

export function jsonOf(file: RuleFile): string {
  return `${withEscapes(JSON.stringify(file, undefined, 2))}\n`
}

/** What is left of them stands between double quotes: there YAML has the escapes of JSON. */
function withEscapes(text: string): string {
  return text.replace(UNFITS, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
