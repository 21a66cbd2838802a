/** How the tests run: in forked processes, against the sources, with the built worker (`npm test` builds first). */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 15_000,
    hookTimeout: 15_000,
  },
})
