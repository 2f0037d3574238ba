/**
 * Reads one Segment-spec call into a `Message`: the only place where what a sender wrote becomes data that the rest
 * of the core relies on. Times are settled, identifiers normalised, and JSON is checked to be plain, finite and of
 * bounded depth. Whatever cannot be used is refused with one diagnostic that says what and why; nothing throws.
 *
 * Cost: one pass over the message; besides the result nothing is allocated for a good message. `properties` and
 * `traits` are the sender's own objects, not copies, so the caller must not change them afterwards.
 *
 * Time, as Segment defines it: `timestamp = receivedAt − (sentAt − originalTimestamp)`, where what the sender calls
 * `timestamp` is the original one. Later than the clock by more than five minutes, it is taken as the clock's and
 * flagged.
 */

import type { Diagnostic } from '../base/diagnostic.ts';
import { ok, type Result } from '../base/result.ts';
import { addIdentifier, identifierLengthMax, isBlocked, normaliseIdentifier } from './identifiers.ts';
import type { Identifier, Instant, JsonObject, Message, MessageKind } from './message.ts';

/** Characters of a messageId. */
export const messageIdLengthMax = 99;
/** Levels of objects and lists inside properties and traits. */
export const jsonDepthMax = 32;
/** How far ahead of the clock a message's time may be and still stand, in milliseconds. */
export const clockAheadMaxMs = 300_000;

/** Reads a time written as text, in the workspace's time zone where it has no offset. `Zone` is one. */
export interface InstantReader {
  parseInstant(text: string): Instant | undefined;
}

export type ParseMessageOptions = {
  /** The clock when the message arrived. Left out for a history read without a clock: then no time is too far ahead. */
  readonly receivedAt?: Instant;
  /** The message comes from a store, and its own `receivedAt`, where it has one, is believed. */
  readonly stored?: boolean;
  readonly zone: InstantReader;
  /** What the request's path (or a scenario's key) says it is; it wins over `type` in the message. */
  readonly kind?: MessageKind;
  /** When the batch around the message was sent, as written, for messages that do not say so themselves. */
  readonly sentAt?: unknown;
  /** Makes an id for a message that has none. */
  readonly nextMessageId: () => string;
};

/** A failed `Result` that is told from data by its class, so that good data needs no wrapper. */
class Refusal {
  readonly ok = false;
  readonly error: Diagnostic;
  constructor(error: Diagnostic) {
    this.error = error;
  }
}

type Fields = Readonly<Record<string, unknown>>;

const nothing: JsonObject = Object.freeze({});
const kinds: readonly string[] = ['track', 'page', 'screen', 'identify', 'group', 'alias'];

/**
 * One call as JSON gave it → a message, or why it is refused.
 *
 * @example parseMessage({ type: 'track', userId: 'asha', event: 'Product Added' }, { receivedAt, zone, nextMessageId })
 */
export function parseMessage(raw: unknown, options: ParseMessageOptions): Result<Message, Diagnostic> {
  if (!isObject(raw)) {
    return refuse('message/shape', 'A message must be an object', 'an object such as { "type": "track", … }');
  }
  const kind = options.kind ?? raw['type'];
  if (!isKind(kind)) return refuseKind(kind);
  const name = readName(kind, raw);
  if (name instanceof Refusal) return name;

  const properties = readObject(raw, 'properties');
  if (properties instanceof Refusal) return properties;
  const traits = readObject(raw, 'traits');
  if (traits instanceof Refusal) return traits;

  const identifiers: Identifier[] = [];
  const refusal = readIdentifiers(raw, kind === 'group' ? nothing : traits, identifiers);
  if (refusal !== undefined) return refusal;
  if (identifiers.length === 0) return refuseNobody();

  const time = readTime(raw, options);
  if (time instanceof Refusal) return time;
  const latest = options.receivedAt === undefined ? Infinity : options.receivedAt + clockAheadMaxMs;
  const flagged = time > latest;

  const messageId = readMessageId(raw['messageId'], options.nextMessageId);
  if (messageId instanceof Refusal) return messageId;

  const message: Writable<Message> = {
    kind,
    messageId,
    time: flagged ? (options.receivedAt ?? time) : time,
    identifiers,
    name,
    properties,
    traits: kind === 'identify' ? traits : nothing,
  };
  if (flagged) message.timeFlagged = true;
  if (kind === 'alias') {
    const previousId = readId(raw['previousId'], 'previousId');
    if (previousId instanceof Refusal) return previousId;
    if (previousId === undefined || isBlocked(previousId)) {
      return refuse(
        'message/alias',
        'An alias names two ids: previousId is missing or stands for nobody',
        'userId and previousId',
      );
    }
    message.previousId = previousId;
  }
  return ok(message);
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function readName(kind: MessageKind, raw: Fields): string | Refusal {
  if (kind === 'track') {
    const event = raw['event'];
    if (typeof event === 'string' && event !== '') return event;
    return refuse(
      'message/event',
      'A track message needs the name of its event',
      '"event": a text that is not empty',
    );
  }
  if (kind !== 'page' && kind !== 'screen') return '';
  const name = raw['name'];
  if (typeof name === 'string') return name;
  if (name !== undefined && name !== null) {
    return refuse('message/name', `The name of a ${kind} must be a text`, '"name": a text');
  }
  const properties = raw['properties'];
  const inside = isObject(properties) ? properties['name'] : undefined;
  return typeof inside === 'string' ? inside : '';
}

function readObject(raw: Fields, field: string): JsonObject | Refusal {
  const value = raw[field];
  if (value === undefined || value === null) return nothing;
  if (!isObject(value)) return refuse('message/shape', `"${field}" must be an object`, 'an object');
  const problem = jsonProblem(value, 1);
  if (problem !== undefined) return refuse('message/json', `"${field}" ${problem}`, 'plain JSON');
  return value as JsonObject;
}

/** Why a value is not plain, finite JSON of bounded depth; undefined when it is. */
function jsonProblem(value: object, depth: number): string | undefined {
  if (depth > jsonDepthMax) return `is nested more than ${jsonDepthMax} levels deep`;
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    for (let i = 0; i < items.length; i++) {
      const problem = partProblem(items[i], depth);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
  for (const key in value) {
    const problem = partProblem((value as Fields)[key], depth);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function partProblem(part: unknown, depth: number): string | undefined {
  if (typeof part === 'string' || typeof part === 'boolean' || part === null) return undefined;
  if (typeof part === 'object') return jsonProblem(part, depth + 1);
  if (typeof part !== 'number') return `holds a ${typeof part}, which JSON does not have`;
  return Number.isFinite(part) ? undefined : 'holds a number that is too large';
}

function readIdentifiers(raw: Fields, traits: JsonObject, into: Identifier[]): Refusal | undefined {
  const userId = readId(raw['userId'], 'userId');
  if (userId instanceof Refusal) return userId;
  if (userId !== undefined && !isBlocked(userId)) into.push({ kind: 'user_id', value: userId });

  addFromTraits(traits, into);
  const context = raw['context'];
  if (context !== undefined && context !== null) {
    if (!isObject(context)) return refuse('message/shape', '"context" must be an object', 'an object');
    const contextTraits = context['traits'];
    if (isObject(contextTraits)) addFromTraits(contextTraits, into);
    const refusal = addExternalIds(context['externalIds'], into);
    if (refusal !== undefined) return refusal;
  }

  const anonymousId = readId(raw['anonymousId'], 'anonymousId');
  if (anonymousId instanceof Refusal) return anonymousId;
  if (anonymousId !== undefined && !isBlocked(anonymousId)) addIdentifier(into, 'anonymous_id', anonymousId);
  return undefined;
}

function addFromTraits(traits: Fields, into: Identifier[]): void {
  addTrait('email', traits['email'], into);
  addTrait('phone', traits['phone'], into);
  addTrait('loyalty_id', traits['loyalty_id'], into);
}

/** A trait of another type, or too long, is an ordinary trait. */
function addTrait(kind: string, value: unknown, into: Identifier[]): void {
  if (value === undefined || value === null) return;
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text.length > identifierLengthMax) return;
  const normal = normaliseIdentifier(kind, text);
  if (normal !== undefined) addIdentifier(into, kind, normal);
}

function addExternalIds(list: unknown, into: Identifier[]): Refusal | undefined {
  if (list === undefined || list === null) return undefined;
  const expected = 'a list of { "type": …, "id": … }';
  if (!Array.isArray(list)) {
    return refuse('message/external-ids', '"context.externalIds" must be a list', expected);
  }
  for (const item of list as readonly unknown[]) {
    const kind = isObject(item) ? item['type'] : undefined;
    if (!isObject(item) || typeof kind !== 'string' || kind === '') {
      return refuse('message/external-ids', 'An entry of "context.externalIds" has no type', expected);
    }
    const id = readId(item['id'], 'context.externalIds id');
    if (id instanceof Refusal) return id;
    const normal = id === undefined ? undefined : normaliseIdentifier(kind, id);
    if (normal !== undefined) addIdentifier(into, kind, normal);
  }
  return undefined;
}

/** Text, or a number as its text; undefined when it is not there. */
function readId(value: unknown, field: string): string | undefined | Refusal {
  if (value === undefined || value === null) return undefined;
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') {
    return refuse('message/identifier', `"${field}" must be a text or a number`, 'a text or a number');
  }
  if (text.length > identifierLengthMax) {
    const longest = `at most ${identifierLengthMax} characters`;
    return refuse('message/identifier', `"${field}" is ${text.length} characters long`, longest);
  }
  return text;
}

function readTime(raw: Fields, options: ParseMessageOptions): Instant | Refusal {
  const original = raw['originalTimestamp'] ?? raw['timestamp'];
  const own = options.stored === true ? raw['receivedAt'] : undefined;
  const received = isAbsent(own) ? options.receivedAt : readInstant(own, 'receivedAt', options.zone);
  if (received instanceof Refusal) return received;
  if (isAbsent(original)) {
    if (received !== undefined) return received;
    return refuse(
      'message/time',
      'The message says neither when it happened nor when it arrived',
      '"timestamp": a time',
    );
  }
  const time = readInstant(original, 'timestamp', options.zone);
  const sent = raw['sentAt'] ?? options.sentAt;
  if (time instanceof Refusal || isAbsent(sent) || received === undefined) return time;
  const sentAt = readInstant(sent, 'sentAt', options.zone);
  if (sentAt instanceof Refusal) return sentAt;
  return received - (sentAt - time);
}

function readInstant(value: unknown, field: string, zone: InstantReader): Instant | Refusal {
  let instant: Instant | undefined;
  if (typeof value === 'string') instant = zone.parseInstant(value);
  else if (typeof value === 'number') instant = instantOfNumber(value);
  if (instant !== undefined) return instant;
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  return refuse(
    'message/time',
    `"${field}" is not a time that can be read: ${shown.slice(0, 60)}`,
    'ISO 8601 such as 2026-11-01T10:00:00Z, or Unix seconds or milliseconds',
  );
}

/** Unix seconds below 1e11 in absolute value, else milliseconds. */
function instantOfNumber(value: number): Instant | undefined {
  const ms = Math.round(Math.abs(value) < 1e11 ? value * 1000 : value);
  return Math.abs(ms) <= 8.64e15 ? ms : undefined;
}

function readMessageId(value: unknown, nextMessageId: () => string): string | Refusal {
  if (value === undefined || value === null || value === '') return nextMessageId();
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return refuse('message/id', '"messageId" must be a text', 'a text');
  if (text.length <= messageIdLengthMax) return text;
  const longest = `fewer than ${messageIdLengthMax + 1} characters`;
  return refuse('message/id', `"messageId" is ${text.length} characters long`, longest);
}

function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isKind(value: unknown): value is MessageKind {
  return typeof value === 'string' && kinds.includes(value);
}

function refuseKind(kind: unknown): Refusal {
  const shown = typeof kind === 'string' ? `"${kind.slice(0, 40)}"` : 'missing';
  return refuse('message/type', `The type of the message is ${shown}`, `one of ${kinds.join(', ')}`);
}

function refuseNobody(): Refusal {
  return refuse(
    'message/no-identifier',
    'The message names nobody: every identifier is missing or stands for nobody (such as "0", "null" or "anonymous")',
    'userId, anonymousId, an e-mail, phone or loyalty_id among the traits, or context.externalIds',
  );
}

function refuse(code: string, what: string, expected: string): Refusal {
  return new Refusal({ code, severity: 'error', message: `${what}; expected ${expected}.`, expected });
}
