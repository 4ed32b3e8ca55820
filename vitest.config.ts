import { defineConfig } from 'vitest/config';
import SlowestFirst from './test/slowest-first.js';

// Two projects, one after the other, each with two files at a time, so that two cores are enough: unit and conformance tests
// share a process (the architecture forbids module state, so isolation would only cost time); e2e tests start real programs,
// every file with a home, a local cloud and networks of its own. Those that take minutes start first.
export default defineConfig({
  test: {
    reporters: ['default', './test/closing-line-reporter.ts'],
    sequence: { sequencer: SlowestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/*.test.ts', 'test/unit/**/*.test.ts', 'test/conformance/**/*.test.ts', 'test/scenarios/**/*.test.ts'],
          isolate: false,
          pool: 'threads',
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: './test/e2e/aws-on-path.ts',
          pool: 'forks',
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
