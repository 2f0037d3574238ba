/**
 * Tree → text, canonically: one spelling for one tree, with the fewest brackets that keep its meaning.
 *
 * Reading the text again gives the same tree, comments included. Rules that are too long for one line are broken
 * before `and` and `or`, after brackets and commas.
 *
 * Two things need brackets although precedence alone does not ask for them: a `where` that an `and` or `or` would
 * follow, since `where` takes everything up to the window; and `and` or `or` with a comment of its own, since a comment
 * before them belongs to their first operand.
 */

import { group, hardline, indent, join, layOut, line, softline, type Doc } from './format-layout.ts';
import { wordPattern } from './lexer.ts';
import type {
  Condition,
  EventPattern,
  EventSource,
  Literal,
  Path,
  SequenceStep,
  Value,
  Window,
} from './tree.ts';

export type FormatOptions = {
  /** Characters in a line, where it can be kept (default 100). */
  readonly width?: number;
};

const defaultWidth = 100;

/** The canonical text of a rule. */
export function formatRule(tree: Condition, options: FormatOptions = {}): string {
  return layOut(conditionDoc(tree, orLevel, false), options.width ?? defaultWidth);
}

/** The canonical text of a value. */
export function formatValue(tree: Value, options: FormatOptions = {}): string {
  return layOut(valueDoc(tree, sumLevel), options.width ?? defaultWidth);
}

/** The canonical text of an event pattern. */
export function formatEventPattern(tree: EventPattern, options: FormatOptions = {}): string {
  return layOut(eventsDoc(tree), options.width ?? defaultWidth);
}

/** The canonical text of a window. */
export function formatWindow(tree: Window, options: FormatOptions = {}): string {
  return layOut(windowDoc(tree), options.width ?? defaultWidth);
}

/** The canonical text of a literal; it is on one line. */
export function formatLiteral(tree: Literal): string {
  switch (tree.kind) {
    case 'number':
      return String(tree.value === 0 ? 0 : tree.value);
    case 'string':
      return quoted(tree.value);
    case 'boolean':
      return String(tree.value);
    case 'date':
      return tree.text;
    case 'duration':
      return tree.negative === true ? `-${tree.text}` : tree.text;
  }
}

// --- Conditions

const orLevel = 1;
const andLevel = 2;
const notLevel = 3;
const forLevel = 4;
const leafLevel = 5;

/** `followed`: an `and` or `or` comes next, which an unbounded `where` would swallow. */
function conditionDoc(node: Condition, level: number, followed: boolean): Doc {
  const own = levelOf(node);
  const chain = node.kind === 'and' || node.kind === 'or';
  const commented = node.comments !== undefined && node.comments.length > 0;
  const swallows = followed && own === leafLevel && endsInWhere(node);
  const bracketed = own < level || (chain && commented) || swallows;
  const body = bracketed ? brackets(bareCondition(node, false)) : bareCondition(node, followed);
  if (!commented) return body;
  const commentedBody: Doc = [commentLines(node), body];
  // Only where a condition may begin does a comment belong to it; behind `for`'s operand stands more.
  return level > notLevel ? brackets([hardline, commentedBody]) : commentedBody;
}

/** The comments of a node, each with the line break behind it. */
function commentLines(node: Condition): Doc {
  return (node.comments ?? []).flatMap((text) => [text === '' ? '#' : `# ${text}`, hardline]);
}

/** A literal stays on the line of its operator. */
function compareDoc(node: Extract<Condition, { kind: 'compare' }>): Doc {
  const right = valueDoc(node.right, sumLevel);
  const literal = typeof right === 'string';
  return group([
    valueDoc(node.left, sumLevel),
    literal ? ` ${node.op} ${right}` : indent([line, `${node.op} `, right]),
  ]);
}

function levelOf(node: Condition): number {
  if (node.kind === 'or') return orLevel;
  if (node.kind === 'and') return andLevel;
  if (node.kind === 'not') return notLevel;
  return node.kind === 'for' ? forLevel : leafLevel;
}

function bareCondition(node: Condition, followed: boolean): Doc {
  switch (node.kind) {
    case 'literal':
      return String(node.value);
    case 'and':
    case 'or':
      return chainDoc(node.kind, node.items, followed);
    case 'not': {
      const item = conditionDoc(node.item, notLevel, followed);
      return hasComments(node.item) ? ['not', hardline, item] : ['not ', item];
    }
    case 'for':
      return [conditionDoc(node.item, forLevel, false), ` for ${node.duration}`];
    case 'compare':
      return compareDoc(node);
    case 'one_of': {
      const literals = join([',', line], node.values.map(formatLiteral));
      return [
        valueDoc(node.value, sumLevel),
        node.negated ? ' not in ' : ' in ',
        group(['[', indent([softline, literals]), softline, ']']),
      ];
    }
    case 'text':
      return group([
        valueDoc(node.value, sumLevel),
        ` ${node.op.replace('_', ' ')}`,
        indent([line, quoted(node.text)]),
      ]);
    case 'presence':
      return [valueDoc(node.value, sumLevel), node.present ? ' exists' : ' is missing'];
    case 'did':
      return group([node.negated ? 'did not ' : 'did ', eventsDoc(node.events), trailingWindow(node.window)]);
    case 'sequence':
      return sequenceDoc(node);
    case 'in_segment':
      return `in ${node.segment}`;
    case 'in_list':
      return `in list ${node.list}`;
    case 'subscribed':
      return node.to.kind === 'channel'
        ? `subscribed(${node.to.channel})`
        : `subscribed(${quoted(node.to.topic)})`;
    case 'sample':
      return `sample(${String(node.percent === 0 ? 0 : node.percent)}%, ${quoted(node.seed)})`;
  }
}

function chainDoc(word: 'and' | 'or', items: readonly Condition[], followed: boolean): Doc {
  const level = word === 'and' ? notLevel : andLevel;
  const docs = items.map((item, index): Doc => {
    const comes = followed || index < items.length - 1;
    if (index > 0 && item.comments !== undefined && item.comments.length > 0) {
      // Comments before the word belong to what follows it.
      const { comments: _, ...bare } = item;
      const chain = bare.kind === 'and' || bare.kind === 'or';
      return [
        hardline,
        commentLines(item),
        `${word} `,
        chain ? brackets(bareCondition(bare, false)) : conditionDoc(bare, level, comes),
      ];
    }
    const doc = conditionDoc(item, level, comes);
    if (index === 0) return doc;
    return hasComments(item) ? [line, word, hardline, doc] : [line, `${word} `, doc];
  });
  return group(docs);
}

/** A comment at the very beginning of the text of a condition, where the line before it has to end. */
function hasComments(node: Condition): boolean {
  if (node.comments !== undefined && node.comments.length > 0) return true;
  const first = node.kind === 'and' || node.kind === 'or' ? node.items[0] : undefined;
  return first !== undefined && hasComments(first);
}

function sequenceDoc(node: Extract<Condition, { kind: 'sequence' }>): Doc {
  const steps = node.steps.map(stepDoc);
  const absent = node.absent === undefined ? [] : [['no ', stepDoc(node.absent)]];
  const on = node.on === undefined ? [] : [line, `on ${pathText(node.on)}`];
  const body = join([',', line], [...steps, ...absent]);
  return group([
    group(['seq(', indent([softline, body, ...on]), softline, ')']),
    ...(node.window === undefined ? [] : [' ', windowDoc(node.window)]),
  ]);
}

function stepDoc(step: SequenceStep): Doc {
  return group([
    eventsDoc(step.events),
    ...(step.within === undefined ? [] : [indent([line, `within ${step.within}`])]),
  ]);
}

function trailingWindow(window: Window | undefined): Doc {
  return window === undefined ? [] : indent([line, windowDoc(window)]);
}

/** Whether the text ends in a `where` that has no closing bracket or window behind it. */
function endsInWhere(node: Condition): boolean {
  if (node.kind !== 'did' && node.kind !== 'sequence') return false;
  if (node.window !== undefined) {
    return node.window.kind === 'after_last' && node.window.events.where !== undefined;
  }
  return node.kind === 'did' && node.events.where !== undefined;
}

function brackets(doc: Doc): Doc {
  return group(['(', indent([softline, doc]), softline, ')']);
}

// --- Events and windows

function eventsDoc(node: EventPattern): Doc {
  const source = sourceText(node.source);
  if (node.where === undefined) return source;
  const where = conditionDoc(node.where, orLevel, false);
  const commented = hasComments(node.where);
  return group([source, indent([line, commented ? ['where', hardline] : 'where ', where])]);
}

function sourceText(source: EventSource): string {
  switch (source.kind) {
    case 'track':
      return quoted(source.name);
    case 'page':
      return `page ${quoted(source.name)}`;
    case 'screen':
      return `screen ${quoted(source.name)}`;
    case 'prefix':
      return `event starts with ${quoted(source.prefix)}`;
    case 'any':
      return 'any event';
  }
}

function windowDoc(window: Window): Doc {
  switch (window.kind) {
    case 'last':
      return `last ${window.duration}`;
    case 'ago':
      return `from ${window.from} to ${window.to} ago`;
    case 'calendar':
      return `last ${window.n} calendar ${window.unit}${window.n === 1 ? '' : 's'}`;
    case 'since':
      return `since ${window.from.text}`;
    case 'before':
      return `before ${window.to.text}`;
    case 'between':
      return `from ${window.from.text} to ${window.to.text}`;
    case 'after_last':
      return ['after last ', eventsDoc(window.events)];
  }
}

// --- Values

const sumLevel = 1;
const productLevel = 2;
const operandLevel = 3;

function valueDoc(node: Value, level: number): Doc {
  if (node.kind !== 'arithmetic') return operandDoc(node);
  const own = node.op === '+' || node.op === '-' ? sumLevel : productLevel;
  const sum: Doc = [
    valueDoc(node.left, own),
    indent([line, `${node.op} `, valueDoc(node.right, own === sumLevel ? productLevel : operandLevel)]),
  ];
  return own < level ? brackets(sum) : group(sum);
}

function operandDoc(node: Exclude<Value, { kind: 'arithmetic' }>): Doc {
  switch (node.kind) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'date':
    case 'duration':
      return formatLiteral(node);
    case 'trait':
      return `trait${tailText(node.path)}`;
    case 'property':
      return pathText(node.path);
    case 'count':
    case 'days':
      return call(node.kind, eventArguments([], node));
    case 'aggregate':
      return call(node.fn, eventArguments([`${pathText(node.property)} of `], node));
    case 'age_of_event':
      return call('age', eventArguments([`${node.which} `], node));
    case 'age_in_segment':
      return call('age', [`${node.change} ${node.segment}`]);
    case 'age':
    case 'until':
    case 'days_until_anniversary':
    case 'percentile':
    case 'quintile':
      return call(node.kind, [valueDoc(node.of, sumLevel)]);
    case 'rfm':
      return call('rfm', node.model === undefined ? [node.part] : [node.part, node.model]);
    case 'stage':
      return call('stage', [node.lifecycle]);
    case 'score':
      return call('score', [node.name]);
    case 'coalesce':
      return call(
        'coalesce',
        node.values.map((value) => valueDoc(value, sumLevel)),
      );
  }
}

function eventArguments(
  before: readonly Doc[],
  node: { readonly events: EventPattern; readonly window?: Window },
): readonly Doc[] {
  const events: Doc = [...before, eventsDoc(node.events)];
  return node.window === undefined ? [events] : [events, windowDoc(node.window)];
}

function call(name: string, parts: readonly Doc[]): Doc {
  return group([`${name}(`, indent([softline, join([',', line], parts)]), softline, ')']);
}

// --- Words

/** Words that do not read as a property where a condition on properties begins. */
const reservedWords: ReadonlySet<string> = new Set(
  'and or not true false null in did seq subscribed sample trait properties where'.split(' '),
);

/** A path into properties: `products.category`, `properties["loyalty tier"].name`. */
export function pathText(path: Path): string {
  const [first = '', ...rest] = path;
  if (!wordPattern.test(first) || reservedWords.has(first)) {
    return `properties[${quoted(first)}]${tailText(rest)}`;
  }
  return `${first}${tailText(rest)}`;
}

function tailText(path: Path): string {
  return path.map((segment) => (wordPattern.test(segment) ? `.${segment}` : `[${quoted(segment)}]`)).join('');
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
