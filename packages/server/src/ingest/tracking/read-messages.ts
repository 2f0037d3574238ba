/**
 * The JSON of a request → messages, and those that are refused with the reason. Synchronous, one pass; the limits of a
 * message are checked before anything that recurses looks at it.
 */

import { fail, ok, type Result } from '@segue/core/base/result.ts';
import type { Instant, Message, MessageKind } from '@segue/core/model/message.ts';
import {
  clockAheadMaxMs,
  parseMessage,
  type InstantReader,
  type ParseMessageOptions,
} from '@segue/core/model/parse-message.ts';

import type { TrackingLimits } from './limits.ts';
import { refusal, type Refusal, type RefusedMessage } from './refusal.ts';
import { weigh } from './weigh-message.ts';

export type ReadMessages = {
  readonly messages: readonly Message[];
  readonly refused: readonly RefusedMessage[];
};

/** What all messages of a request have in common. */
export type Reading = {
  readonly limits: TrackingLimits;
  readonly zone: InstantReader;
  readonly receivedAt: Instant;
  readonly nextMessageId: () => string;
  /** Names the customer of a message that names nobody. */
  readonly anonymousId?: string | undefined;
};

type Fields = Readonly<Record<string, unknown>>;
type Reason = { readonly code: string; readonly message: string };

/** One call. `kind` is undefined where the message itself says it; `text` is the body. */
export function readCall(
  call: unknown,
  text: string,
  kind: MessageKind | undefined,
  reading: Reading,
): ReadMessages {
  const options = optionsOf(reading, kind, undefined);
  const problem = problemOf(call, text.length, reading.limits);
  const read = problem === undefined ? parse(call, options, reading) : fail(problem);
  if (read.ok) return { messages: [read.value], refused: [] };
  const raw = keptText(text, reading.limits);
  return { messages: [], refused: [{ place: 0, ...reasonOf(read.error), raw }] };
}

/** `{ "batch": [ … ] }`: each message says its own type; `context`, `integrations` and `sentAt` may stand beside them. */
export function readBatch(body: unknown, text: string, reading: Reading): Result<ReadMessages, Refusal> {
  const { limits } = reading;
  const batch = isObject(body) ? body['batch'] : undefined;
  if (!isObject(body) || !Array.isArray(batch)) {
    return fail(
      refusal(
        400,
        'tracking/batch',
        'The body is not a batch; expected { "batch": [ { "type": "track", … }, … ] }.',
      ),
    );
  }
  const calls: readonly unknown[] = batch;
  if (calls.length > limits.batchMessagesMax) {
    return fail(
      refusal(
        400,
        'tracking/batch-too-long',
        `The batch holds ${calls.length} messages; expected at most ${limits.batchMessagesMax}: send several batches.`,
      ),
    );
  }
  const shared = isObject(body['context']) ? body['context'] : undefined;
  const options = optionsOf(reading, undefined, body['sentAt']);
  const messages: Message[] = [];
  const refused: RefusedMessage[] = [];
  for (let place = 0; place < calls.length; place++) {
    const call = calls[place];
    const problem = problemOf(call, text.length, limits);
    const read =
      problem === undefined ? parse(withSharedContext(call, shared), options, reading) : fail(problem);
    if (read.ok) messages.push(read.value);
    else refused.push({ place, ...reasonOf(read.error), raw: rawText(call, text, limits) });
  }
  return ok({ messages, refused });
}

/** A line of an import: what is stored is believed, so there is no clock that its times are corrected by. */
export function readStored(call: unknown, text: string, reading: Reading): Result<Message, Reason> {
  const problem = problemOf(call, text.length, reading.limits);
  if (problem !== undefined) return fail(problem);
  const { zone, nextMessageId, receivedAt } = reading;
  const read = parse(call, { zone, nextMessageId, stored: true }, reading);
  if (!read.ok || read.value.time <= receivedAt + clockAheadMaxMs) return read;
  return ok({ ...read.value, time: receivedAt, timeFlagged: true });
}

/** Its beginning, whole characters, so that a refused message of any size takes a bounded place. */
export function keptText(text: string, limits: TrackingLimits): string {
  if (text.length <= limits.quarantinedCharactersMax) return text;
  return text.slice(0, limits.quarantinedCharactersMax).toWellFormed();
}

function optionsOf(reading: Reading, kind: MessageKind | undefined, sentAt: unknown): ParseMessageOptions {
  const { receivedAt, zone, nextMessageId } = reading;
  const options: ParseMessageOptions = { receivedAt, zone, nextMessageId, sentAt };
  return kind === undefined ? options : { ...options, kind };
}

function parse(call: unknown, options: ParseMessageOptions, reading: Reading): Result<Message, Reason> {
  let read = parseMessage(call, options);
  if (!read.ok && read.error.code === 'message/no-identifier' && reading.anonymousId !== undefined) {
    read = parseMessage({ ...(call as Fields), anonymousId: reading.anonymousId }, options);
  }
  if (!read.ok) return read;
  const count = read.value.identifiers.length;
  if (count <= reading.limits.identifiersMax) return read;
  return fail({
    code: 'tracking/too-many-identifiers',
    message: `The message names its customer by ${count} identifiers; expected at most ${reading.limits.identifiersMax}.`,
  });
}

/** What is wrong with the size or shape of a message before its fields are read. `unitsAtMost`: of the text it came in. */
function problemOf(call: unknown, unitsAtMost: number, limits: TrackingLimits): Reason | undefined {
  // Anything else is refused by the reader of messages, in its words.
  if (!isObject(call)) return undefined;
  const weight = weigh(call, limits.messageDepthMax);
  if (weight.tooDeep) {
    return {
      code: 'message/json',
      message: `The message is nested too deep; expected at most ${limits.messageDepthMax} levels of objects and lists.`,
    };
  }
  if (weight.infinite) {
    return {
      code: 'message/json',
      message: 'The message holds a number that is too large; expected plain JSON.',
    };
  }
  if (weight.values > limits.messageValuesMax) {
    return {
      code: 'tracking/too-many-values',
      message: `The message holds ${weight.values} values; expected at most ${limits.messageValuesMax}.`,
    };
  }
  // UTF-8 takes at most three bytes for a unit.
  if (unitsAtMost * 3 <= limits.messageBytesMax || weight.bytesAtMost <= limits.messageBytesMax) {
    return undefined;
  }
  const bytes = Buffer.byteLength(JSON.stringify(call));
  if (bytes <= limits.messageBytesMax) return undefined;
  return {
    code: 'tracking/message-too-large',
    message: `The message is ${bytes} bytes of JSON; expected at most ${limits.messageBytesMax}: send less with it, or raise limits.event and send it again.`,
  };
}

function withSharedContext(call: unknown, shared: Fields | undefined): unknown {
  if (shared === undefined || !isObject(call)) return call;
  const own = call['context'];
  if (own === undefined || own === null) return { ...call, context: shared };
  return isObject(own) ? { ...call, context: { ...shared, ...own } } : call;
}

function rawText(call: unknown, body: string, limits: TrackingLimits): string {
  try {
    return keptText(JSON.stringify(call), limits);
  } catch (error) {
    // Nested beyond what can be written again: the body holds it.
    if (!(error instanceof RangeError)) throw error;
    return keptText(body, limits);
  }
}

function reasonOf({ code, message }: Reason): Reason {
  return { code, message };
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
