/** One LMDB transaction with a limit on its time: a commit that stalls has failed, as one that is refused. */

import type { RootDatabase } from 'lmdb';

/** A failed commit: whoever owns the process stops it, a retried sync lies. */
export class CommitError extends Error {
  readonly code = 'feeds/commit-failed' as const;
  readonly retryable = false;

  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'CommitError';
  }
}

/**
 * Resolves when what `write` puts and removes is durable, all of it. `write` only starts the writes and returns their
 * promises. The asynchronous API alone is used: the synchronous one may corrupt the heap once the disk is full.
 */
export async function commitWithin(
  root: RootDatabase<Buffer, Buffer>,
  stallMs: number,
  write: () => readonly Promise<unknown>[],
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(
        new CommitError(`A commit has not come back within ${stallMs} ms: the disk is stuck or failing.`),
      );
    }, stallMs);
  });
  const writes = new Set<Promise<unknown>>();
  try {
    const committed = root.batch(() => {
      for (const promise of write()) writes.add(promise);
    });
    await Promise.race([Promise.all([committed, ...writes]), stalled]);
  } catch (error) {
    if (error instanceof CommitError) throw error;
    throw new CommitError('A commit failed: the disk is full or failing.', error);
  } finally {
    clearTimeout(timer);
  }
  // What is read from now on in this turn shows it.
  root.resetReadTxn();
}
