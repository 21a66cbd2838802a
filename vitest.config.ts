/** How the tests run: in forked processes, against the sources, with the built worker (`npm test` builds first). */
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // vitest leaves one core free, which on two makes the suite take twice as long.
    maxWorkers: availableParallelism(),
    testTimeout: 15_000,
    hookTimeout: 15_000,
  },
})
