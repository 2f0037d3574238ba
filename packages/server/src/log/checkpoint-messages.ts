/** What the checkpoint store and the thread that writes for it say to each other. */

import type { StorageErrorCode } from './storage-error.ts';

export type WriterRequest =
  /** Rows (checkpoint-batch.ts) of the write that the next `commit` completes. */
  | { readonly kind: 'rows'; readonly bytes: Uint8Array<ArrayBuffer> }
  /** The rows sent are not to be written after all. */
  | { readonly kind: 'forget' }
  | { readonly kind: 'commit'; readonly head: Uint8Array }
  | { readonly kind: 'clear' }
  | { readonly kind: 'close' };

/** One for each request but `rows`, in their order. */
export type WriterReply =
  | { readonly kind: 'done' }
  /** A mistake of the caller's; nothing was written. */
  | { readonly kind: 'refused'; readonly message: string }
  /** The write failed; so do all that follow. */
  | { readonly kind: 'failed'; readonly code: StorageErrorCode; readonly message: string };

export type WriterSettings = {
  readonly directory: string;
  readonly stallMs: number;
  readonly mapBytes?: number | undefined;
};
