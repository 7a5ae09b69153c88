import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/contracts/**', 'node_modules/**'],
    globalSetup: ['test/support/postgresql-suite.ts'],
    // Many tests start chains and nodes as real processes; two files at a time is what two cores carry.
    maxWorkers: 2,
    // On a shared machine a real process may lose a race against something else: tried once more, and shown as such.
    retry: process.env['CI'] === undefined ? 0 : 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
