import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { FeedEvent } from '../../src/feeds/feed.ts';
import { newWebhookSecret, webhookHeaders, webhookMessage } from '../../src/feeds/webhook-message.ts';
import { readRetryAfter, retryDelayMs, retryDelaysMs } from '../../src/feeds/retry-schedule.ts';
import { anyEvents } from './events.ts';
import { plainEvent, start } from './plain-events.ts';
import { verify } from './receiver.ts';

const source = 'https://segue.example.com';
const stage: FeedEvent = {
  seq: 9,
  at: start,
  customer: {
    profile: 4,
    displayId: 'a@example.com',
    identifiers: [
      { kind: 'email', value: 'a@example.com' },
      { kind: 'loyalty_id', value: 'L1' },
    ],
  },
  cause: 'time',
  kind: 'stage',
  lifecycle: 'buyer',
  from: 'new',
  to: 'loyal',
};

describe('the body', () => {
  it('is a CloudEvent 1.0', () => {
    const { body, contentType, type } = webhookMessage(
      { id: 'wh_1', form: 'cloudevent' },
      plainEvent(0),
      source,
    );
    expect([contentType, type]).toEqual([
      'application/cloudevents+json; charset=utf-8',
      'segue.segment.entered',
    ]);
    expect(JSON.parse(body)).toEqual({
      specversion: '1.0',
      id: expect.stringMatching(/^0-[0-9a-f]{16}$/u) as string,
      source,
      type: 'segue.segment.entered',
      time: '2026-01-01T00:00:00.000Z',
      datacontenttype: 'application/json',
      data: expect.objectContaining({
        seq: 0,
        segment: 'a',
        change: 'entered',
        cause: 'event',
        messageId: 'm0',
      }) as object,
    });
    const changed = webhookMessage({ id: 'wh_1', form: 'cloudevent' }, stage, source);
    expect(JSON.parse(changed.body)).toMatchObject({
      type: 'segue.stage.changed',
      data: { lifecycle: 'buyer', from: 'new', to: 'loyal', change: 'stage_changed' },
    });
    const exited = webhookMessage({ id: 'wh_1', form: 'cloudevent' }, plainEvent(1), source);
    expect(exited.type).toBe('segue.segment.exited');
  });

  it('is an identify with a boolean trait, as Segment sends it', () => {
    const { body, contentType } = webhookMessage(
      { id: 'wh_1', form: 'segment-identify' },
      plainEvent(0),
      source,
    );
    expect(contentType).toBe('application/json');
    expect(JSON.parse(body)).toEqual({
      type: 'identify',
      messageId: expect.stringMatching(/^segue-0-[0-9a-f]{16}$/u) as string,
      timestamp: '2026-01-01T00:00:00.000Z',
      userId: 'u0',
      context: {
        traits: {},
        externalIds: [{ id: 'u0', type: 'user_id', collection: 'users', encoding: 'none' }],
        personas: { computation_class: 'audience', computation_key: 'a' },
      },
      traits: { a: true },
    });
  });

  it('is a track “Audience Entered” or “Audience Exited”, as Segment sends it', () => {
    const { body } = webhookMessage({ id: 'wh_1', form: 'segment-track' }, plainEvent(1), source);
    expect(JSON.parse(body)).toMatchObject({
      type: 'track',
      event: 'Audience Exited',
      userId: 'u1',
      properties: { audience_key: 'b', b: false },
    });
    expect(
      JSON.parse(webhookMessage({ id: 'wh_1', form: 'segment-track' }, stage, source).body),
    ).toMatchObject({
      event: 'Stage Changed',
      anonymousId: 'segue-4',
      context: { traits: { email: 'a@example.com' } },
      properties: { lifecycle: 'buyer', from: 'new', to: 'loyal' },
    });
  });
});

describe('the id', () => {
  it('is the same for the same change, endpoint and form, and for nothing else', () => {
    const ids = new Map<string, string>();
    fc.assert(
      fc.property(
        anyEvents(6),
        fc.constantFrom('wh_1', 'wh_2'),
        fc.constantFrom('cloudevent' as const, 'segment-identify' as const, 'segment-track' as const),
        (events, id, form) => {
          for (const event of events) {
            const message = webhookMessage({ id, form }, event, source);
            expect(webhookMessage({ id, form }, structuredClone(event), source)).toEqual(message);
            expect(message.id).toMatch(/^[a-z0-9_]+$/u);
            expect(ids.get(message.id) ?? message.body).toBe(message.body);
            ids.set(message.id, message.body);
          }
        },
      ),
    );
  });
});

describe('the signature', () => {
  it('is one that the library of Standard Webhooks accepts, of every valid secret', () => {
    const now = Date.now();
    const [fresh, old, ended] = [newWebhookSecret(), newWebhookSecret(), newWebhookSecret()];
    const message = webhookMessage({ id: 'wh_1', form: 'cloudevent' }, plainEvent(5), source);
    const secrets = [{ text: fresh }, { text: old, validUntil: now + 1 }, { text: ended, validUntil: now }];
    const headers = webhookHeaders(message, secrets, now);
    expect(headers['webhook-id']).toBe(message.id);
    expect(headers['webhook-timestamp']).toBe(String(Math.floor(now / 1000)));
    const received = { headers, body: message.body };
    verify(fresh, received);
    verify(old, received);
    expect(() => {
      verify(ended, received);
    }).toThrow('No matching signature');
    expect(() => {
      verify(fresh, { headers, body: `${message.body} ` });
    }).toThrow('No matching signature');
  });

  it('is made with secrets of 32 random bytes', () => {
    const secret = newWebhookSecret();
    expect(secret).toMatch(/^whsec_/u);
    expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32);
  });
});

describe('the schedule', () => {
  it('takes a day, longer from time to time, a tenth more or less', () => {
    const hours = retryDelaysMs.reduce((sum, delay) => sum + delay, 0) / 3_600_000;
    expect(hours).toBeGreaterThan(23);
    expect(hours).toBeLessThan(24);
    expect(retryDelaysMs).toEqual([...retryDelaysMs].sort((a, b) => a - b));
    expect([retryDelayMs(1, 0), retryDelayMs(1, 0.5), retryDelayMs(1, 0.999999)]).toEqual([
      4_500, 5_000, 5_500,
    ]);
    expect(retryDelayMs(retryDelaysMs.length, 0.5)).toBe(36_000_000);
    expect(retryDelayMs(retryDelaysMs.length + 1, 0.5)).toBeUndefined();
  });

  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['999999999', 86_400_000],
    ['soon', undefined],
    ['-5', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads Retry-After: %s', (header, expected) => {
    const read = readRetryAfter(header, start);
    // What is no number may still be read as some date in the past.
    expect(expected === undefined ? (read ?? 0) : read).toBe(expected ?? 0);
  });
});
