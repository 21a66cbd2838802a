import { expect, test } from 'vitest'
import { MEASURED_PACKAGES, readVersions } from '../../../bench/versions.ts'
import { listFiles, readText, stripComments } from '../../structure/tree.ts'

test('every package that a bench imports is named with its version in the results', () => {
  const sources = listFiles('bench').filter(path => path.endsWith('.ts'))
  const imported = sources.flatMap(path =>
    [...stripComments(readText(path)).matchAll(/\b(?:from |import\()'((?:@[^/']+\/)?[^./'][^/']*)/g)].map(
      ([, name]) => name!,
    ),
  )
  const packages = [...new Set(imported)].filter(name => !name.startsWith('node:')).sort()
  expect(packages).not.toEqual([])
  const missing = packages.filter(name => !MEASURED_PACKAGES.includes(name))
  expect(missing, 'add it to MEASURED_PACKAGES in bench/versions.ts').toEqual([])
})

test('versions are those that are installed', () => {
  const { dependencies, devDependencies, version } = JSON.parse(readText('package.json'))
  const versions = readVersions()
  expect(versions['offloop']).toBe(version)
  expect(versions['msgpackr']).toBe(dependencies.msgpackr)
  expect(versions['prom-client']).toBe(devDependencies['prom-client'])
})
