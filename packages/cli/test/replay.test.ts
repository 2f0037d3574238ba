/** `segue replay` and `generate` as a person runs them: a process of their own. */

import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { OwnProcess } from '../../server/test/http/own-process.ts';
import { launcher, type Ran, runSegue } from './running-segue.ts';

const rfmOrders = resolve(import.meta.dirname, '../../../../shared/data/rfm/rfm_data_orders.csv');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'segue-replay-'));
  write('orders.csv', orders);
  write('mapping.yaml', mapping);
  write('segments.yaml', segments);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function segue(...args: readonly string[]): Ran {
  return runSegue(args, { cwd: folder, env: { PATH: process.env['PATH'] } });
}

function write(name: string, contents: string | Buffer): string {
  writeFileSync(join(folder, name), contents);
  return name;
}

const segments = `segments:
  buyers: { rule: 'did "Order Completed"', description: Bought once or more }
  recent: did "Order Completed" last 10d
rfm:
  default: { purchase: '"Order Completed"', value: revenue }
lifecycles:
  stages:
    stages:
      - loyal: count("Order Completed") >= 2
      - new: did "Order Completed"
      - none:
`;
const mapping = `name: orders
messages:
  - track: Order Completed
    userId: who
    timestamp: day
    properties: { revenue: { number: money } }
`;
const orders = `who,day,money
ann,2026-01-01,10
bob,2026-01-02,20
ann,2026-02-05,ten
ann,2026-02-01,30.5
,2026-02-02,1
`;

describe('segue replay', () => {
  it('prints what went in, sizes, stages, moves, RFM groups and one customer', () => {
    const ran = segue(
      'replay',
      'orders.csv',
      '-m',
      'mapping.yaml',
      '-d',
      'segments.yaml',
      '--customer',
      'ann',
      '--sample',
      '1',
    );
    expect(ran.err).toBe('');
    expect(ran.status).toBe(0);
    const text = ran.out.replace(/ +/g, ' ');
    for (const line of [
      'orders.csv CSV, mapping orders, utf-8, delimiter ,, dates iso, in order of time',
      '5 rows, 3 messages',
      'rejected 1: not a number (line 4: money is "ten"; expected a number such as 1234.56)',
      'Replay 2026-01-01 00:00:00 … 2026-02-01 00:00:00 (UTC)',
      'buyers 2 2 0 2 2026-01-02 00:00',
      'recent 1 3 2 2 2026-01-02 00:00',
      'buyers: ann',
      'new → loyal · 1 1',
      'Customer ann',
      'known as user_id ann',
      '2026-01-11 00:00:00 exited recent time',
    ]) {
      expect(text).toContain(line);
    }
    expect(text).toContain('RFM default customers share R F M');
  });

  it('prints the same as one JSON object, and writes what was left out', () => {
    const ran = segue(
      'replay',
      'orders.csv',
      '-m',
      'mapping.yaml',
      '-d',
      'segments.yaml',
      '--json',
      '--rejects',
      'rejects.ndjson',
      '--customer',
      'ann',
    );
    expect(ran.status).toBe(0);
    const report = JSON.parse(ran.out) as Record<string, unknown>;
    expect(report).toMatchObject({
      complete: true,
      timeZone: 'UTC',
      first: '2026-01-01T00:00:00.000Z',
      now: '2026-02-01T00:00:00.000Z',
      customers: 2,
      input: { rows: 5, messages: 3 },
      segments: [
        { segment: 'buyers', members: 2, peakAt: '2026-01-02T00:00:00.000Z' },
        { segment: 'recent', members: 1, entered: 3, exited: 2 },
      ],
      customer: { found: true, profile: { displayId: 'ann', bornAt: '2026-01-01T00:00:00.000Z' } },
    });
    const rejects = readFileSync(join(folder, 'rejects.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(rejects).toEqual([
      expect.objectContaining({
        line: 4,
        outcome: 'rejected',
        reason: 'not a number',
        row: { who: 'ann', day: '2026-02-05', money: 'ten' },
      }),
      expect.objectContaining({ line: 6, reason: 'message/no-identifier' }),
    ]);
  });

  it('reads local times in the zone of the workspace and stops at --until', () => {
    const ran = segue(
      'replay',
      'orders.csv',
      '-m',
      'mapping.yaml',
      '-d',
      'segments.yaml',
      '--timezone',
      'America/New_York',
      '--until',
      '2026-01-20',
      '--json',
    );
    expect(JSON.parse(ran.out)).toMatchObject({
      first: '2026-01-01T05:00:00.000Z',
      now: '2026-01-20T05:00:00.000Z',
      segments: [{ members: 2 }, { members: 0, exited: 2 }],
    });
  });

  it.each<[string, () => string[], number, RegExp]>([
    ['a missing file', () => ['nowhere.csv'], 2, /nowhere\.csv: there is no such file/],
    ['a folder', () => ['.'], 2, /this is a folder, expected a file/],
    ['an empty file', () => [write('empty.csv', '')], 2, /the file is empty/],
    [
      'broken gzip',
      () => [write('broken.gz', Buffer.concat([gzipSync(orders).subarray(0, 12), Buffer.alloc(20, 255)]))],
      2,
      /gzip data/,
    ],
    ['CSV without a mapping', () => ['orders.csv'], 2, /needs a mapping/],
    [
      'the wrong columns',
      () => [write('other.csv', 'whoo,day,money\na,2026-01-01,1\n'), '-m', 'mapping.yaml'],
      2,
      /wants "who"; did you mean "whoo"/,
    ],
    [
      'a missing mapping',
      () => ['orders.csv', '-m', 'maping.yaml'],
      2,
      /mapping maping\.yaml cannot be read: there is no such file/,
    ],
    [
      'a bad mapping',
      () => ['orders.csv', '-m', write('bad.yaml', 'messages:\n  - track: A\n')],
      2,
      /bad\.yaml:2:5: error: a message needs a timestamp/,
    ],
    [
      'a bad definition',
      () => [
        'orders.csv',
        '-m',
        'mapping.yaml',
        '-d',
        write('bad-segments.yaml', 'segments:\n  a: in buyerz\n'),
      ],
      2,
      /buyerz/,
    ],
    [
      'a zone that does not exist',
      () => ['orders.csv', '-m', 'mapping.yaml', '-z', 'Mars/One'],
      2,
      /--timezone/,
    ],
    [
      'a bad time',
      () => ['orders.csv', '-m', 'mapping.yaml', '--from', '2026-02-30'],
      2,
      /--from: "2026-02-30" is no time/,
    ],
    [
      'times the wrong way round',
      () => ['orders.csv', '-m', 'mapping.yaml', '--from', '2026-02-02', '--until', '2026-02-01'],
      2,
      /--from must be before --until/,
    ],
    ['a number that is none', () => ['orders.csv', '--sample', 'some'], 2, /expected a whole number/],
    ['an unknown option', () => ['orders.csv', '--maping', 'x'], 2, /--mapping/],
    [
      'a good file beside a missing one',
      () => ['orders.csv', 'nowhere.csv', '-m', 'mapping.yaml'],
      0,
      /no such file/,
    ],
  ])('on %s says so and exits as it should', (_what, args, status, message) => {
    const ran = segue('replay', ...args());
    expect(ran.err).toMatch(message);
    expect(ran.status).toBe(status);
  });

  it('ended by Ctrl-C prints what was reached and leaves no files behind', async () => {
    const generated = segue('generate', '--customers', '6000', '--days', '400', '--out', 'long.ndjson');
    expect(generated.status).toBe(0);
    const temporary = mkdtempSync(join(folder, 'tmp-'));
    const replay = new OwnProcess([launcher, 'replay', 'long.ndjson', '--json'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], TMPDIR: temporary },
    });
    // Which it says after some seconds, and goes on for many more.
    await expect.poll(() => replay.errors).toContain('replaying');
    const status = await replay.end('SIGINT');
    expect(status).toBe(130);
    expect(JSON.parse(replay.out)).toMatchObject({ complete: false });
    expect(readdirSync(temporary).filter((name) => name.startsWith('segue'))).toEqual([]);
  });

  it.skipIf(!existsSync(rfmOrders))('plays a real file with the ready-made definitions', () => {
    const ran = segue('replay', rfmOrders, '-m', 'rfm', '--json');
    expect(ran.status).toBe(0);
    const report = JSON.parse(ran.out) as {
      customers: number;
      rfm: { groups: { customers: number }[]; without: number }[];
    };
    expect(report.customers).toBe(995);
    const [rfm] = report.rfm;
    expect((rfm?.groups ?? []).reduce((sum, { customers }) => sum + customers, 0) + (rfm?.without ?? 0)).toBe(
      995,
    );
  });
});

describe('segue generate', () => {
  it('writes the same shop for the same seed, plain or packed, to a file or to standard output', () => {
    const options = ['--seed', '5', '--customers', '40', '--days', '30'];
    const plain = segue('generate', ...options);
    expect(plain.status).toBe(0);
    expect(plain.out.trim().split('\n').length).toBeGreaterThan(100);
    expect(segue('generate', ...options, '-o', 'shop.ndjson.gz').status).toBe(0);
    expect(gunzipSync(readFileSync(join(folder, 'shop.ndjson.gz'))).toString()).toBe(plain.out);
    expect(segue('generate', ...options, '-o', 'no/such/folder.ndjson').status).toBe(2);
    expect(segue('generate', '--customers', 'many').err).toMatch(/expected a whole number/);
    const march = segue('generate', ...options, '--start', '2026-03-01').out;
    expect(march).toMatch(/^\{.*"timestamp":"2026-03-0/);
    expect(segue('generate', ...options, '--start', '2025-01-01').out).toBe(plain.out);
    for (const wrong of ['2026-02-30', '2026-13-01', '1. März', '2026']) {
      const refused = segue('generate', '--start', wrong);
      expect([refused.status, refused.err]).toEqual([2, expect.stringMatching(/expected a date such as/)]);
    }
  });
});
