/** Looks at one check of a step: asks the subject, compares, and says what was expected and what was found. */

import type { Zone } from '@segue/core/base/zone.ts';
import { compareStrings } from '@segue/core/base/order.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import { readingsOf } from '@segue/core/model/identifiers.ts';
import { nearestName } from '@segue/core/rules/names.ts';
import { checkValue } from '@segue/core/rules/check.ts';

import { showExpected, showValue, significantDigits, valueMatches } from './expected-value.ts';
import { matchChanges } from './match-changes.ts';
import type { Explanation } from './outcome.ts';
import type { Check, ExpectedChange } from './scenario.ts';
import type { Awaitable, CustomerNumber, EmittedChange, ScenarioSubject } from './subject.ts';

/** What a check needs to know of the run. */
export type CheckContext = {
  readonly subject: ScenarioSubject;
  readonly zone: Zone;
  readonly definitions: Definitions;
  /** Every segment and lifecycle stage that has been defined since the start: those removed are empty, not unknown. */
  readonly segmentsSeen: ReadonlySet<string>;
  readonly stagesSeen: ReadonlyMap<string, ReadonlySet<string>>;
  /** Whether the customer of a change has been known by a name, then or before. */
  readonly wasNamed: (name: string, change: EmittedChange) => boolean;
  readonly nameOfChange: (change: EmittedChange) => Promise<string>;
};

export type CheckResult = {
  readonly what: string;
  /** What was found, in words that are the same for every route. Undefined where the route cannot tell. */
  readonly found: string | undefined;
  /** Set when the check failed. */
  readonly failure?: {
    readonly expected: string;
    readonly found: string;
    readonly explanations: readonly Explanation[];
  };
};

/** Most wrong members that are explained one by one; a list of thousands helps nobody. */
const explanationsMax = 10;

export async function checkStep(check: Check, context: CheckContext): Promise<CheckResult> {
  switch (check.kind) {
    case 'members':
      return checkSegment(check.segment, check.expected, context);
    case 'stage':
      return checkStage(check.lifecycle, check.stage, check.expected, context);
    case 'value':
      return checkOneValue(check, context);
    case 'size':
      return checkSize(check, context);
    case 'changes':
      return checkChanges(check.expected, context);
    case 'actions':
      return checkActions(check.expectedCount);
  }
}

async function checkSegment(
  segment: string,
  expected: readonly string[],
  context: CheckContext,
): Promise<CheckResult> {
  const what = `expect ${segment}`;
  if (!context.segmentsSeen.has(segment)) {
    const lifecycle = context.definitions.lifecycles.has(segment);
    if (lifecycle) {
      return failed(what, 'members by stage, such as { active: [asha] }', `"${segment}" is a lifecycle`);
    }
    const known = [...context.definitions.segments.keys(), ...context.definitions.lifecycles.keys()];
    return failed(
      what,
      'a segment or lifecycle',
      `nothing is called "${segment}"${didYouMean(segment, known)}`,
    );
  }
  const removed = !context.definitions.segments.has(segment);
  const members = removed ? [] : await context.subject.members(segment);
  return compareMembers(what, expected, members, context, (customer) =>
    removed ? [`${segment} has been removed`] : context.subject.explain(customer, segment),
  );
}

async function checkStage(
  lifecycle: string,
  stage: string,
  expected: readonly string[],
  context: CheckContext,
): Promise<CheckResult> {
  const what = `expect ${lifecycle} ${stage}`;
  const stages = context.stagesSeen.get(lifecycle);
  if (stages === undefined) {
    const known = [...context.definitions.lifecycles.keys()];
    if (context.segmentsSeen.has(lifecycle)) {
      return failed(what, 'a list of members, such as [asha]', `"${lifecycle}" is a segment`);
    }
    return failed(
      what,
      'a lifecycle',
      `no lifecycle is called "${lifecycle}"${didYouMean(lifecycle, known)}`,
    );
  }
  if (!stages.has(stage)) {
    return failed(
      what,
      `a stage of ${lifecycle}`,
      `it has no stage "${stage}"${didYouMean(stage, [...stages])}`,
    );
  }
  const current = context.definitions.lifecycles.get(lifecycle);
  const exists = current?.stages.some((candidate) => candidate.name === stage) === true;
  const members = exists ? await context.subject.stageMembers(lifecycle, stage) : [];
  return compareMembers(what, expected, members, context, async (customer) => {
    for (const { name } of current?.stages ?? []) {
      if ((await context.subject.stageMembers(lifecycle, name)).includes(customer)) {
        return [`is in stage ${name}`];
      }
    }
    return ['is in no stage'];
  });
}

/** Sets of customers are compared as customers, so that any of their names will do. */
async function compareMembers(
  what: string,
  expected: readonly string[],
  members: readonly CustomerNumber[],
  context: CheckContext,
  explain: (customer: CustomerNumber) => Awaitable<readonly string[]>,
): Promise<CheckResult> {
  const { subject } = context;
  const memberSet = new Set(members);
  const wanted = new Map<CustomerNumber, string>();
  const wrong: Explanation[] = [];
  const customers = await findCustomers(subject, expected);
  for (const [i, name] of expected.entries()) {
    const customer = customers[i];
    if (customer === undefined) wrong.push({ customer: name, lines: ['no customer is known by this name'] });
    else wanted.set(customer, name);
  }
  for (const [customer, name] of wanted) {
    if (memberSet.has(customer)) continue;
    wrong.push({ customer: name, lines: ['is missing', ...(await explain(customer))] });
  }
  const names = await subject.namesOf([...memberSet]);
  for (const [i, customer] of [...memberSet].entries()) {
    if (wanted.has(customer)) continue;
    wrong.push({ customer: names[i] ?? '', lines: ['should not be here', ...(await explain(customer))] });
  }
  const found = showNames(names);
  if (wrong.length === 0) return { what, found };
  const shown = [...memberSet].map((customer, i) => wanted.get(customer) ?? names[i] ?? '');
  return {
    what,
    found,
    failure: {
      expected: showNames(expected),
      found: showNames(shown),
      explanations: wrong.slice(0, explanationsMax),
    },
  };
}

async function checkOneValue(
  check: Check & { readonly kind: 'value' },
  context: CheckContext,
): Promise<CheckResult> {
  const what = `value ${check.text} of ${check.customer}`;
  const expected = showExpected(check.is);
  const faults = checkValue(check.of, { definitions: context.definitions }).filter(
    (fault) => fault.severity === 'error',
  );
  if (faults.length > 0) return failed(what, expected, faults.map((fault) => fault.message).join('; '));
  const [customer] = await findCustomers(context.subject, [check.customer]);
  if (customer === undefined) {
    // Of nobody everything is missing; that is also how an erased customer is looked at.
    if (check.is === null) return { what, found: 'missing' };
    return failed(what, expected, `no customer is known as "${check.customer}"`);
  }
  const value = await context.subject.value(customer, check.of);
  // Routes agree when their values do to the digits that a scenario compares.
  const found = showValue(value, context.zone, significantDigits);
  if (valueMatches(check.is, value, context.zone)) return { what, found };
  return { ...failed(what, expected, showValue(value, context.zone)), found };
}

async function checkSize(
  check: Check & { readonly kind: 'size' },
  context: CheckContext,
): Promise<CheckResult> {
  const what = `size ${check.segment}`;
  const expected = check.min === check.max ? String(check.min) : `${check.min}..${check.max}`;
  if (!context.segmentsSeen.has(check.segment)) {
    const hint = didYouMean(check.segment, [...context.definitions.segments.keys()]);
    return failed(what, expected, `no segment is called "${check.segment}"${hint}`);
  }
  const removed = !context.definitions.segments.has(check.segment);
  const size = removed ? 0 : (await context.subject.members(check.segment)).length;
  if (size >= check.min && size <= check.max) return { what, found: String(size) };
  return { ...failed(what, expected, String(size)), found: String(size) };
}

async function checkChanges(
  expected: readonly ExpectedChange[],
  context: CheckContext,
): Promise<CheckResult> {
  const what = 'changes';
  const found = await context.subject.takeChanges();
  if (found === undefined) return { what, found: undefined };
  const names = [...new Set(expected.map(({ customer }) => customer))];
  const customers = await findCustomers(context.subject, names);
  const named = new Map(names.map((name, i) => [name, customers[i]]));
  const mismatch = matchChanges(
    expected,
    found,
    (name, change) => named.get(name) === change.profile || context.wasNamed(name, change),
  );
  if (mismatch === undefined) return { what, found: undefined };
  const show = (change: EmittedChange): Promise<string> => showChange(change, context);
  const notes: Explanation[] = [
    ...mismatch.missing.map((change) => ({
      customer: change.customer,
      lines: [`not seen: ${showListed(change, context)}`],
    })),
    ...(await Promise.all(
      mismatch.unexpected.map(async (change) => ({
        customer: await context.nameOfChange(change),
        lines: [`not listed: ${await show(change)}`],
      })),
    )),
  ];
  if (mismatch.misordered) {
    notes.push({ customer: '', lines: ['all are there, but not in the order of their instants'] });
  }
  return {
    what,
    found: undefined,
    failure: {
      expected: showLines(expected.map((change) => showListed(change, context))),
      found: showLines(await Promise.all(found.map(show))),
      explanations: notes.slice(0, explanationsMax),
    },
  };
}

function checkActions(expectedCount: number): CheckResult {
  const what = 'actions';
  if (expectedCount === 0) return { what, found: undefined };
  const expected = expectedCount === 1 ? '1 action' : `${expectedCount} actions`;
  return failed(what, expected, 'journeys are not part of this version, so nothing was done');
}

/**
 * By any identifier, as written or in the form in which e-mails and phone numbers are compared; in the order of the names.
 */
async function findCustomers(
  subject: ScenarioSubject,
  names: readonly string[],
): Promise<readonly (CustomerNumber | undefined)[]> {
  const readings = names.map((name) => readingsOf(name));
  const found = await subject.findCustomers(readings.flat());
  let from = 0;
  return readings.map(({ length }) => {
    const own = found.slice(from, from + length);
    from += length;
    return own.find((customer) => customer !== undefined);
  });
}

function failed(what: string, expected: string, found: string): CheckResult {
  return { what, found: undefined, failure: { expected, found, explanations: [] } };
}

function didYouMean(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`;
}

export function showNames(names: readonly string[]): string {
  return names.length === 0 ? 'nobody' : [...names].sort(compareStrings).join(', ');
}

function showLines(lines: readonly string[]): string {
  return lines.length === 0 ? 'nothing' : lines.join('\n');
}

async function showChange(change: EmittedChange, context: CheckContext): Promise<string> {
  const { segment, at, cause, messageId } = change;
  const by = messageId === undefined ? cause : `${cause} ${messageId}`;
  return `${await context.nameOfChange(change)} ${change.change} ${segment} at ${context.zone.format(at)} (${by})`;
}

function showListed(change: ExpectedChange, context: CheckContext): string {
  const at = change.at === undefined ? '' : ` at ${context.zone.format(change.at)}`;
  const notes = [
    change.cause,
    change.messageId,
    change.version === undefined ? undefined : `version ${change.version}`,
  ];
  const noted = notes.filter((note) => note !== undefined).join(' ');
  return `${change.customer} ${change.change} ${change.segment}${at}${noted === '' ? '' : ` (${noted})`}`;
}
