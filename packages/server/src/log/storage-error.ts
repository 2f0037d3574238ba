/** What can go wrong with what is kept on disk. The message says what, where, what was expected and what to do. */

import { getSystemErrorMessage, getSystemErrorName } from 'node:util';

export type StorageErrorCode =
  | 'data/foreign'
  | 'data/locked'
  | 'data/newer-format'
  | 'data/not-a-directory'
  | 'data/time-zone'
  | 'data/unusable'
  | 'log/corrupt'
  | 'log/failed'
  | 'log/newer-format'
  | 'log/stalled'
  | 'log/unusable'
  | 'base/unusable'
  | 'checkpoint/corrupt'
  | 'checkpoint/failed'
  | 'checkpoint/stalled'
  | 'checkpoint/unusable'
  | 'quarantine/failed'
  | 'quarantine/stalled'
  | 'quarantine/unusable'
  | 'feed/corrupt'
  | 'feed/failed'
  | 'feed/stalled'
  | 'feed/unusable'
  | 'deliveries/failed'
  | 'deliveries/stalled'
  | 'deliveries/unusable'
  | 'history/retention'
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
  if (!(error instanceof Error)) return String(error);
  // LMDB gives the system's number, and a text that goes on with what it was asked before.
  const number = 'code' in error && typeof error.code === 'number' ? error.code : 0;
  if (number <= 0) return error.message;
  return `${getSystemErrorName(-number)}, ${getSystemErrorMessage(-number)}`;
}
