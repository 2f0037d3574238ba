/** Limits of reading files, each with its unit. Above a limit there is a clear error, never a crash. */

/** Longest line of NDJSON and longest row of CSV, in bytes. */
export const ROW_BYTES_MAX = 1_048_576;
/** What one sort holds in memory before it writes to disk, in bytes (estimated). */
export const SORT_MEMORY_BYTES: number = 96 * 1_048_576;
/** Runs that one merge reads at a time; more are merged in several passes. */
export const SORT_RUNS_MAX = 128;
/** Files of one replay or import. */
export const FILES_MAX = 1_000;
/** Lines of one order (rows grouped into one message). Further lines are rejected and counted. */
export const GROUP_LINES_MAX = 10_000;
/** Rows of a table that a mapping joins. */
export const JOIN_ROWS_MAX = 2_000_000;
/** Bytes looked at to tell encoding, delimiter and dates, after unpacking. */
export const SAMPLE_BYTES = 1_048_576;
/** Places kept for each reason why rows were left out. */
export const PLACES_MAX = 3;
/** Different reasons counted; what comes later is counted under "other". */
export const REASONS_MAX = 100;
/** Columns of a CSV file. */
export const COLUMNS_MAX = 2_000;
