/** The pages about the language say what is true: every example is read and checked, every code is listed. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseDefinitions } from '../../src/model/parse-definitions.ts';
import { checkDefinitions } from '../../src/rules/check-definitions.ts';
import { checkRule } from '../../src/rules/check.ts';
import { formatRule } from '../../src/rules/format.ts';
import { parseRule } from '../../src/rules/parse.ts';

const root = new URL('../../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

describe('docs/rule-language.md', () => {
  const { definitions } = parseDefinitions({
    segments: { vip: true },
    lifecycles: { default: { stages: [{ at_risk: true }, { visitor: null }] } },
    rfm: { default: { purchase: '"Order Completed"', value: 'revenue' } },
  });
  const page = read('docs/rule-language.md');
  const blocks = [...page.matchAll(/^```segue\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
  const examples = blocks.flatMap((block) => block.trim().split(/\n\n+/));

  test('has examples', () => {
    expect(examples.length).toBeGreaterThan(30);
  });

  test.each(examples)('%s', (text) => {
    const { tree, diagnostics, positions } = parseRule(text);
    expect(diagnostics).toEqual([]);
    if (tree === undefined) return;
    expect(checkRule(tree, { definitions }, positions)).toEqual([]);
    expect(parseRule(formatRule(tree)).tree).toEqual(tree);
  });

  test('its definitions are right', () => {
    const parsed = parseDefinitions({
      segments: {
        vip: 'sum(revenue of "Order Completed") >= 1000',
        lapsed_vip: { rule: 'in vip and not did "Order Completed" last 90d', description: 'Spent a lot' },
      },
      lifecycles: {
        default: {
          stages: [
            { loyal: 'count("Order Completed", last 365d) >= 3' },
            { active: 'did "Order Completed" last 90d' },
            { visitor: null },
          ],
        },
      },
      rfm: { default: { purchase: '"Order Completed"', value: 'revenue', window: 'last 365d' } },
      lists: { staff: ['ann@example.com', 'bob'] },
      channels: { sms: 'opt_out' },
    });
    expect([...parsed.diagnostics, ...checkDefinitions(parsed.definitions, parsed)]).toEqual([]);
  });
});

describe('docs/errors.md', () => {
  const listed = [...read('docs/errors.md').matchAll(/^\| `([a-z-]+[/.][a-z_-]+)` +\|/gm)].map(
    (match) => match[1] ?? '',
  );

  /** Codes in the sources: literals of the kinds that the page has. */
  function usedCodes(folder: string): string[] {
    return readdirSync(new URL(folder, root), { withFileTypes: true }).flatMap((entry) => {
      if (entry.name === 'node_modules') return [];
      if (entry.isDirectory()) return usedCodes(`${folder}${entry.name}/`);
      if (!entry.name.endsWith('.ts')) return [];
      const text = read(`${folder}${entry.name}`);
      const areas =
        'rule definitions message identity engine file yaml scenario tracking intake access request profiles segments users ' +
        'sources keys streams webhooks internal config start sign-in http api apply client verify data log checkpoint ' +
        'quarantine feed deliveries catalog backup skip base erasures compact backtest backtests suggest ' +
        'history export import overlap preview rules ask sql customers demo scenarios schema stages';
      const pattern = new RegExp(
        `'((?:${areas.replaceAll(' ', '|')})/[a-z-]+|(?:mapping|file)\\.[a-z_]+)'`,
        'g',
      );
      return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
    });
  }

  test('lists every code once, and none that does not exist', () => {
    const used = new Set(
      ['core', 'server', 'cli', 'client', 'testkit'].flatMap((name) => usedCodes(`packages/${name}/src/`)),
    );
    expect([...listed].sort()).toEqual([...used].sort());
  });
});
