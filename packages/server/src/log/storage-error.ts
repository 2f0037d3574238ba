/** What can go wrong with what is kept on disk. The message says what, where, what was expected and what to do. */

export type StorageErrorCode =
  | 'data/foreign'
  | 'data/locked'
  | 'data/newer-format'
  | 'data/not-a-directory'
  | 'data/unusable'
  | 'log/corrupt'
  | 'log/failed'
  | 'log/newer-format'
  | 'log/stalled'
  | 'log/unusable'
  | 'checkpoint/corrupt'
  | 'checkpoint/failed'
  | 'checkpoint/stalled'
  | 'checkpoint/unusable'
  | 'quarantine/failed'
  | 'quarantine/stalled'
  | 'quarantine/unusable'
  | 'backup/not-a-backup'
  | 'backup/newer-format'
  | 'backup/incomplete'
  | 'backup/target-in-use'
  | 'backup/failed';

export class StorageError extends Error {
  readonly code: StorageErrorCode;
  /** Trying again in this process is of no use: a failed write stays failed. */
  readonly retryable = false;

  constructor(code: StorageErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StorageError';
    this.code = code;
  }
}

/** One line about an error of the system or a library, for the end of a sentence. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
