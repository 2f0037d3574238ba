/** The commands `explain` and `forecast` as processes; the examples of their page, with their output. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Ran, runSegue } from './running-segue.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../../docs/explain.md'), 'utf8');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'segue-explain-'));
  writeFileSync(join(folder, 'shop.ndjson'), block('ndjson'));
  writeFileSync(join(folder, 'segments.yaml'), block('yaml'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function block(language: string): string {
  return new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(page)?.[1] ?? '';
}

function segue(line: string): Ran {
  return runSegue(line.split(' '), { cwd: folder, env: { PATH: process.env['PATH'] } });
}

const examples = [...page.matchAll(/```console\n\$ segue (.*)\n([^]*?)```/g)].map(
  ([, line = '', output = '']): readonly [string, string] => [line, output],
);

it.each(examples)('the page shows what segue %s prints', (line, output) => {
  expect(segue(line)).toEqual({ status: 0, out: output, err: '' });
});

describe('segue explain', () => {
  it('prints data with --json', () => {
    const ran = segue('explain asha shop.ndjson -d segments.yaml --segment shoe_lovers --json');
    expect(JSON.parse(ran.out)).toMatchObject({
      customer: { displayId: 'asha', identifiers: [{ kind: 'user_id', value: 'asha' }] },
      explanation: {
        segment: 'shoe_lovers',
        member: true,
        since: { at: Date.parse('2026-11-10T17:05:00Z') },
        until: Date.parse('2026-12-02T08:32:11Z'),
        unless: {
          actions: [
            { kind: 'event', examples: [{ name: 'Order Completed', properties: { category: 'shoes' } }] },
          ],
        },
        rule: { threshold: { op: '>=', values: [{ type: 'number', value: 2 }] }, messagesTotal: 2 },
      },
    });
    const all = JSON.parse(segue('explain asha shop.ndjson -d segments.yaml --json').out) as {
      segments: unknown[];
    };
    expect(all.segments).toHaveLength(4);
  });

  it('counts what was done before the customer was known', () => {
    writeFileSync(
      join(folder, 'visit.ndjson'),
      [
        {
          type: 'track',
          messageId: 'a1',
          anonymousId: 'x1',
          event: 'Order Completed',
          timestamp: '2026-11-01T00:00:00Z',
          properties: { revenue: 200 },
        },
        {
          type: 'identify',
          messageId: 'a2',
          anonymousId: 'x1',
          userId: 'cy',
          timestamp: '2026-11-02T00:00:00Z',
        },
      ]
        .map((message) => `${JSON.stringify(message)}\n`)
        .join(''),
    );
    const ran = segue('explain cy visit.ndjson -d segments.yaml -s big_spenders');
    expect(ran.out).toContain('In big_spenders since 2026-11-01 00:00:00.000.');
    expect(ran.out).toContain('“Order Completed”, revenue 200, message a1');
  });

  it.each([
    [
      'explain ashe shop.ndjson -d segments.yaml',
      'there is no customer “ashe” among 2 customers by 2026-11-20 10:30:00.000; did you mean asha?',
    ],
    [
      'explain asha shop.ndjson -d segments.yaml -s shoe_lover',
      'there is no segment “shoe_lover”; did you mean shoe_lovers?',
    ],
    [
      'explain asha shop.ndjson -d segments.yaml -s x',
      'there is no segment “x”; expected one of shoe_lovers, big_spenders, shoe_lovers_at_home, cart_abandoners',
    ],
    [
      'explain asha shop.ndjson -d segments.yaml --at 2026-01-01',
      'there is no message by 2026-01-01T00:00:00.000+00:00',
    ],
    [
      'explain asha shop.ndjson -d segments.yaml --at noon',
      '--at: "noon" is no time; expected 2026-01-31 or 2026-01-31T10:00:00Z',
    ],
    ['explain asha shop.ndjson -d segments.yaml --timezone Mars', '--timezone: “Mars” is not a time zone.'],
    ['explain asha none.ndjson -d segments.yaml', 'none.ndjson'],
    ['forecast shop.ndjson -d segments.yaml -s shoe_lover', 'did you mean shoe_lovers?'],
    [
      'forecast shop.ndjson -d segments.yaml --days 0',
      "argument '0' is invalid. expected a number of days up to 3660, such as 7",
    ],
    ['forecast none.ndjson -d segments.yaml', 'none.ndjson'],
  ])('segue %s exits with 2: %s', (line, message) => {
    const ran = segue(line);
    expect(ran).toMatchObject({ status: 2, out: '' });
    expect(ran.err).toContain(message);
  });
});

describe('segue forecast', () => {
  it('prints data with --json, all segments where none is named', () => {
    const ran = segue('forecast shop.ndjson -d segments.yaml --days 20 --json');
    const { segments, timeZone } = JSON.parse(ran.out) as {
      segments: { segment: string; membersNow: number; days: { date: string; changes: object[] }[] }[];
      timeZone: string;
    };
    expect(timeZone).toBe('UTC');
    expect(segments.map(({ segment }) => segment)).toHaveLength(4);
    const lovers = segments[0]?.days.flatMap(({ changes }) => changes);
    expect(lovers).toMatchObject([
      { customer: 'asha', change: 'exited', at: Date.parse('2026-12-02T08:32:11Z'), cause: 'time' },
    ]);
  });

  it('says where nobody moves', () => {
    const ran = segue('forecast shop.ndjson -d segments.yaml -s big_spenders --days 1');
    expect(ran.out).toContain('big_spenders  0 members now\n  nobody enters or leaves\n');
  });
});
