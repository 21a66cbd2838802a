/** The made files in a checkout: which are stale, and writing them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { filesOf, PICTURES_FOLDER, README_PATH } from './files.ts'
import { readInputs } from './inputs.ts'

/** @param root the repository's folder, ending with a slash
 *  @returns what has to change: the text that a file should have, or undefined for a picture that nothing shows */
export function staleFiles(root: URL): Map<string, string | undefined> {
  const made = filesOf(readInputs(root), readFileSync(new URL(README_PATH, root), 'utf8'))
  const stale = new Map<string, string | undefined>()
  for (const [path, text] of made) {
    const file = new URL(path, root)
    if (!existsSync(file) || readFileSync(file, 'utf8') !== text) stale.set(path, text)
  }
  for (const path of picturesIn(root)) if (!made.has(path)) stale.set(path, undefined)
  return stale
}

export function writeFiles(files: ReadonlyMap<string, string | undefined>, root: URL): void {
  mkdirSync(new URL(PICTURES_FOLDER, root), { recursive: true })
  for (const [path, text] of files) {
    if (text === undefined) rmSync(new URL(path, root))
    else writeFileSync(new URL(path, root), text)
  }
}

function picturesIn(root: URL): string[] {
  const folder = new URL(PICTURES_FOLDER, root)
  const names = existsSync(folder) ? readdirSync(folder) : []
  return names.filter(name => name.endsWith('.svg')).map(name => `${PICTURES_FOLDER}/${name}`)
}
