import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readingsOf } from '../../src/model/identifiers.ts';
import type { Message } from '../../src/model/message.ts';
import { parseMessage, type ParseMessageOptions } from '../../src/model/parse-message.ts';

const now = Date.parse('2026-11-01T10:00:00Z');
const utc = {
  parseInstant(text: string): number | undefined {
    const ms = Date.parse(text);
    return Number.isNaN(ms) ? undefined : ms;
  },
};

function options(more: Partial<ParseMessageOptions> = {}): ParseMessageOptions {
  let made = 0;
  return { receivedAt: now, zone: utc, nextMessageId: () => `made-${++made}`, ...more };
}

function read(raw: unknown, more: Partial<ParseMessageOptions> = {}): Message {
  const result = parseMessage(raw, options(more));
  if (!result.ok) throw new Error(`refused: ${result.error.message}`);
  return result.value;
}

function refusal(raw: unknown, more: Partial<ParseMessageOptions> = {}): string {
  const result = parseMessage(raw, options(more));
  if (result.ok) throw new Error('accepted');
  return `${result.error.code}: ${result.error.message}`;
}

const track = { type: 'track', userId: 'asha', event: 'Product Added' };

describe('a message that can be used', () => {
  it('becomes a message with settled time, identifiers and properties', () => {
    expect(
      read({ ...track, properties: { price: 49.5 }, timestamp: '2026-11-01T09:00:00Z', messageId: 'm' }),
    ).toEqual({
      kind: 'track',
      messageId: 'm',
      time: now - 3_600_000,
      identifiers: [{ kind: 'user_id', value: 'asha' }],
      name: 'Product Added',
      properties: { price: 49.5 },
      traits: {},
    });
  });

  it('keeps traits of an identify, nulls included, and of no other kind', () => {
    expect(read({ type: 'identify', userId: 'a', traits: { city: null } }).traits).toEqual({ city: null });
    expect(read({ ...track, traits: { city: 'Pune' } }).traits).toEqual({});
  });

  it('takes a page or screen name from the message or from its properties', () => {
    expect(read({ userId: 'a', name: 'Pricing' }, { kind: 'page' }).name).toBe('Pricing');
    expect(read({ userId: 'a', properties: { name: 'Home' } }, { kind: 'screen' }).name).toBe('Home');
    expect(read({ userId: 'a' }, { kind: 'page' }).name).toBe('');
  });

  it('lets the kind of the request win over the type in the message', () => {
    expect(read({ type: 'track', userId: 'a', name: 'Home' }, { kind: 'page' }).kind).toBe('page');
  });

  it('takes a number for a userId as its text', () => {
    expect(read({ ...track, userId: 42 }).identifiers).toEqual([{ kind: 'user_id', value: '42' }]);
  });

  it('makes a messageId only where there is none', () => {
    expect(read(track).messageId).toBe('made-1');
    expect(read({ ...track, messageId: '' }).messageId).toBe('made-1');
    expect(read({ ...track, messageId: 7 }).messageId).toBe('7');
  });

  it('carries the id that an alias replaces', () => {
    expect(read({ type: 'alias', userId: 'new', previousId: 'old' })).toMatchObject({
      identifiers: [{ kind: 'user_id', value: 'new' }],
      previousId: 'old',
    });
  });
});

describe('time', () => {
  const cases: [string, Record<string, unknown>, Partial<ParseMessageOptions>, number][] = [
    ['is the arrival when none is given', {}, {}, now],
    ['is the timestamp when there is no sentAt', { timestamp: now - 5000 }, {}, now - 5000],
    [
      'is corrected by the skew of the sender’s clock',
      { timestamp: '2026-11-01T08:59:00Z', sentAt: '2026-11-01T09:00:00Z' },
      {},
      now - 60_000,
    ],
    [
      'is corrected by the batch’s sentAt',
      { timestamp: '2026-11-01T08:59:00Z' },
      { sentAt: '2026-11-01T09:00:00Z' },
      now - 60_000,
    ],
    [
      'prefers originalTimestamp, as stored messages have both',
      { originalTimestamp: now - 2000, timestamp: now - 1000 },
      {},
      now - 2000,
    ],
    [
      'of a stored message uses its own arrival',
      { timestamp: 1_000_000_000_000, sentAt: 1_000_000_001_000, receivedAt: 1_000_000_003_000 },
      { stored: true },
      1_000_000_002_000,
    ],
    ['does not believe the receivedAt of a live message', { receivedAt: 1_000_000_000_000 }, {}, now],
    ['reads small numbers as seconds', { timestamp: 1_700_000_000 }, {}, 1_700_000_000_000],
    ['five minutes ahead stands', { timestamp: now + 300_000 }, {}, now + 300_000],
    ['later than five minutes ahead is now', { timestamp: now + 300_001 }, {}, now],
  ];
  it.each(cases)('%s', (_name, raw, more, time) => {
    expect(read({ ...track, ...raw }, more).time).toBe(time);
  });

  it('is flagged exactly when it was taken as now', () => {
    expect(read({ ...track, timestamp: now + 300_000 })).not.toHaveProperty('timeFlagged');
    expect(read({ ...track, timestamp: now + 300_001 }).timeFlagged).toBe(true);
  });

  it('of a history without a clock is never too far ahead', () => {
    const { receivedAt: _, ...historical } = options();
    const result = parseMessage({ ...track, timestamp: now * 2 }, historical);
    expect(result).toMatchObject({ ok: true, value: { time: now * 2 } });
    expect(parseMessage(track, historical)).toMatchObject({ ok: false, error: { code: 'message/time' } });
  });
});

describe('identifiers', () => {
  const named = (raw: Record<string, unknown>): string[] =>
    read({ type: 'track', event: 'E', ...raw }).identifiers.map((i) => `${i.kind} ${i.value}`);

  it('come from ids, traits, context traits and external ids, most specific first', () => {
    expect(
      named({
        anonymousId: 'a-1',
        userId: 'u',
        traits: { email: ' Ann@Example.COM ', loyalty_id: 77 },
        context: {
          traits: { phone: '+1 (415) 555-0132', email: 'ann@example.com' },
          externalIds: [{ type: 'shopify_id', id: 9, collection: 'users' }],
        },
      }),
    ).toEqual([
      'user_id u',
      'email ann@example.com',
      'loyalty_id 77',
      'phone +14155550132',
      'shopify_id 9',
      'anonymous_id a-1',
    ]);
  });

  it.each(['', '0', '000-00', '---', '-1', 'null', 'undefined', 'anonymous'])(
    '“%s” stands for nobody',
    (blocked) => {
      expect(named({ userId: blocked, anonymousId: 'a' })).toEqual(['anonymous_id a']);
      expect(refusal({ ...track, userId: blocked })).toContain('message/no-identifier');
    },
  );

  it('do not come from a phone that cannot exist, an e-mail without @, or the traits of a group', () => {
    expect(named({ anonymousId: 'a', traits: { phone: '12345', email: 'n/a' } })).toEqual(['anonymous_id a']);
    expect(read({ type: 'group', userId: 'a', traits: { email: 'hq@acme.com' } }).identifiers).toHaveLength(
      1,
    );
  });

  it('can be looked up as people write them', () => {
    expect(readingsOf(' Ann@X.com')).toEqual([' Ann@X.com', 'ann@x.com']);
    expect(readingsOf('+1 415 555 0132')).toEqual(['+1 415 555 0132', '+14155550132']);
    expect(readingsOf('asha')).toEqual(['asha']);
  });
});

describe('a message that cannot be used is refused with the reason', () => {
  const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });
  const cases: [string, unknown, string][] = [
    ['not an object', 'track', 'message/shape: A message must be an object'],
    ['a list', [], 'message/shape'],
    ['no type', { userId: 'a' }, 'message/type: The type of the message is missing'],
    [
      'unknown type',
      { ...track, type: 'trak' },
      'message/type: The type of the message is "trak"; expected one of track',
    ],
    [
      'no event name',
      { type: 'track', userId: 'a' },
      'message/event: A track message needs the name of its event',
    ],
    ['event not text', { ...track, event: 5 }, 'message/event'],
    ['page name not text', { type: 'page', userId: 'a', name: 5 }, 'message/name'],
    ['properties a list', { ...track, properties: [] }, 'message/shape: "properties" must be an object'],
    ['traits text', { ...track, type: 'identify', traits: 'x' }, 'message/shape: "traits" must be an object'],
    ['context text', { ...track, context: 'x' }, 'message/shape: "context" must be an object'],
    [
      'infinite number',
      { ...track, properties: JSON.parse('{"a":[1e999]}') as unknown },
      'message/json: "properties" holds a number that is too large',
    ],
    ['a function', { ...track, properties: { f: () => 1 } }, 'message/json: "properties" holds a function'],
    [
      'too deep',
      { ...track, properties: deep(33) },
      'message/json: "properties" is nested more than 32 levels deep',
    ],
    ['nobody', { type: 'track', event: 'E' }, 'message/no-identifier'],
    ['userId an object', { ...track, userId: {} }, 'message/identifier: "userId" must be a text or a number'],
    [
      'userId too long',
      { ...track, userId: 'x'.repeat(513) },
      'message/identifier: "userId" is 513 characters long',
    ],
    [
      'bad time',
      { ...track, timestamp: 'yesterday' },
      'message/time: "timestamp" is not a time that can be read: yesterday',
    ],
    ['bad sentAt', { ...track, timestamp: now, sentAt: {} }, 'message/time: "sentAt"'],
    [
      'messageId of 100',
      { ...track, messageId: 'x'.repeat(100) },
      'message/id: "messageId" is 100 characters long; expected fewer than 100',
    ],
    ['messageId an object', { ...track, messageId: {} }, 'message/id'],
    ['alias without previousId', { type: 'alias', userId: 'a' }, 'message/alias'],
    ['external ids no list', { ...track, context: { externalIds: {} } }, 'message/external-ids'],
    ['external id no type', { ...track, context: { externalIds: [{ id: 1 }] } }, 'message/external-ids'],
  ];
  it.each(cases)('%s', (_name, raw, reason) => {
    expect(refusal(raw)).toContain(reason);
  });

  it('accepts the deepest nesting allowed', () => {
    expect(read({ ...track, properties: deep(32) }).name).toBe('Product Added');
  });

  it('never throws, whatever it is given', () => {
    const field = fc.constantFrom(
      'type',
      'userId',
      'event',
      'timestamp',
      'traits',
      'context',
      'properties',
      'messageId',
      'ok',
    );
    fc.assert(
      fc.property(fc.dictionary(field, fc.anything()), (raw) => {
        parseMessage({ ...track, ...raw }, options());
      }),
    );
  });
});
