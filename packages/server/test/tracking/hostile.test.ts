import { deflateSync, gzipSync } from 'node:zlib';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { trackingPaths } from '../../src/ingest/tracking/routes.ts';
import { type Answer, keys, openTrackingDoor, withKey } from './tracking-door.ts';

/** Values as nobody sends them by accident. */
const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', '\0', '\ud800', '\u2028', '0', 'null'),
);
const hostileJson: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, -0, 1e308, 5e-324, 2 ** 53, -1, '', '2026-13-45', '0000-01-01T00:00:00Z'),
    hostileText,
    fc.double(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(hostileText, tie('value'), { maxKeys: 4 }),
  ),
})).value;

const fields = [
  'type',
  'userId',
  'anonymousId',
  'previousId',
  'event',
  'name',
  'properties',
  'traits',
  'context',
  'timestamp',
  'originalTimestamp',
  'sentAt',
  'receivedAt',
  'messageId',
  'writeKey',
  'batch',
  'integrations',
  '__proto__',
];
const almost: fc.Arbitrary<unknown> = fc
  .record({
    type: fc.constantFrom('track', 'page', 'identify', 'alias', 'group', 'screen', 'TRACK', ''),
    userId: fc.oneof(fc.constantFrom('asha', 7, 'null'), hostileText),
    event: fc.oneof(fc.constant('A'), hostileText),
    previousId: fc.constant('device'),
  })
  .chain((good) =>
    fc
      .array(fc.tuple(fc.constantFrom(...fields), hostileJson), { maxLength: 3 })
      .map((changes) => Object.fromEntries([...Object.entries(good), ...changes])),
  );
const message = fc.oneof({ weight: 3, arbitrary: almost }, { weight: 1, arbitrary: hostileJson });

/** What goes wrong with text on its way. */
const damaged = (text: fc.Arbitrary<string>): fc.Arbitrary<Buffer> =>
  fc.oneof(
    text.map((whole) => Buffer.from(whole)),
    fc.tuple(text, fc.nat(100)).map(([whole, percent]) => {
      const bytes = Buffer.from(whole);
      return bytes.subarray(0, Math.floor((bytes.length * percent) / 100));
    }),
    fc.tuple(text, fc.nat(), fc.nat(255)).map(([whole, at, byte]) => {
      const bytes = Buffer.from(whole);
      if (bytes.length > 0) bytes[at % bytes.length] = byte;
      return bytes;
    }),
    text.map((whole) => gzipSync(whole)),
    text.map((whole) => deflateSync(whole)),
    fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
    fc
      .tuple(fc.constantFrom('[', '{"a":', '{"batch":['), fc.nat(20_000))
      .map(([opening, depth]) => Buffer.from(opening.repeat(depth))),
    fc
      .constantFrom('1e999', '{"userId":1e400}', '{"a":1,"a":2}', '{"__proto__":{"event":"A"}}')
      .map((text_) => Buffer.from(text_)),
  );

const headers = fc.record(
  {
    authorization: fc.constantFrom(withKey().authorization, withKey(keys.admin).authorization),
    'content-type': fc.constantFrom(
      'application/json',
      'text/plain',
      'multipart/form-data; boundary=x',
      'application/json; charset=utf-16',
      'text/plain; charset="',
      'nonsense',
      '',
    ),
    'content-encoding': fc.constantFrom('gzip', 'deflate', 'br', 'identity', 'compress', 'gzip, gzip'),
    anonymousid: fc.constantFrom('ZGV2aWNl', '====', 'x'.repeat(2000)),
    'x-write-key': fc.constantFrom(keys.write, 'x'),
  },
  { requiredKeys: ['authorization'] },
);

const serialised = fc.oneof(
  message.map((call) => JSON.stringify(call)),
  fc
    .record({ batch: fc.array(message, { maxLength: 5 }), context: hostileJson, sentAt: hostileJson })
    .map((batch) => JSON.stringify(batch)),
);

describe('whatever is sent', () => {
  test('to any path, the answer is 200 or says what was wrong: never a failure of ours, never silence', async () => {
    const { app } = await openTrackingDoor();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...trackingPaths.keys(), '/v1/import', '/v1/m'),
        headers,
        damaged(serialised),
        async (url, sentHeaders, payload) => {
          const reply = await app.inject({ method: 'POST', url, headers: sentHeaders, payload });
          expect([200, 400, 401, 403, 415]).toContain(reply.statusCode);
          const answer = reply.json<Answer>();
          expect(answer.success).toBe(reply.statusCode === 200);
          if (!answer.success) {
            expect(answer.code).toMatch(/^[a-z]+\/[a-z0-9-]+$/);
            expect(answer.message).toMatch(/\S.*\.$/s);
          }
        },
      ),
      { numRuns: 1500 },
    );
  });

  test('in a batch, every message is either taken or refused, and what is refused is kept', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 8 }), async (batch) => {
        const { app, intake, quarantine } = await openTrackingDoor();
        // As the server reads it: a text may have changed by being written as JSON.
        const payload = JSON.stringify({ batch });
        const reply = await app.inject({ method: 'POST', url: '/v1/batch', headers: withKey(), payload });
        const answer = reply.json<Answer>();
        const accepted = answer.accepted ?? batch.length;
        const refused = answer.refusedCount ?? 0;
        expect(accepted + refused).toBe(batch.length);
        expect(intake.messages).toHaveLength(accepted);
        expect(quarantine.kept).toHaveLength(refused);
        const sent = (JSON.parse(payload) as { batch: unknown[] }).batch;
        expect(quarantine.kept.map(({ raw }) => raw)).toEqual(
          answer.refused?.map(({ index = -1 }) => JSON.stringify(sent[index])) ?? [],
        );
      }),
      { numRuns: 150 },
    );
  });

  test('in an import, every line is either taken or refused, however it is cut into chunks', async () => {
    const { app, intake } = await openTrackingDoor({ limits: { importChunkMessages: 3 } });
    const lines = fc.array(
      fc.oneof(
        message.map((call) => JSON.stringify(call)),
        fc.constant(''),
        fc.string({ unit: 'binary', maxLength: 30 }).map((text) => text.replaceAll(/[\r\n]/g, '')),
      ),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(lines, fc.boolean(), async (sent, zipped) => {
        const before = intake.messages.length;
        const text = sent.join('\n');
        const payload = zipped ? gzipSync(text) : text;
        const reply = await app.inject({
          method: 'POST',
          url: '/v1/import',
          headers: withKey(keys.marketer),
          payload,
        });
        expect([200, 400]).toContain(reply.statusCode);
        const { accepted = 0, refusedCount = 0 } = reply.json<Answer>();
        expect(intake.messages.length - before).toBe(accepted);
        expect(accepted + refusedCount).toBe(
          sent.filter((line) => line.replace(/^\ufeff/, '').trim() !== '').length,
        );
      }),
      { numRuns: 200 },
    );
  });

  test('the keys of objects stay data', async () => {
    const { app, intake } = await openTrackingDoor();
    const payload =
      '{"userId":"a","event":"A","__proto__":{"polluted":1},"properties":{"__proto__":{"polluted":1},"constructor":2}}';
    await app.inject({ method: 'POST', url: '/v1/track', headers: withKey(), payload });
    const [taken] = intake.messages;
    expect(Object.keys(taken?.properties ?? {})).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
