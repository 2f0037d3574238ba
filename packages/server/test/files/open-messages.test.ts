import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAll, type Read } from './read.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'segue-test-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

let files = 0;
function file(contents: string | Buffer, name = 'data'): string {
  files += 1;
  const path = join(folder, `${files}-${name}`);
  writeFileSync(path, contents);
  return path;
}

const ORDERS = `
name: orders
messages:
  - track: Order Completed
    userId: customer
    timestamp: date
    properties: { revenue: { number: amount }, note: note }
`;

const reasons = (read: Read): Record<string, number> =>
  Object.fromEntries(read.report.rejected.list().map(({ reason, count }) => [reason, count]));
const customers = (read: Read): (string | undefined)[] =>
  read.messages.map((message) => message.identifiers[0]?.value);

describe('rows', () => {
  it('become messages in order of time, whatever their order in the file', async () => {
    const read = await readAll(
      [file('customer,date,amount,note\nb,2026-01-02,2,\na,2026-01-01,1.5,hello\nc,2026-01-02,3,\n')],
      { mapping: ORDERS },
    );
    expect(customers(read)).toEqual(['a', 'b', 'c']);
    expect(read.messages[0]).toMatchObject({
      kind: 'track',
      name: 'Order Completed',
      time: Date.UTC(2026, 0, 1),
      properties: { revenue: 1.5, note: 'hello' },
    });
    expect(read.messages[1]?.properties).toEqual({ revenue: 2 });
    expect(read.report.rows).toBe(3);
  });

  it('that are bad are counted by reason with their lines, and the others go on', async () => {
    const text = [
      'customer,date,amount,note',
      'a,2026-01-01,1,',
      'b,2026-02-30,1,',
      'c,2026-01-03,twelve,',
      'd,2026-01-04,1',
      ',2026-01-05,1,',
      'f,2026-01-06,1,"quoted, and ""so"""',
      'g,,1,',
      'h,2026-01-08,1,"x"y',
      'i,2026-01-09,1,"two',
      'lines"',
      'null,2026-01-09,1,',
      'j,2026-01-10,1,',
    ].join('\r\n');
    const read = await readAll([file(text)], { mapping: ORDERS });
    expect(customers(read)).toEqual(['a', 'f', 'i', 'j']);
    expect(read.messages[1]?.properties).toEqual({ revenue: 1, note: 'quoted, and "so"' });
    expect(read.messages[2]?.properties).toEqual({ revenue: 1, note: 'two\nlines' });
    expect(reasons(read)).toEqual({
      'bad date': 1,
      'not a number': 1,
      'wrong number of columns': 1,
      'message/no-identifier': 2,
      'no date': 1,
      'a quote in the wrong place': 1,
    });
    expect(read.report.rows).toBe(11);
    expect(read.rejects.map(({ line }) => line).sort((a, b) => a - b)).toEqual([3, 4, 5, 6, 8, 9, 12]);
    expect(read.rejects.find(({ line }) => line === 4)).toMatchObject({
      outcome: 'rejected',
      detail: 'amount is "twelve"; expected a number such as 1234.56',
      row: { customer: 'c', amount: 'twelve' },
    });
  });

  it('after a quote that is never closed are read all the same', async () => {
    const read = await readAll(
      [file('customer,date,amount,note\na,2026-01-01,1,"open\nb,2026-01-02,2,\nc,2026-01-03,3,"x, y"\n')],
      { mapping: ORDERS },
    );
    expect(customers(read)).toEqual(['b', 'c']);
    expect(reasons(read)).toEqual({ 'a quote that is never closed': 1 });
    expect(read.rejects[0]?.line).toBe(2);
  });

  it('with bytes that are not UTF-8 are rejected, not garbled', async () => {
    const bytes = Buffer.concat([
      Buffer.from('customer,date,amount,note\né,2026-01-01,1,\nb,2026-01-02,1,'),
      Buffer.from([0xff, 0xfe, 0x80]),
      Buffer.from('\nc,2026-01-03,1,\n'),
    ]);
    const read = await readAll([file(bytes)], { mapping: ORDERS });
    expect(customers(read)).toEqual(['é', 'c']);
    expect(reasons(read)).toEqual({ 'invalid UTF-8': 1 });
    expect(read.rejects[0]?.line).toBe(3);
  });

  it.each<[string, Buffer, string]>([
    [
      'UTF-8 with a byte order mark',
      Buffer.from('\ufeffcustomer,date,amount,note\nZoë,2026-01-01,1,café\n'),
      'utf-8',
    ],
    ['Latin-1', Buffer.from('customer,date,amount,note\nZoë,2026-01-01,1,café\n', 'latin1'), 'latin1'],
    [
      'UTF-16',
      Buffer.from('\ufeffcustomer,date,amount,note\nZoë,2026-01-01,1,café\n', 'utf16le'),
      'utf-16le',
    ],
    ['old line ends', Buffer.from('customer,date,amount,note\rZoë,2026-01-01,1,café\r'), 'utf-8'],
    ['semicolons', Buffer.from('customer;date;amount;note\nZoë;2026-01-01;1;café\n'), 'utf-8'],
    [
      'tabs, packed',
      gzipSync(Buffer.from('customer\tdate\tamount\tnote\nZoë\t2026-01-01\t1\tcafé\n')),
      'utf-8',
    ],
  ])('are read in %s without being told', async (_what, bytes, encoding) => {
    const read = await readAll([file(bytes)], { mapping: ORDERS });
    expect(customers(read)).toEqual(['Zoë']);
    expect(read.messages[0]?.properties).toEqual({ revenue: 1, note: 'café' });
    expect(read.report.files[0]?.encoding).toBe(encoding);
  });

  it('of one order become one message, wherever they stand, with an exact sum; duplicates are told', async () => {
    const mapping = `
name: lines
file: { duplicates: skip, numbers: "1.234,56", timezone: Europe/Berlin }
skip: [{ where: { who: { empty: true } }, reason: nobody }]
group: order
messages:
  - track: Order Completed
    userId: who
    timestamp: at
    properties:
      order_id: order
      lines: { count: lines }
      revenue: { sum: n * price }
      products: { each: { sku: sku, n: { number: n } } }
`;
    const text = [
      'order;who;at;sku;n;price',
      '1;a;01.02.2026 10:00;x;3;0,10',
      '2;b;01.02.2026 09:00;x;1;1.000,05',
      '1;a;01.02.2026 09:59;y;1;0,40',
      '1;a;01.02.2026 10:00;x;3;0,10',
      '3;;01.02.2026 10:00;x;1;1',
      '2;b;01.02.2026 09:00;z;viele;1',
      ';c;01.02.2026 09:00;z;1;1',
    ].join('\n');
    const read = await readAll([file(text)], { mapping });
    expect(read.messages.map(({ time, properties }) => [new Date(time).toISOString(), properties])).toEqual([
      [
        '2026-02-01T08:00:00.000Z',
        { order_id: '2', lines: 1, revenue: 1000.05, products: [{ sku: 'x', n: 1 }] },
      ],
      [
        '2026-02-01T08:59:00.000Z',
        {
          order_id: '1',
          lines: 2,
          revenue: 0.7,
          products: [
            { sku: 'x', n: 3 },
            { sku: 'y', n: 1 },
          ],
        },
      ],
    ]);
    expect(read.report.skipped.list().map(({ reason, count }) => [reason, count])).toEqual([
      ['nobody', 1],
      ['exact duplicate', 1],
    ]);
    expect(reasons(read)).toEqual({ 'not a number': 1, 'no order': 1 });
    expect(read.report.rows).toBe(7);
  });

  it('take the mapping whose columns their file has', async () => {
    const mapping = `${ORDERS}---
name: people
messages:
  - identify: true
    userId: id
    timestamp: { value: 2026-01-01 }
    traits: { city: city }
`;
    const read = await readAll(
      [file('id,city\na,Leeds\n'), file('customer,date,amount,note\na,2025-12-31,1,\n')],
      { mapping },
    );
    expect(read.messages.map(({ kind }) => kind)).toEqual(['track', 'identify']);
    expect(read.report.files.map((found) => found.mapping)).toEqual(['people', 'orders']);
  });

  it('look up joined tables', async () => {
    const table = file(gzipSync('sku,cat\nx,shoes\ny,\n'), 'products.csv');
    const mapping = `
join: { p: { file: ${table}, on: sku } }
messages:
  - track: Bought
    userId: who
    timestamp: at
    properties: { category: p.cat }
`;
    const read = await readAll([file('who,at,sku\na,2026-01-01,x\nb,2026-01-02,y\nc,2026-01-03,z\n')], {
      mapping,
    });
    expect(read.messages.map(({ properties }) => properties)).toEqual([{ category: 'shoes' }, {}, {}]);
  });

  it('have ids that stay the same when the file is read again', async () => {
    const path = file('customer,date,amount,note\na,2026-01-01,1,\na,2026-01-01,1,\n');
    const ids = async (): Promise<string[]> =>
      (await readAll([path], { mapping: ORDERS })).messages.map(({ messageId }) => messageId);
    const first = await ids();
    expect(new Set(first).size).toBe(2);
    expect(await ids()).toEqual(first);
  });
});

describe('lines of Segment messages', () => {
  it('are taken as they are; what is none is told', async () => {
    const text = [
      '{"type":"track","userId":"a","event":"X","timestamp":"2026-01-02T00:00:00Z","messageId":"m1"}',
      '',
      'not json',
      '{"type":"dance","userId":"a","timestamp":"2026-01-02T00:00:00Z"}',
      '{"type":"track","userId":"b","event":"X"}',
      '{"type":"page","anonymousId":"c","name":"Home","timestamp":"2026-01-01T00:00:00Z"}',
      '[1]',
      'null',
    ].join('\n');
    const read = await readAll([file(text)]);
    expect(read.messages.map(({ kind, time }) => [kind, time])).toEqual([
      ['page', Date.UTC(2026, 0, 1)],
      ['track', Date.UTC(2026, 0, 2)],
    ]);
    expect(read.report.rows).toBe(7);
    expect(reasons(read)).toEqual({
      'not JSON': 1,
      'message/type': 1,
      'message/time': 1,
      'message/shape': 2,
    });
  });

  it('longer than the limit are cut out, and the next line is read', async () => {
    const long = `{"type":"track","userId":"a","event":"X","timestamp":"2026-01-01T00:00:00Z","properties":{"x":"${'y'.repeat(1_200_000)}"}}`;
    const read = await readAll([
      file(`${long}\n{"type":"track","userId":"b","event":"X","timestamp":"2026-01-01T00:00:00Z"}\n`),
    ]);
    expect(customers(read)).toEqual(['b']);
    expect(reasons(read)).toEqual({ 'longer than 1 MiB': 1 });
    expect(read.rejects[0]?.line).toBe(1);
  });

  const times = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 200 });
  it('come out in order of time, those of one instant in file order, however little memory there is', async () => {
    await fc.assert(
      fc.asyncProperty(
        times,
        times,
        fc.boolean(),
        fc.integer({ min: 1, max: 60_000 }),
        async (first, second, inOrder, memoryBytes) => {
          const lines = (list: readonly number[], name: string): string =>
            [...list]
              .sort((a, b) => (inOrder ? a - b : 0))
              .map(
                (minute, n) =>
                  `{"type":"track","userId":"${name}","event":"X","messageId":"${name}${n}","timestamp":${Date.UTC(2026, 0, 1, 0, minute)}}`,
              )
              .join('\n');
          const paths = [file(lines(first, 'a')), file(gzipSync(lines(second, 'b')))];
          const temporary = join(folder, 'sort');
          mkdirSync(temporary, { recursive: true });
          const read = await readAll(paths, { memoryBytes, folder: temporary });
          const generous = await readAll(paths);
          expect(read.messages).toEqual(generous.messages);
          const expected = [...read.messages].sort((a, b) => a.time - b.time);
          expect(read.messages).toEqual(expected);
          expect(read.messages).toHaveLength(first.length + second.length);
          expect(read.report.rows).toBe(first.length + second.length);
          expect(readdirSync(temporary)).toEqual([]);
          for (const path of paths) rmSync(path);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('files that are no use', () => {
  const good = '{"type":"track","userId":"a","event":"X","timestamp":"2026-01-01T00:00:00Z"}\n';
  const packed = gzipSync(Buffer.from(good.repeat(20_000)), { level: 1 });
  const flipped = Buffer.from(packed);
  flipped.fill(0xff, 200, 240);

  it.each<[string, () => string, RegExp]>([
    ['a missing file', () => join(folder, 'nowhere.csv'), /nowhere\.csv: there is no such file/],
    ['a folder', () => folder, /this is a folder, expected a file/],
    ['an empty file', () => file(''), /the file is empty/],
    ['an empty gzip file', () => file(gzipSync('')), /the gzip file holds nothing/],
    ['damaged gzip', () => file(flipped), /the gzip data is damaged/],
    ['a picture', () => file(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3, 0x0d])), /this is not text/],
    ['a JSON list', () => file(`[${good.trim()}]`), /one JSON list; expected one JSON object a line/],
    [
      'other columns',
      () => file('custmer,date,amount,note\na,2026-01-01,1,\n'),
      /wants "customer"; did you mean "custmer"\?/,
    ],
    [
      'dates that may be either',
      () => file('customer,date,amount,note\na,1/2/2026,1,\n'),
      /may be day\/month or month\/day/,
    ],
    ['dates that are none', () => file('customer,date,amount,note\na,soon,1,\n'), /in no form that is known/],
  ])('%s is said clearly, and the other files are read', async (_what, path, message) => {
    const read = await readAll([path(), file(good)], { mapping: ORDERS });
    expect(read.report.fileErrors).toHaveLength(1);
    expect(read.report.fileErrors[0]).toMatch(message);
    expect(customers(read).includes('a')).toBe(true);
  });

  it('rows without a mapping are told what is missing', async () => {
    const read = await readAll([file('a,b\n1,2\n')]);
    expect(read.report.fileErrors[0]).toMatch(/a file of rows needs a mapping/);
  });

  it('gzip that breaks off is used as far as it goes', async () => {
    const noise = Array.from(
      { length: 20_000 },
      (_, n) =>
        `{"type":"track","userId":"u${(n * 7919) % 20_011}","event":"X","timestamp":${1_767_225_600_000 + n}}`,
    );
    const whole = gzipSync(noise.join('\n'));
    const read = await readAll([file(whole.subarray(0, whole.length / 2))]);
    expect(read.messages.length).toBeGreaterThan(1_000);
    expect(read.messages.length).toBeLessThan(20_000);
    expect(read.report.fileErrors[0]).toMatch(
      /the gzip data ends too early.*The rows before that place were used/,
    );
  });
});
