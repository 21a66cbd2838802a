/** Texts of others in a line of ours: what would break it, or steer a terminal, is shown as a dot. Pure. */

export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '·')
}
