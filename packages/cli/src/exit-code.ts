/** Exit codes of every command. */

/** Done, and nothing is wrong. */
export const exitOk = 0;
/** Done, and something is wrong: a scenario failed, a definition has errors. */
export const exitFailed = 1;
/** Not done: the command was called wrongly, or a file cannot be read. */
export const exitUnusable = 2;
