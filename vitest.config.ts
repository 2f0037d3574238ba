import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts', 'bench/test/**/*.test.ts'],
    // As many at once as there are processors; one is left idle otherwise, and of two that is half.
    maxWorkers: '100%',
    // Only what hangs takes so long: a machine with other work to do may take many times what a quiet one does.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 120_000, interval: 20 } },
  },
});
