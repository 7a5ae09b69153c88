import { defineConfig } from 'vitest/config';
import { PACE } from './support/pace.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/contracts/**', 'node_modules/**'],
    globalSetup: ['test/support/postgresql-suite.ts'],
    // Many tests start chains and nodes as real processes; two files at a time is what two cores carry.
    maxWorkers: 2,
    testTimeout: 120_000 * PACE,
    hookTimeout: 120_000 * PACE,
  },
});
