/**
 * One request of the tracking API, from its bytes to its answer: who sends, may they, is it JSON, which messages are good;
 * the good are taken, the bad kept aside, and the answer says which.
 */

import type { IncomingHttpHeaders } from 'node:http';

import { fail, ok, type Result } from '@segue/core/base/result.ts';
import type { MessageKind } from '@segue/core/model/message.ts';
import type { InstantReader } from '@segue/core/model/parse-message.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Grants } from '../../catalog/grants.ts';
import type { Outcome } from '../../runtime/intake.ts';
import { decodeBody, isGzip } from './decode-body.ts';
import {
  anonymousIdOfHeader,
  keyOfBody,
  keyOfHeaders,
  keyOfQuery,
  noKey,
  senderOf,
  type Sender,
} from './keys.ts';
import type { MessageIds } from './message-ids.ts';
import { networkOf, type RateLimit } from './rate-limit.ts';
import type { ReadBody } from './read-body.ts';
import { keptText, readBatch, readCall, type Reading, type ReadMessages } from './read-messages.ts';
import { closedRefusal, refusal, sendRefusal, type Refusal } from './refusal.ts';
import { keepMessages, keepRefused, takeMessages, type Door } from './take-messages.ts';

export type CallsDoor = Door & {
  readonly grants: Grants;
  readonly zone: InstantReader;
  readonly ids: MessageIds;
  readonly keyRate: RateLimit;
  readonly addressRate: RateLimit;
};

/** What a path takes. `type` is undefined where the message says it itself. */
export type CallShape =
  { readonly kind: 'batch' } | { readonly kind: 'call'; readonly type: MessageKind | undefined };

/** Undefined: the request has no body. */
export type CallRequest = FastifyRequest<{ Body: ReadBody | undefined }>;

/** A request whose sender is known and whose body is JSON. */
type Admitted = { readonly sender: Sender; readonly text: string; readonly body: unknown };

/** One that is not, and what can be kept of it. */
type TurnedAway = { readonly refusal: Refusal; readonly sender?: Sender; readonly raw?: string };

const jsonType = 'application/json; charset=utf-8';
const success = '{"success":true}';

export async function answerCall(
  door: CallsDoor,
  shape: CallShape,
  request: CallRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const admitted = admit(door, request);
  if (!admitted.ok) return turnAway(door, admitted.error, reply);
  const { sender, text, body } = admitted.value;

  const wanted = wantsSegments(request.query, shape, sender);
  if (!wanted.ok) return turnAway(door, { refusal: wanted.error }, reply);

  const reading: Reading = {
    limits: door.limits,
    zone: door.zone,
    receivedAt: door.intake.now(),
    nextMessageId: () => door.ids.next(),
    anonymousId: anonymousIdOfHeader(request.headers['anonymousid']),
  };
  const read =
    shape.kind === 'batch'
      ? readBatch(body, text, reading)
      : ok<ReadMessages>(readCall(body, text, shape.type, reading));
  if (!read.ok) return turnAway(door, { refusal: read.error, sender, raw: text }, reply);

  const count = read.value.messages.length + read.value.refused.length;
  door.keyRate.spend(sender.id, count);
  door.addressRate.spend(networkOf(request.ip), count);
  if (wanted.value && read.value.refused.length === 0) {
    const outcomes = await takeMessages(door, sender.source, read.value);
    if (!outcomes.ok) return turnAway(door, { refusal: outcomes.error }, reply);
    return reply.type(jsonType).send(segmentsAnswer(door, outcomes.value[0]));
  }
  const refused = await keepMessages(door, sender.source, read.value);
  if (refused !== undefined) return turnAway(door, { refusal: refused }, reply);
  return answerRead(door, shape, read.value, reply);
}

/** Who sends what; cheap checks first, as most of what is turned away is turned away often. */
function admit(door: CallsDoor, request: CallRequest): Result<Admitted, TurnedAway> {
  const network = networkOf(request.ip);
  const addressWait = door.addressRate.waitSeconds(network);
  if (addressWait > 0) return fail({ refusal: tooFast('address', addressWait) });

  const sent = keyOfHeaders(request.headers) ?? keyOfQuery(request.query);
  const early = sent === undefined ? undefined : senderOf(sent, door.grants);
  if (early?.ok === false) {
    door.addressRate.spend(network, 1);
    return fail({ refusal: early.error });
  }
  const text = textOf(door, request, early?.value);
  if (!text.ok) return text;

  let body: unknown;
  try {
    body = JSON.parse(text.value);
  } catch (error) {
    if (early === undefined) return fail({ refusal: noKey });
    return fail({ refusal: notJson(error), sender: early.value, raw: text.value });
  }
  const late = keyOfBody(body);
  const sender = early ?? (late === undefined ? fail(noKey) : senderOf(late, door.grants));
  if (!sender.ok) {
    door.addressRate.spend(network, 1);
    return fail({ refusal: sender.error });
  }
  const keyWait = door.keyRate.waitSeconds(sender.value.id);
  if (keyWait > 0) return fail({ refusal: tooFast('key', keyWait) });
  return ok({ sender: sender.value, text: text.value, body });
}

function textOf(
  door: CallsDoor,
  request: CallRequest,
  sender: Sender | undefined,
): Result<string, TurnedAway> {
  const known = sender === undefined ? {} : { sender };
  const { body, headers } = request;
  const { closed } = door.intake;
  if (closed !== undefined) return fail({ refusal: closedRefusal(closed) });
  if (body === undefined) return fail({ refusal: sender === undefined ? noKey : emptyBody });
  if (!body.ok) {
    const { beginning, ...why } = body.error;
    return fail({
      refusal: why,
      ...known,
      ...(beginning !== undefined && { raw: readable(beginning, headers) }),
    });
  }
  door.metrics.bytes(body.value.length);
  if (body.value.length === 0) return fail({ refusal: sender === undefined ? noKey : emptyBody });
  const bodyHeaders = {
    contentEncoding: headers['content-encoding'],
    contentType: headers['content-type'],
  };
  const text = decodeBody(body.value, bodyHeaders, door.limits.bodyBytesMax);
  return text.ok ? text : fail({ refusal: text.error, ...known, raw: readable(body.value, headers) });
}

/** What people can make out of a body that could not be read; nothing of a compressed one. */
function readable(bytes: Buffer, headers: IncomingHttpHeaders): string {
  const compressed = headers['content-encoding'] !== undefined || isGzip(bytes);
  return compressed ? '' : bytes.toString('utf8');
}

/** A refused body is kept like a refused message where its source is known. */
async function turnAway(door: CallsDoor, turned: TurnedAway, reply: FastifyReply): Promise<FastifyReply> {
  const { refusal: why, sender, raw } = turned;
  if (sender !== undefined && raw !== undefined && why.status === 400) {
    const { code, message } = why;
    await keepRefused(door, sender.source, [{ place: 0, code, message, raw: keptText(raw, door.limits) }]);
  } else door.metrics.refused(why.code, 1);
  return sendRefusal(reply, why);
}

/** A request that is all good gets Segment's answer to the byte; else counts, and the first of what was refused. */
function answerRead(
  door: CallsDoor,
  shape: CallShape,
  { messages, refused }: ReadMessages,
  reply: FastifyReply,
): FastifyReply {
  const first = refused[0];
  if (first === undefined) return reply.type(jsonType).send(success);
  if (shape.kind === 'call') return sendRefusal(reply, refusal(400, first.code, first.message));
  const counts = {
    accepted: messages.length,
    refusedCount: refused.length,
    refused: refused
      .slice(0, door.limits.refusedShownMax)
      .map(({ place, code, message }) => ({ index: place, code, message })),
  };
  if (messages.length > 0) return reply.type(jsonType).send(JSON.stringify({ success: true, ...counts }));
  const message = `None of the ${refused.length} messages was accepted; the first: ${first.message}`;
  return sendRefusal(reply, { ...refusal(400, 'tracking/none-accepted', message), details: counts });
}

/** Whether the answer is to carry memberships. */
function wantsSegments(query: unknown, shape: CallShape, sender: Sender): Result<boolean, Refusal> {
  const wanted = typeof query === 'object' && query !== null && 'return' in query ? query.return : undefined;
  if (wanted === undefined) return ok(false);
  if (wanted !== 'segments' || shape.kind === 'batch') {
    return fail(
      refusal(
        400,
        'tracking/return',
        'The parameter "return" cannot be answered; expected return=segments, and one message in the request.',
      ),
    );
  }
  if (sender.trusted) return ok(true);
  return fail(
    refusal(
      403,
      'tracking/write-key-reads-nothing',
      'A write key is public and reads nothing; expected a server key of the role marketer or admin for return=segments.',
    ),
  );
}

function segmentsAnswer(door: CallsDoor, outcome: Outcome | undefined): string {
  const ignored = outcome?.ignored;
  const why = ignored === undefined ? {} : { ignored };
  if (outcome?.profile === undefined) return JSON.stringify({ success: true, segments: null, ...why });
  const segments = door.intake
    .memberships(outcome.profile)
    .map(({ segment, since }) => ({ segment, since: new Date(since).toISOString() }));
  return JSON.stringify({ success: true, segments, ...why });
}

const emptyBody: Refusal = refusal(
  400,
  'tracking/empty',
  'The request has no body; expected a message as JSON, such as { "userId": "…", "event": "…" }.',
);

function notJson(error: unknown): Refusal {
  const detail = error instanceof Error ? error.message : String(error);
  return refusal(400, 'tracking/json', `The body is not JSON (${detail}); expected one JSON object.`);
}

function tooFast(whose: 'key' | 'address', waitSeconds: number): Refusal {
  const message = `More messages came from this ${whose} than are taken in a second; send again after the Retry-After.`;
  return { ...refusal(429, 'tracking/rate', message), retryAfterSeconds: waitSeconds };
}
