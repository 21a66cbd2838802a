/** Texts in protobuf messages. Pure. */
import type { PbfWriter } from 'pbf'

const SURROGATE = /[\ud800-\udfff]/
const utf8 = new TextEncoder()

/** pbf's own UTF-8 takes characters from U+20000 on for others. */
export function writeText(field: number, text: string, writer: PbfWriter): void {
  if (SURROGATE.test(text)) writer.writeBytesField(field, utf8.encode(text))
  else writer.writeStringField(field, text)
}
