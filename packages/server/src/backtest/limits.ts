/** Limits of backtests and suggestions, each with its unit. */

/** Length of a period, in days. */
export const periodDaysMax = 3_660;
/** How long people are followed, in milliseconds. */
export const withinMsMax: number = 731 * 86_400_000;
/** Things counted after an entry, in one backtest. */
export const outcomesMax = 5;
/** Customers named in one list. */
export const samplesMax = 100;
/** Backtests and suggestions kept; more are refused until some are deleted. */
export const jobsMax = 200;
/** Of them, those that wait or run. */
export const jobsWaitingMax = 20;
/** Memory of the process of one, in mebibytes. */
export const jobHeapMebibytes = 4_096;
