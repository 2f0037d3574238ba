/** Finds the texts of rules in a definitions file, or in the definitions of a scenario file. */

import type { YamlEntry, YamlNode } from './yaml-source.ts';

export type RuleText = {
  /** Such as `segments.vip`. */
  readonly definition: string;
  readonly node: YamlNode;
  readonly text: string;
  /** Column, from 1, of the key whose value the rule is. */
  readonly keyColumn: number;
  /** Inside braces or brackets. */
  readonly inFlow: boolean;
};

/** Rules that are written as trees, or that aliases stand for, are not texts. */
export function ruleTexts(root: YamlNode): readonly RuleText[] {
  const found: RuleText[] = [];
  if (root.child('steps') === undefined) {
    addDefinitions(root, found, root.isFlow());
    return found;
  }
  const definitions = root.child('definitions');
  if (definitions !== undefined) addDefinitions(definitions, found, root.isFlow());
  for (const step of root.child('steps')?.items() ?? []) {
    const define = step.child('define');
    // What a scenario expects to be refused is wrong on purpose.
    const refused = step.child('rejected') !== undefined;
    if (define !== undefined && !refused) addDefinitions(define, found, step.isFlow());
  }
  return found;
}

function addDefinitions(root: YamlNode, found: RuleText[], outerFlow: boolean): void {
  const segments = root.child('segments');
  for (const entry of segments?.entries() ?? []) {
    const flow = outerFlow || root.isFlow() || segments?.isFlow() === true;
    const rule = entry.node.entry('rule');
    if (rule === undefined) add(entry, `segments.${entry.key}`, flow, found);
    else add(rule, `segments.${entry.key}`, flow || entry.node.isFlow(), found);
  }
  const lifecycles = root.child('lifecycles');
  for (const lifecycle of lifecycles?.entries() ?? []) {
    const stages = lifecycle.node.child('stages');
    for (const item of stages?.items() ?? []) {
      const around = [root, lifecycles, lifecycle.node, stages, item];
      const flow = outerFlow || around.some((node) => node?.isFlow() === true);
      for (const stage of item.entries() ?? []) {
        add(stage, `lifecycles.${lifecycle.key}.${stage.key}`, flow, found);
      }
    }
  }
}

function add(entry: YamlEntry, definition: string, inFlow: boolean, found: RuleText[]): void {
  const { node, keyPlace } = entry;
  const text = node.scalar();
  if (typeof text !== 'string' || node.scalarRange() === undefined) return;
  found.push({ definition, node, text, keyColumn: keyPlace.column, inFlow });
}
