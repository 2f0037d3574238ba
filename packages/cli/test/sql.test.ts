/** `segue sql`, and the examples of docs/sql.md. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const examples = [...readFileSync(join(root, 'docs/sql.md'), 'utf8').matchAll(/```sh\nsegue (.*)\n```/g)].map(
  ([, text = '']) => text,
);

function segue(args: readonly string[]): { status: number | null; out: string; err: string } {
  const ran = spawnSync(process.execPath, [join(root, 'packages/cli/src/main.ts'), ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  return { status: ran.status, out: ran.stdout, err: ran.stderr };
}

/** Arguments of a line that quotes with single quotes. */
function argumentsOf(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

describe('segue sql', () => {
  it.each(examples)('an example of docs/sql.md gives a query: %s', (line) => {
    const ran = segue(argumentsOf(line));
    expect(ran.err).toBe('');
    expect(ran.status).toBe(0);
    expect(ran.out).toMatch(/^-- Customers for whom this holds:\n[^]*\nORDER BY profile\n$/);
  });

  it('names each part after what it is, with what it is of the rule', () => {
    const { out } = segue(['sql', 'sum(revenue of "Order Completed", last 30d) > 5', '--at', '2026-03-01']);
    expect(out).toContain('-- sum(revenue of "Order Completed", last 30d)\n  order_completed_sum AS (');
    expect(out).toContain('AND time > 1769731200000 /* 2026-01-30T00:00:00.000+00:00 */');
  });

  it('underlines what is wrong with a rule, as segue check does', () => {
    const { status, err } = segue(['sql', 'did "A" and in vpi', '--at', '2026-03-01']);
    expect(status).toBe(1);
    expect(err).toContain('rule:1:16: error: There is no segment “vpi”');
    expect(err).toContain('^^^');
  });

  it('refuses what SQL cannot say', () => {
    const { status, out, err } = segue(['sql', 'percentile(age(last "A") / 1d) > 3 for 7d']);
    expect([status, out]).toEqual([1, '']);
    expect(err).toContain('[sql/moving-percentile]');
  });

  it('gives JSON, and the query of a value', () => {
    const { status, out } = segue(['sql', '--json', '--value', 'trait.city', '--at', '2026-03-01']);
    expect(status).toBe(0);
    const said = JSON.parse(out) as { ok: boolean; at: number; sql: string; diagnostics: unknown[] };
    expect(said).toMatchObject({ ok: true, at: Date.UTC(2026, 2, 1), diagnostics: [] });
    expect(said.sql).toContain('-- The value of every customer:\n--   trait.city\n');
  });

  it.each([
    [['--timezone', 'Mars/Olympus'], '--timezone'],
    [['--at', 'soon'], '--at: "soon" is no time'],
    [['--definitions', 'nowhere.yaml'], 'nowhere.yaml'],
  ])('says what it cannot use: %s', (options, said) => {
    const { status, err } = segue(['sql', 'true', ...options]);
    expect(status).toBe(2);
    expect(err).toContain(said);
  });
});
