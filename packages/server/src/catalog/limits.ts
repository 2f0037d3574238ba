/** Limits of the catalog, with their units. */

/** Users, sources, and keys of each kind that one installation may have. */
export const usersMax: number = 10_000;
export const sourcesMax: number = 1_000;
export const keysMax: number = 1_000;
/** Sessions of one user; the oldest ends when one more begins. */
export const sessionsPerUserMax: number = 50;
/** Characters. */
export const nameCharactersMax: number = 200;
export const emailCharactersMax: number = 254;
export const reasonCharactersMax: number = 1_000;
export const descriptionCharactersMax: number = 1_000;
/** The shortest and longest password, in UTF-16 code units. */
export const passwordCharactersMin: number = 10;
export const passwordCharactersMax: number = 256;
/** How long a session lasts at most, and without being used. */
export const sessionLifetimeMs: number = 30 * 86_400_000;
export const sessionIdleMs: number = 7 * 86_400_000;
/** How long the link of a new user, or for a forgotten password, is good for. The very first has no end. */
export const signInLinkLifetimeMs: number = 7 * 86_400_000;
/** Uses of keys and sessions are written down at most this often. */
export const usedAtGrainMs: number = 300_000;
/** The longest overlap of two secrets of one server key. */
export const rotationOverlapMsMax: number = 30 * 86_400_000;
/** How long an answer is kept for a repeated request, and how many bytes of it at most. */
export const answerKeptMs: number = 86_400_000;
export const answerBytesMax: number = 1_048_576;
