/**
 * Formats the rules in a YAML file and nothing else: comments, order, blank lines and quoting stay as they were.
 *
 * Only the characters of a rule that is not in canonical form are replaced, in the style in which it stands (plain,
 * quoted, block) as long as that style can hold it. A rule too long for its line becomes a block of several lines. The
 * result is read again and must hold the same rules, so a file is never damaged.
 */

import { assert } from '@segue/core/base/assert.ts';
import { fail, ok, type Result } from '@segue/core/base/result.ts';
import { formatRule } from '@segue/core/rules/format.ts';
import { parseRule } from '@segue/core/rules/parse.ts';
import type { Condition } from '@segue/core/rules/tree.ts';

import { placeDiagnostics } from './place-diagnostics.ts';
import type { PlacedDiagnostic } from './place.ts';
import { ruleTexts, type RuleText } from './rule-texts.ts';
import { parseYaml, type ScalarRange, type YamlSource } from './yaml-source.ts';

/** Characters of a line of the file that a rule is kept within where it can be. */
const lineWidth = 110;
/** A rule that is deeply indented still gets this much. */
const ruleWidthMin = 40;

export type Formatted = {
  readonly text: string;
  /** The definitions whose rules were changed. */
  readonly changed: readonly string[];
};

type Edit = { readonly start: number; readonly end: number; readonly replacement: string };

/** The file's text with its rules formatted; fails where it is not YAML or a rule cannot be parsed. */
export function formatDefinitions(
  file: string,
  text: string,
): Result<Formatted, readonly PlacedDiagnostic[]> {
  const source = parseYaml(file, text);
  if (!source.ok) return source;
  const rules = rulesOf(source.value);
  const faults: PlacedDiagnostic[] = [];
  const edits: Edit[] = [];
  const changed: string[] = [];
  for (const rule of rules) {
    const parsed = parseRule(rule.text);
    const errors = parsed.diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
    faults.push(
      ...placeDiagnostics(rule.node, errors).map((error) => ({ ...error, definition: rule.definition })),
    );
    const range = rule.node.scalarRange();
    if (parsed.tree === undefined || range === undefined) continue;
    const edit = editOf(rule, parsed.tree, range, text);
    if (edit === undefined) continue;
    edits.push(edit);
    changed.push(rule.definition);
  }
  if (faults.length > 0) return fail(faults);
  edits.sort((a, b) => a.start - b.start);
  const formatted = applyEdits(text, edits);
  if (edits.length > 0) assertSameRules(file, formatted, rules);
  return ok({ text: formatted, changed });
}

function rulesOf(source: YamlSource): readonly RuleText[] {
  return source.documents.flatMap((document) => ruleTexts(document));
}

/** Undefined where the rule stands as it should. */
function editOf(rule: RuleText, tree: Condition, range: ScalarRange, text: string): Edit | undefined {
  const oneLine = formatRule(tree, { width: Infinity });
  const indent = ' '.repeat(rule.keyColumn + 1);
  const block = range.style === 'literal' || range.style === 'folded';
  const room = block ? lineWidth - indent.length : lineWidth - (rule.node.place.column - 1);
  if (rule.inFlow || (!oneLine.includes('\n') && oneLine.length <= room)) {
    if (rule.text.trimEnd() === oneLine) return undefined;
    if (!block) {
      return { start: range.start, end: range.end, replacement: flowScalar(oneLine, range, rule.inFlow) };
    }
    return blockEdit([oneLine], indent, range, text);
  }
  const lines = formatRule(tree, { width: Math.max(ruleWidthMin, lineWidth - indent.length) });
  if (range.style === 'literal' && rule.text.trimEnd() === lines) return undefined;
  return blockEdit(lines.split('\n'), indent, range, text);
}

/** Plain or quoted, on one line. */
function flowScalar(value: string, range: ScalarRange, inFlow: boolean): string {
  if (value.includes('\n') || range.style === 'double') return JSON.stringify(value);
  const quoted = `'${value.replaceAll("'", "''")}'`;
  if (range.style === 'single') return quoted;
  return staysPlain(value, inFlow) ? value : quoted;
}

function staysPlain(value: string, inFlow: boolean): boolean {
  const sample = parseYaml('', inFlow ? `{ k: ${value} }` : `k: ${value}\n`);
  return sample.ok && sample.value.documents[0]?.entry('k')?.node.scalar() === value;
}

/** A comment behind the scalar moves behind the block's header, since it may not follow the block. */
function blockEdit(lines: readonly string[], indent: string, range: ScalarRange, text: string): Edit {
  const block = range.style === 'literal' || range.style === 'folded';
  const body = lines.map((line) => (line === '' ? '' : indent + line)).join('\n');
  if (!block) {
    const lineEnd = text.indexOf('\n', range.end);
    const end = lineEnd < 0 ? text.length : lineEnd;
    const comment = text.slice(range.end, end).trim();
    return { start: range.start, end, replacement: `|-${comment === '' ? '' : ` ${comment}`}\n${body}` };
  }
  const headerEnd = text.indexOf('\n', range.start);
  const header = text.slice(range.start, headerEnd).replace(/^[|>]([+-]?)\d?([+-]?)/, '|$1$2');
  const ending = text.slice(range.start, range.end).endsWith('\n') ? '\n' : '';
  return { start: range.start, end: range.end, replacement: `${header.trimEnd()}\n${body}${ending}` };
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  const crlf = text.includes('\r\n');
  let result = '';
  let from = 0;
  for (const { start, end, replacement } of edits) {
    result += text.slice(from, start) + (crlf ? replacement.replaceAll('\n', '\r\n') : replacement);
    from = end;
  }
  return result + text.slice(from);
}

function assertSameRules(file: string, formatted: string, before: readonly RuleText[]): void {
  const source = parseYaml(file, formatted);
  const after = source.ok ? rulesOf(source.value) : [];
  const same =
    after.length === before.length && after.every((rule, i) => meaning(rule) === meaning(before[i]));
  assert(same, `formatting ${file} would change its rules`);
}

function meaning(rule: RuleText | undefined): string {
  return rule === undefined ? '' : `${rule.definition} ${JSON.stringify(parseRule(rule.text).tree)}`;
}
