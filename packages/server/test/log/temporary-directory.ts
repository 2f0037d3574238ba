import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A directory that goes with the test. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'segue-log-test-'));
  onTestFinished(() => {
    rmSync(path, { recursive: true, force: true, maxRetries: 20 });
  });
  return path;
}
