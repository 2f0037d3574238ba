/**
 * Every limit of the core, with its unit. Above a limit there is a clear error, never a slow surprise.
 */

/** Length of the text of one rule, in UTF-16 code units. */
export const ruleCharactersMax = 100_000;
/** Nesting of one rule's tree: brackets, `not`, functions, `for`, and the operators of one chain of arithmetic. */
export const ruleDepthMax = 100;
/** Objects and arrays in one rule's JSON tree. */
export const ruleNodesMax = 50_000;
/** Diagnostics reported for one rule; the rest would be noise. */
export const ruleDiagnosticsMax = 50;
/** Length of a string, name or comment inside a rule, in UTF-16 code units. */
export const ruleStringCharactersMax = 10_000;
/** Literals in one `in [...]`. */
export const ruleLiteralsMax = 10_000;
/** Steps of one sequence. */
export const sequenceStepsMax = 32;
/** Length of a duration, in milliseconds: 3,650,000 days. */
export const durationMsMax = 315_360_000_000_000;
/** `last N calendar days`: the greatest N. */
export const calendarUnitsMax = 100_000;
/** Length of the name of a definition or stage, in UTF-16 code units. */
export const definitionNameCharactersMax = 100;
/** Definitions of one workspace: segments, lifecycles, RFM models and lists together. */
export const definitionsMax = 100_000;
/** How long a chain of definitions that refer to each other may be. */
export const definitionNestingMax = 200;
/** Stages of one lifecycle. */
export const lifecycleStagesMax = 100;
