import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue, Message } from '@segue/core/model/message.ts';
import {
  decodeEntry,
  decodeRecord,
  encodeRecord,
  recordFormat,
  scanRecord,
  skimRecord,
  timesOfRecord,
} from '../../src/log/entry-codec.ts';
import type { LogEntry } from '../../src/log/entry.ts';
import { StorageError } from '../../src/log/storage-error.ts';
import { message, messages } from './entries.ts';

const now = 1_760_000_000_000;

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ maxLength: 200 }),
  // Lone surrogates, and characters of one, two and four bytes at every length that is written differently.
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 })
    .map((units) => String.fromCharCode(...units)),
  fc
    .tuple(
      fc.constantFrom('a', 'é', '漢', '😀', '\ud800', '\0'),
      fc.constantFrom(0, 1, 31, 32, 64, 65, 127, 128, 129, 5_000),
    )
    .map(([unit, n]) => unit.repeat(n)),
  fc.constantFrom('', 'usd', 'constructor', 'toString'),
);
const key = fc.oneof(
  text,
  fc.constantFrom('__proto__', 'constructor', 'hasOwnProperty', '', '0', '10', '2', 'then'),
);
const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.integer({ min: -100_000, max: 10_000_000 }).map((n) => n / 100),
  fc.constantFrom(
    -0,
    0,
    2 ** 31,
    -(2 ** 31),
    2 ** 31 - 1,
    2 ** 32,
    2 ** 53,
    2 ** 53 + 2,
    -(2 ** 53),
    1e21,
    1e300,
    5e-324,
    127,
    128,
    18.99,
    1.005,
    -0.01,
  ),
);
const json = fc.letrec<{ value: JsonValue; list: JsonValue[]; object: JsonObject }>((tie) => ({
  value: fc.oneof({ maxDepth: 6 }, text, number, fc.boolean(), fc.constant(null), tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 20 }),
  object: fc.array(fc.tuple(key, tie('value')), { maxLength: 12 }).map(objectOf),
}));

/** As JSON.parse makes it: `__proto__` is a key like any other. */
function objectOf(pairs: readonly (readonly [string, JsonValue])[]): JsonObject {
  const object = {};
  for (const [name, value] of pairs) {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return object;
}

/** The compiler asks for a field that is added to messages, and the test below then for its place in the record. */
const messageFields: { readonly [K in keyof Required<Message>]: fc.Arbitrary<Required<Message>[K]> } = {
  kind: fc.constantFrom('track', 'page', 'screen', 'identify', 'group', 'alias'),
  messageId: text,
  time: fc.oneof(
    fc.integer({ min: now - 1e6, max: now + 1e6 }),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true }),
  ),
  timeFlagged: fc.boolean(),
  identifiers: fc.array(plainRecord({ kind: text, value: text }), { maxLength: 5 }),
  name: text,
  properties: json.object,
  traits: json.object,
  previousId: text,
};
const anyMessage = fc.record(messageFields, {
  requiredKeys: ['kind', 'messageId', 'time', 'identifiers', 'name', 'properties', 'traits'],
  noNullPrototype: true,
});

function plainRecord<T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(fields, { noNullPrototype: true });
}

const entries: fc.Arbitrary<LogEntry[]> = fc.array(
  fc.oneof(
    plainRecord({ kind: fc.constant('message' as const), message: anyMessage, source: text }),
    plainRecord({ kind: fc.constant('list' as const), name: text, members: fc.array(text) }),
    plainRecord({
      kind: fc.constant('score' as const),
      customer: plainRecord({ kind: text, value: text }),
      name: text,
      value: number,
      at: fc.maxSafeInteger(),
    }),
    fc.constant({ kind: 'tick' as const }),
  ),
  { minLength: 1, maxLength: 12 },
);

/** Tells −0 from 0, the order of keys, and an own `__proto__` from a prototype. */
function exactly(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (Array.isArray(value)) return `[${value.map(exactly).join()}]`;
  if (typeof value !== 'object' || value === null) return `${typeof value} ${JSON.stringify(value)}`;
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  const pairs = Object.keys(value).map(
    (name) => `${JSON.stringify(name)}:${exactly((value as JsonObject)[name])}`,
  );
  return `{${pairs.join()}}`;
}

/** Fields of an entry and a message have no order of their own; what senders wrote has. */
function exactEntry(entry: LogEntry): unknown {
  if (entry.kind !== 'message') return exactly(entry);
  const { properties, traits, identifiers, ...rest } = entry.message;
  const fields = Object.entries(rest)
    .sort()
    .map(([name, value]) => `${name}=${exactly(value)}`);
  return [entry.source, fields, exactly(properties), exactly(traits), exactly(identifiers)];
}

describe('a record as bytes', () => {
  test('gives back every entry exactly', () => {
    fc.assert(
      fc.property(entries, fc.maxSafeInteger(), fc.maxSafeNat(), (list, at, position) => {
        const record = decodeRecord(encodeRecord(position, at, list), position);
        expect({ position: record.position, at: record.at }).toEqual({ position, at });
        expect(record.entries.map(exactEntry)).toEqual(list.map(exactEntry));
        expect(record.entries).toEqual(list);
      }),
      { numRuns: 300 },
    );
  });

  test('is scanned for some of its messages as if all were read', () => {
    // Few texts, so that many refer to others before them, in places that collide.
    const few = fc.constantFrom('ab', 'a', 'usd', 'é', '漢字', 'x'.repeat(40), 'key 1', 'key 2', 'value');
    const field = fc.oneof(few, text);
    const alike = fc.record(
      {
        ...messageFields,
        messageId: field,
        name: field,
        identifiers: fc.array(plainRecord({ kind: field, value: field }), { maxLength: 3 }),
        properties: fc.dictionary(few, fc.oneof(few, number, json.value), { noNullPrototype: true }),
        previousId: few,
      },
      { requiredKeys: ['kind', 'messageId', 'time', 'identifiers', 'name', 'properties', 'traits'] },
    );
    const list = fc.array(
      fc.oneof(
        plainRecord({ kind: fc.constant('message' as const), message: alike, source: few }),
        plainRecord({ kind: fc.constant('list' as const), name: few, members: fc.array(few) }),
      ),
      { minLength: 1, maxLength: 30 },
    );
    fc.assert(
      fc.property(fc.oneof(entries, list), fc.nat(7), (all, mask) => {
        const bytes = encodeRecord(5, now, all);
        const reads = (kind: string, name: string): boolean => (kind.length + name.length) % 8 < mask;
        const wanted = all.flatMap((entry, i) =>
          entry.kind === 'message' && reads(entry.message.kind, entry.message.name)
            ? [{ at: 5 + i, message: entry.message }]
            : [],
        );
        const { messages: found, ...record } = scanRecord(bytes, 5, reads);
        expect(record).toEqual({ position: 5, count: all.length });
        expect(found).toEqual(wanted);
        const [exact, expected] = [found, wanted].map((some) =>
          some.map(({ message: one }) => exactEntry({ kind: 'message', message: one, source: '' })),
        );
        expect(exact).toEqual(expected);
        const index = mask % all.length;
        expect(decodeEntry(bytes, 5, index)).toEqual(all[index]);
        expect(decodeEntry(bytes, 5, all.length)).toBeUndefined();
        const times = all.map((entry) => (entry.kind === 'message' ? entry.message.time : NaN));
        expect([...timesOfRecord(bytes, 5)]).toEqual(times);
        for (const byName of [false, true]) {
          const asked: unknown[] = [];
          const skimmed = skimRecord(bytes, 5, {
            byName,
            wants: (time, identifiers, at, position) => {
              asked.push([time, identifiers, at, position]);
              return (position + mask) % 3 === 0;
            },
          });
          expect(asked).toEqual(
            all.flatMap((entry, i) =>
              entry.kind === 'message'
                ? [[entry.message.time, byName ? entry.message.identifiers : [], now, 5 + i]]
                : [],
            ),
          );
          const kept = all
            .map((entry, i) => ({ at: 5 + i, entry }))
            .filter(({ at, entry }) => entry.kind !== 'message' || (at + mask) % 3 === 0);
          expect(skimmed).toEqual({ position: 5, at: now, count: all.length, entries: kept });
          expect(skimmed.entries.map(({ entry }) => exactEntry(entry))).toEqual(
            kept.map(({ entry }) => exactEntry(entry)),
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  test('keeps its tables apart from those of the record before', () => {
    const list = messages(0, 50);
    const first = encodeRecord(0, now, list);
    encodeRecord(1, now, messages(1_000, 2_000));
    expect(encodeRecord(0, now, list).equals(first)).toBe(true);
    expect(decodeRecord(first, 0).entries).toEqual(list);
  });

  test('keeps more texts and shapes than its tables hold', () => {
    const many = Array.from({ length: 5_000 }, (_, n) =>
      message(n, { properties: { [`key ${n}`]: `value ${n}`, [`other ${n % 7}`]: n, fixed: true } }),
    );
    const list = [...many, ...many];
    expect(decodeRecord(encodeRecord(0, now, list), 0).entries).toEqual(list);
  });

  test('writes and reads on after a value that it refuses', () => {
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    for (const value of [cyclic, new Map(), 1n, Symbol('x'), () => 1]) {
      const bad = { kind: 'list', name: 'x', members: [value] } as unknown as LogEntry;
      expect(() => encodeRecord(0, now, [message(0), bad])).toThrow();
    }
    expect(decodeRecord(encodeRecord(0, now, [message(0)]), 0).entries).toEqual([message(0)]);
  });

  test('is smaller than half of its JSON for messages that look alike', () => {
    const list = messages(0, 100);
    expect(encodeRecord(0, now, list).length).toBeLessThan(JSON.stringify(list).length / 2);
  });
});

describe('damage', () => {
  const good = encodeRecord(7, now, messages(0, 20));

  test('of a single bit is found wherever it is', () => {
    fc.assert(
      fc.property(fc.nat(good.length * 8 - 1), (bit) => {
        const bytes = Buffer.from(good);
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        expect(() => decodeRecord(bytes, 7)).toThrow(StorageError);
      }),
      { numRuns: 1_000 },
    );
  });

  test('by tearing is found at every length', () => {
    for (let length = 0; length < good.length; length += 1) {
      expect(() => decodeRecord(good.subarray(0, length), 7)).toThrow(/damaged at position 7/);
    }
    expect(() => decodeRecord(Buffer.concat([good, Buffer.of(0)]), 7)).toThrow(/checksum/);
  });

  test('by standing at another position is found', () => {
    expect(() => decodeRecord(good, 8)).toThrow(/damaged at position 8: it is the record of position 7/);
  });

  test('that a checksum does not show ends in an error, never in a hang or a crash', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 26), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        (changes) => {
          const bytes = Buffer.from(good);
          for (const [at, byte] of changes) bytes[25 + at] = byte;
          bytes.writeUInt32BE(crc32(bytes.subarray(5)), 1);
          try {
            decodeRecord(bytes, 7);
          } catch (error) {
            expect(error).toBeInstanceOf(StorageError);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('is not what a newer format is called', () => {
    const bytes = Buffer.from(good);
    bytes[0] = recordFormat + 1;
    expect(() => decodeRecord(bytes, 7)).toThrow(expect.objectContaining({ code: 'log/newer-format' }));
  });
});
