import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../src/ingest/files/mapping.ts';
import { parseMappings, readMappingFile } from '../../src/ingest/files/read-mapping.ts';

const examples = fileURLToPath(new URL('../../../../examples/mappings/', import.meta.url));

function errorsOf(text: string): string[] {
  return parseMappings(text).diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

describe('mappings', () => {
  it.each(readdirSync(examples))('the ready-made %s is sound', (file) => {
    const read = readMappingFile(examples + file);
    expect(read.diagnostics).toEqual([]);
    expect(read.mappings.length).toBeGreaterThan(0);
    for (const mapping of read.mappings) expect(columnsOf(mapping).length).toBeGreaterThan(0);
  });

  it('finds a ready-made mapping by its name', () => {
    expect(readMappingFile('online_retail').mappings[0]?.name).toBe('online_retail');
    expect(readMappingFile('online_retial').diagnostics[0]?.message).toMatch(
      /no such file.*completejourney.*did you mean "online_retail"/,
    );
  });

  it('knows the columns it reads, joined ones too', () => {
    const { mappings } = parseMappings(`
join: { p: { file: p.csv, on: sku } }
group: [order, shop]
skip: [{ where: { test: "1" } }]
messages:
  - track: Order Completed
    where: { state: { in: [a, b] } }
    userId: customer
    timestamp: at
    properties:
      a: { sum: price * (qty - \`free of charge\`) }
      b: { text: "{first} {last}" }
      c: { each: { d: p.category, e: { boolean: vip } } }
`);
    const [mapping] = mappings;
    expect(mapping === undefined ? [] : columnsOf(mapping).sort()).toEqual([
      'at',
      'customer',
      'first',
      'free of charge',
      'last',
      'order',
      'p.category',
      'price',
      'qty',
      'shop',
      'sku',
      'state',
      'test',
      'vip',
    ]);
  });

  it.each<[string, string, readonly (string | RegExp)[]]>([
    ['an empty file', '', [/mapping/]],
    ['a list', '- a', ['1:1 a mapping is a set of keys: name, file, messages (see docs/mappings.md)']],
    ['broken YAML', 'messages: [', [/^1:\d+ not valid YAML/]],
    ['no messages', 'name: x', ['1:1 a mapping needs messages: a list with at least one']],
    [
      'an unknown key, with the nearest',
      'mesages: []\nmessages:\n  - { track: A, userId: u, timestamp: t }',
      [/^1:1 unknown key "mesages"; .*did you mean "messages"\?/],
    ],
    [
      'several problems at once',
      'file: { numbers: german, timezone: Mars/One, delimiter: "::" }\nmessages:\n  - { track: A, userId: u, timestamp: t }',
      [
        /^1:18 numbers is one of 1234.56/,
        /^1:36 "Mars\/One" is no time zone/,
        /^1:\d+ delimiter is one character/,
      ],
    ],
    [
      'a file without header and columns',
      'file: { header: false }\nmessages:\n  - { track: A, userId: u, timestamp: t }',
      [/needs its column names/],
    ],
    [
      'two kinds',
      'messages:\n  - { track: A, page: B, userId: u, timestamp: t }',
      [/exactly one of.*track and page found/],
    ],
    ['no kind', 'messages:\n  - { userId: u, timestamp: t }', [/exactly one of.*none found/]],
    ['no timestamp', 'messages:\n  - { track: A, userId: u }', [/^2:5 a message needs a timestamp/]],
    ['nobody named', 'messages:\n  - { track: A, timestamp: t }', [/^2:5 a message must name the customer/]],
    [
      'a bad formula',
      'messages:\n  - { track: A, userId: u, timestamp: t, properties: { r: { sum: a / b } } }',
      [/properties.r: unexpected "\/ b"/],
    ],
    [
      'two sources of one field',
      'messages:\n  - { track: A, userId: u, timestamp: t, properties: { r: { sum: a, number: b } } }',
      [/properties.r is a column name, or one of/],
    ],
    [
      'a duplicate key',
      'name: a\nname: b\nmessages:\n  - { track: A, userId: u, timestamp: t }',
      [/not valid YAML/],
    ],
  ])('refuses %s', (_what, text, expected) => {
    const errors = errorsOf(text);
    expect(errors).toHaveLength(expected.length);
    for (const [index, pattern] of expected.entries()) {
      if (typeof pattern === 'string') expect(errors[index]).toBe(pattern);
      else expect(errors[index]).toMatch(pattern);
    }
  });

  it('survives any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const read = parseMappings(`messages:\n  - track: ${text}\n    userId: ${text}\n    timestamp: t`);
        expect(read.mappings.length + read.diagnostics.length).toBeGreaterThan(0);
      }),
    );
  });
});
