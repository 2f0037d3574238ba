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
/** Length of the description of a definition, in UTF-16 code units. */
export const definitionDescriptionCharactersMax = 2_000;
/** Definitions of one workspace: segments, lifecycles, RFM models and lists together. */
export const definitionsMax = 100_000;
/** How long a chain of definitions that refer to each other may be. */
export const definitionNestingMax = 200;
/** Stages of one lifecycle. */
export const lifecycleStagesMax = 100;

/** Identifiers that one profile may have, by kind. */
const identifierLimits: ReadonlyMap<string, number> = new Map([
  ['user_id', 1],
  ['email', 5],
  ['phone', 5],
  ['anonymous_id', 100],
  ['loyalty_id', 5],
]);
/** Identifiers of a kind that a workspace has made up, per profile. */
const customIdentifiersMax = 5;

export function identifierLimit(kind: string): number {
  return identifierLimits.get(kind) ?? customIdentifiersMax;
}

/** Kinds in which a bare id is looked for, first match wins. */
export const aliasOrder: readonly string[] = ['user_id', 'anonymous_id', 'email', 'phone', 'loyalty_id'];
/** Refused merges kept for people to see; older ones give way. */
export const refusedMergesMax = 10_000;
/** Message ids remembered for de-duplication; the oldest half gives way. */
export const seenMessagesMax = 50_000_000;
/** Messages dated ahead that one profile may have waiting. */
export const futureMessagesMax = 10_000;
/**
 * Numbers kept of one customer (about two for each event that a rule may still need); 8 bytes each. Above it the
 * customer's messages are refused, with a notice: this is a bot or a shared id, not a person.
 */
export const customerNumbersMax = 16_000_000;
/** A message older than this is late: the changes it makes say so. In milliseconds. */
export const lateAfterMs = 300_000;
