/**
 * Tree → an English sentence for people who do not read rules: generated, never read back.
 *
 * Every condition is a clause about the customer that can follow “who”, “whose” or “for whom”, and also “they” or
 * “their” where it stands inside another. Facts about an age are turned into what people say: `age(last E) > 30d` is
 * “whose last E was more than 30 days ago”.
 */

import {
  doing,
  durationText,
  eventName,
  full,
  list,
  literalText,
  pathName,
  valueNoun,
  windowText,
} from './english-values.ts';
import type { CompareOperator, Condition, Literal, TextOperator, Value } from './tree.ts';

/** “Customers who have done “Order Completed” at least 3 times in the last 30 days.” */
export function toEnglish(condition: Condition): string {
  if (condition.kind === 'literal') return condition.value ? 'Everyone.' : 'Nobody.';
  return `Customers ${relative(condition, false)}.`;
}

/** “The total revenue of “Order Completed” events in the last 30 days.” */
export function valueToEnglish(value: Value): string {
  const noun = valueNoun(value);
  const text = noun.own ? `the customer’s ${noun.text}` : noun.text;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** What follows its subject; `plain` clauses have their subject in them. */
type Clause = { readonly subject: 'who' | 'whose' | 'plain'; readonly text: string };

const who = (text: string): Clause => ({ subject: 'who', text });
const whose = (text: string): Clause => ({ subject: 'whose', text });
const plain = (text: string): Clause => ({ subject: 'plain', text });

/** As a relative clause; `inside` another one, where a chain is set apart. */
function relative(condition: Condition, inside: boolean): string {
  return joined(condition, inside, relative, ({ subject, text }) =>
    subject === 'plain' ? `for whom ${text}` : `${subject} ${text}`,
  );
}

/** As a main clause: “they have done …”, “their city is …”. */
function main(condition: Condition, inside: boolean): string {
  return joined(condition, inside, main, ({ subject, text }) => {
    if (subject === 'plain') return text;
    return subject === 'who' ? `they ${text}` : `their ${text}`;
  });
}

function joined(
  condition: Condition,
  inside: boolean,
  each: (item: Condition, inside: boolean) => string,
  say: (clause: Clause) => string,
): string {
  if (condition.kind !== 'and' && condition.kind !== 'or') return say(clauseOf(condition));
  const items = condition.items.map((item) => each(item, true));
  const last = items.at(-1) ?? '';
  const before = items.slice(0, -1).join(', ');
  if (!inside) return `${before}, ${condition.kind} ${last}`;
  return `(${condition.kind === 'or' ? 'either ' : ''}${before}${items.length > 2 ? ',' : ''} ${condition.kind} ${last})`;
}

function clauseOf(condition: Condition): Clause {
  switch (condition.kind) {
    case 'literal':
      return plain(condition.value ? 'nothing more is asked' : 'nothing can be true');
    case 'and':
    case 'or':
      return plain(main(condition, true));
    case 'not':
      return negation(condition.item);
    case 'for':
      return plain(
        `it has been true without a break for at least ${durationText(condition.duration)} that ${main(condition.item, true)}`,
      );
    case 'compare':
      return comparison(condition);
    case 'one_of':
      return about(
        condition.value,
        `${condition.negated ? 'is none of' : 'is'} ${list(condition.values.map(literalText), 'or')}`,
      );
    case 'text':
      return about(condition.value, `${textVerbs[condition.op]} “${condition.text}”`);
    case 'presence':
      return about(condition.value, condition.present ? 'is known' : 'is not known');
    case 'did':
      return who(
        `have ${condition.negated ? 'not ' : ''}${doing(condition.events, condition.negated)}${windowText(condition.window)}`,
      );
    case 'sequence':
      return who(`have ${sequence(condition)}`);
    case 'in_segment':
      return who(`are in the segment “${condition.segment}”`);
    case 'in_list':
      return who(`are on the list “${condition.list}”`);
    case 'subscribed':
      return who(`are subscribed to ${subscription(condition.to)}`);
    case 'sample':
      return who(`are in a fixed random ${condition.percent}% of all customers (seed “${condition.seed}”)`);
  }
}

const textVerbs: Readonly<Record<TextOperator, string>> = {
  contains: 'contains',
  starts_with: 'starts with',
  ends_with: 'ends with',
  matches: 'matches the pattern',
};

/** What can be negated in words is; for the rest it is said that it is not true. */
function negation(item: Condition): Clause {
  switch (item.kind) {
    case 'did':
      return clauseOf({ ...item, negated: !item.negated });
    case 'one_of':
      return clauseOf({ ...item, negated: !item.negated });
    case 'presence':
      return clauseOf({ ...item, present: !item.present });
    case 'literal':
      return clauseOf({ ...item, value: !item.value });
    case 'sequence':
      return who(`have not ${sequence(item)}`);
    case 'in_segment':
      return who(`are not in the segment “${item.segment}”`);
    case 'in_list':
      return who(`are not on the list “${item.list}”`);
    case 'subscribed':
      return who(`are not subscribed to ${subscription(item.to)}`);
    case 'sample':
      return who(`are not in a fixed random ${item.percent}% of all customers (seed “${item.seed}”)`);
    case 'compare':
      // Exactly each other's negation, whatever is missing; the orders are not.
      if (item.op === '=' || item.op === '!=') {
        return comparison({ ...item, op: item.op === '=' ? '!=' : '=' });
      }
      return untrue(item);
    case 'and':
    case 'or':
    case 'not':
    case 'for':
    case 'text':
      return untrue(item);
  }
}

function untrue(item: Condition): Clause {
  return plain(`it is not true that ${main(item, true)}`);
}

function subscription(to: Extract<Condition, { kind: 'subscribed' }>['to']): string {
  return to.kind === 'channel' ? to.channel : `the topic “${to.topic}”`;
}

function sequence(node: Extract<Condition, { kind: 'sequence' }>): string {
  const steps = node.steps.map((step, index) => {
    const within = step.within === undefined ? '' : ` within ${durationText(step.within)}`;
    return index === 0 ? doing(step.events) : `then ${doing(step.events)}${within}`;
  });
  const absent =
    node.absent === undefined
      ? []
      : [`then not ${doing(node.absent.events, true)} within ${durationText(node.absent.within)}`];
  const same = node.on === undefined ? [] : [`with the same ${pathName(node.on)} throughout`];
  const window = node.window === undefined ? [] : [`the last of it${windowText(node.window)}`];
  return [...steps, ...absent, ...same, ...window].join(', ');
}

// --- Comparisons

const mirrored: Readonly<Record<CompareOperator, CompareOperator>> = {
  '=': '=',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

function comparison({
  op,
  left,
  right,
}: {
  readonly op: CompareOperator;
  readonly left: Value;
  readonly right: Value;
}): Clause {
  if (isLiteral(left) && !isLiteral(right)) return comparison({ op: mirrored[op], left: right, right: left });
  if (left.kind === 'count' && right.kind === 'number' && Number.isInteger(right.value) && right.value >= 0) {
    return counted(left, op, right.value);
  }
  if (right.kind === 'duration' && right.negative !== true) {
    const duration = durationText(right.text);
    if (left.kind === 'age_of_event') {
      return whose(
        `${left.which} ${eventName(left.events)}${windowText(left.window)} was ${ago[op]} ${duration} ago`,
      );
    }
    if (left.kind === 'age_in_segment') {
      return who(`last ${left.change} the segment “${left.segment}” ${ago[op]} ${duration} ago`);
    }
    if (left.kind === 'age') return about(left.of, `was ${ago[op]} ${duration} ago`);
    if (left.kind === 'until') return about(left.of, `is ${ago[op]} ${duration} away`);
  }
  return about(left, `${operatorWords(op, right)} ${full(right)}`);
}

const ago: Readonly<Record<CompareOperator, string>> = {
  '=': 'exactly',
  '!=': 'not exactly',
  '<': 'less than',
  '<=': 'at most',
  '>': 'more than',
  '>=': 'at least',
};

function counted(count: Extract<Value, { kind: 'count' }>, op: CompareOperator, n: number): Clause {
  const window = windowText(count.window);
  const never = (op === '=' && n === 0) || (op === '<=' && n === 0) || (op === '<' && n === 1);
  if (never) return who(`have not ${doing(count.events, true)}${window}`);
  const times = n === 1 ? 'once' : n === 2 ? 'twice' : `${n} times`;
  const words =
    op === '<'
      ? 'fewer than'
      : op === '='
        ? 'exactly'
        : op === '!='
          ? 'any number of times other than'
          : ago[op];
  const often =
    op === '!='
      ? `${words} ${n}`
      : `${words} ${op === '<' || op === '>' ? (n === 1 ? 'one time' : `${n} times`) : times}`;
  return who(`have ${doing(count.events)} ${often}${window}`);
}

function about(value: Value, predicate: string): Clause {
  const noun = valueNoun(value);
  return noun.own ? whose(`${noun.text} ${predicate}`) : plain(`${noun.text} ${predicate}`);
}

function operatorWords(op: CompareOperator, right: Value): string {
  if (op === '=') return 'is';
  if (op === '!=') return 'is not';
  if (right.kind === 'date') {
    return { '<': 'is before', '<=': 'is at or before', '>': 'is after', '>=': 'is at or after' }[op];
  }
  if (right.kind === 'string') {
    return { '<': 'sorts before', '<=': 'sorts before or is', '>': 'sorts after', '>=': 'sorts after or is' }[
      op
    ];
  }
  return { '<': 'is less than', '<=': 'is at most', '>': 'is more than', '>=': 'is at least' }[op];
}

function isLiteral(value: Value): value is Literal {
  return (
    value.kind === 'number' ||
    value.kind === 'string' ||
    value.kind === 'boolean' ||
    value.kind === 'date' ||
    value.kind === 'duration'
  );
}
