/** The templates of the editor are the ready-made definitions, each of them, and they say the same. */

import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { expect, test } from 'vitest';

import { mergeDefinitions } from '@segue/core/model/definition-changes.ts';
import { type Definitions, noDefinitions } from '@segue/core/model/definitions.ts';
import { parseDefinitions } from '@segue/core/model/parse-definitions.ts';
import { checkRule } from '@segue/core/rules/check.ts';
import { formatRule } from '@segue/core/rules/format.ts';
import { parseRule } from '@segue/core/rules/parse.ts';
import type { Condition } from '@segue/core/rules/tree.ts';
import { parse } from 'yaml';

import { templateGroups, templates } from '../src/features/segments/templates.ts';

const folder = path.join(import.meta.dirname, '../../../examples/definitions');
const readyMade = globSync('*.yaml', { cwd: folder }).reduce<Definitions>(
  (all, file) =>
    mergeDefinitions(all, parseDefinitions(parse(readFileSync(path.join(folder, file), 'utf8'))).definitions),
  noDefinitions,
);

/** With what it names written out, and without groups within groups of their kind. */
function alone(condition: Condition): Condition {
  if (condition.kind === 'in_segment') {
    const named = readyMade.segments.get(condition.segment);
    if (named !== undefined) return alone(named.rule);
  }
  if (condition.kind !== 'and' && condition.kind !== 'or') return condition;
  const items = condition.items.map(alone);
  return {
    ...condition,
    items: items.flatMap((item) => (item.kind === condition.kind ? item.items : [item])),
  };
}

test('there is one for every ready-made segment, with its words', () => {
  const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
  expect(templates.map(({ name, description }) => ({ name, description })).sort(byName)).toEqual(
    [...readyMade.segments.values()].map(({ name, description }) => ({ name, description })).sort(byName),
  );
});

test.each(templates)(
  '$name says what the ready-made one says, and stands alone',
  ({ name, rule, rfm, group }) => {
    const { tree, positions } = parseRule(rule);
    const expected = readyMade.segments.get(name);
    if (tree === undefined || expected === undefined) throw new Error(`${name} cannot be read`);
    expect(formatRule(alone(tree))).toBe(formatRule(alone(expected.rule)));
    const around = rfm === undefined ? noDefinitions : { ...noDefinitions, rfm: readyMade.rfm };
    const faults = checkRule(tree, { definitions: around }, positions);
    expect(faults.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(templateGroups).toContain(group);
  },
);
