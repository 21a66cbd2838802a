/** The files of the repository, as the structure tests read them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const NOT_OURS = new Set(['node_modules', 'dist', 'build', 'coverage', '.git', '.nodes'])

/** Paths below `folder`, relative to the repository's root, with forward slashes. */
export function listFiles(folder = ''): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap(entry => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isFile()) return [path]
    return entry.isDirectory() && !NOT_OURS.has(entry.name) ? listFiles(path) : []
  })
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** The code alone: examples in comments are not imports, nor calls. */
export function stripComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}
