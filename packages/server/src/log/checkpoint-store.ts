/**
 * Where checkpoints are kept: rows in the order of their keys, of which a checkpoint replaces those that changed, all at
 * once or not at all. A checkpoint may be lost or deleted: the log rebuilds it.
 */

/** A checkpoint's row: any bytes under a key of at most 200 bytes. */
export type Row = {
  readonly key: Uint8Array;
  /** undefined: the row goes. */ readonly value: Uint8Array | undefined;
};

export interface CheckpointStore {
  /** What the last complete `write` said; undefined before the first. */
  readonly head: Uint8Array | undefined;
  /**
   * Puts rows and head in place of the old, durably, in one transaction; rows come in any order, each key once. They are
   * asked for as they are written, with other work in between, and a row is done with when the next one is asked for: its
   * bytes may then be used again.
   */
  write(rows: Iterable<Row>, head: Uint8Array): Promise<void>;
  /** Rows with from ≤ key < to (bytes compared as numbers), in order. */
  read(from: Uint8Array, to: Uint8Array): Iterable<{ readonly key: Uint8Array; readonly value: Uint8Array }>;
  get(key: Uint8Array): Uint8Array | undefined;
  /** As `get`, and only good until the store is asked for something else. */
  view(key: Uint8Array): Uint8Array | undefined;
  /** Deletes everything. */
  clear(): Promise<void>;
  close(): Promise<void>;
}
