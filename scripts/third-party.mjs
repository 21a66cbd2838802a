/** Packages that are built into our files: whose they are is said in each file, and their licenses come along. */
import { readFileSync, writeFileSync } from 'node:fs'

const builtIn = new Set()

/** The comment at the head of a file that has these packages built in. */
export function noticeOf(packages) {
  for (const name of packages) builtIn.add(name)
  return `/*! Includes ${packages.map(license).join(' and ')}: see THIRD-PARTY-LICENSES.txt of offloop. */`
}

/** Writes the licenses of all packages a notice was asked for. */
export function writeLicenses(folder) {
  writeFileSync(`${folder}/THIRD-PARTY-LICENSES.txt`, [...builtIn].sort().map(licenseText).join('\n\n'))
}

function license(dependency) {
  const { version, license } = JSON.parse(readFileSync(`node_modules/${dependency}/package.json`, 'utf8'))
  return `${dependency} ${version} (${license})`
}

function licenseText(dependency) {
  const text = readFileSync(`node_modules/${dependency}/LICENSE`, 'utf8').trim()
  return `${license(dependency)}\n${'='.repeat(license(dependency).length)}\n\n${text}\n`
}
