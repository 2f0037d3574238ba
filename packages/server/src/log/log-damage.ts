/** The errors that say where a log cannot be read. */

import type { Position } from './entry.ts';
import { StorageError } from './storage-error.ts';

const remedy = 'Nothing after it can be trusted; check the disk and restore a backup';

export function damaged(position: Position, what: string, cause?: unknown): StorageError {
  return new StorageError(
    'log/corrupt',
    `The log is damaged at position ${position}: ${what}. ${remedy}`,
    cause,
  );
}

export function damagedGap(expected: Position, found: Position): StorageError {
  return new StorageError(
    'log/corrupt',
    `The log is damaged: position ${expected} is missing, the next one is ${found}. ${remedy}`,
  );
}

export function newerRecord(position: Position, format: number, known: number): StorageError {
  return new StorageError(
    'log/newer-format',
    `The log's record at position ${position} has format ${format}, and this version of Segue reads up to ${known}; start the newer version that wrote it`,
  );
}
