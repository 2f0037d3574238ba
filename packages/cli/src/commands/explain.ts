/**
 * `segue explain`: why a customer is in a segment or not, since when, until when, and what would change it.
 *
 * The files are read twice: first only to learn by which identifiers the customer is known at the end, then through the
 * rules, keeping the messages that bear one of those. So memory holds one customer's history, however long the files.
 */

import type { Command } from 'commander';

import type { Zone } from '@segue/core/base/zone.ts';
import type { Engine, ProfileView } from '@segue/core/engine/engine.ts';
import { explain, type Explanation, outline, type Outline } from '@segue/core/engine/explain.ts';
import { explainText, instantText } from '@segue/core/engine/explain-text.ts';
import { noDefinitions } from '@segue/core/model/definitions.ts';
import type { Message } from '@segue/core/model/message.ts';
import { nearestName } from '@segue/core/rules/names.ts';

import { exitOk, exitUnusable } from '../exit-code.ts';
import {
  addPastOptions,
  complain,
  isKnown,
  type Past,
  type PastOptions,
  reach,
  readPast,
} from '../explain/past.ts';
import { counted } from '../replay/figures.ts';
import type { Colours, Terminal } from '../terminal.ts';

type ExplainOptions = PastOptions & { readonly segment?: string; readonly json?: true };

export function registerExplain(program: Command, terminal: Terminal): void {
  addPastOptions(
    program
      .command('explain')
      .summary('say why a customer is in a segment or not, and what would change it')
      .description(
        'Plays files through the engine up to an instant and explains one customer there: each condition of the segment with the value found, the messages that decided, since when, until when, and the smallest thing that would change the answer. Without --segment: where the customer stands in all segments and lifecycles.',
      )
      .argument('<customer>', 'any identifier: a userId, anonymousId, e-mail, phone number or loyalty card')
      .argument(
        '<file...>',
        'CSV (with a mapping) or NDJSON of Segment messages; gzip is told by its contents',
      )
      .option('-s, --segment <name>', 'the segment to explain'),
  )
    .option('--json', 'print one JSON object; instants are milliseconds since 1970')
    .addHelpText(
      'after',
      `
Examples:
  segue explain 17850 orders.csv --mapping online_retail
  segue explain 17850 orders.csv --mapping online_retail --segment churn_alert --at 2011-09-01
  segue explain ann@example.com shop.ndjson.gz --segment high_intent --json | jq .explanation.until

Exit codes: 0 explained, 2 not (no such customer or segment, an unreadable file).`,
    )
    .action(async (customer: string, files: readonly string[], options: ExplainOptions) => {
      process.exitCode = await runExplain(customer, files, options, terminal);
    });
}

async function runExplain(
  customer: string,
  files: readonly string[],
  options: ExplainOptions,
  terminal: Terminal,
): Promise<number> {
  const past = await readPast(files, options, terminal);
  if (past === undefined) return exitUnusable;
  const { segment } = options;
  if (segment !== undefined && !isKnown('segment', segment, past.definitions.segments, terminal)) {
    return exitUnusable;
  }
  const found = await findCustomer(customer, past, terminal);
  if (typeof found === 'number') return found;
  const reached = await reach(past, { keepHistory: found.keep }, terminal);
  if (!reached.ok) return reached.exitCode;
  const { engine } = reached;
  const id = engine.findProfile(customer);
  const profile = id === undefined ? undefined : engine.profile(id);
  if (profile === undefined) return unknownCustomer(customer, engine, past.zone, terminal);
  const history = engine.history(profile.id);
  if (segment === undefined) {
    const found = outline(history, engine.world(), engine.now);
    terminal.write(
      options.json === true
        ? json({ customer: profile, ...found })
        : outlineText(profile, found, past.zone, terminal.colours),
    );
    return exitOk;
  }
  const explanation = explain(history, engine.world(), segment, engine.now);
  terminal.write(
    options.json === true
      ? json({ customer: profile, explanation })
      : explanationText(profile, explanation, past.zone, terminal.colours),
  );
  return exitOk;
}

type Found = { readonly keep: (message: Message) => boolean };

/** Which messages are about the customer; an exit code, and explained, where there is no such customer. */
async function findCustomer(customer: string, past: Past, terminal: Terminal): Promise<Found | number> {
  const reached = await reach(past, { definitions: noDefinitions }, terminal);
  if (!reached.ok) return reached.exitCode;
  const id = reached.engine.findProfile(customer);
  const profile = id === undefined ? undefined : reached.engine.profile(id);
  if (profile === undefined) return unknownCustomer(customer, reached.engine, past.zone, terminal);
  const names = new Set(profile.identifiers.map(({ kind, value }) => `${kind} ${value}`));
  return { keep: ({ identifiers }) => identifiers.some(({ kind, value }) => names.has(`${kind} ${value}`)) };
}

function unknownCustomer(customer: string, engine: Engine, zone: Zone, terminal: Terminal): number {
  const nearest = nearestName(customer, identifiersOf(engine));
  const hint =
    nearest === undefined
      ? 'name any identifier of theirs: a userId, anonymousId, e-mail, phone or loyalty card'
      : `did you mean ${nearest}?`;
  const among = counted(engine.profileCount(), 'customer');
  complain(
    `there is no customer “${customer}” among ${among} by ${instantText(engine.now, zone)}; ${hint}`,
    terminal,
  );
  return exitUnusable;
}

function* identifiersOf(engine: Engine): Iterable<string> {
  for (const id of engine.profileIds()) {
    for (const { value } of engine.profile(id)?.identifiers ?? []) yield value;
  }
}

function json(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

function headText(profile: ProfileView, at: number, zone: Zone, colours: Colours): string {
  const names = profile.identifiers.map(({ kind, value }) => `${kind} ${value}`).join(', ');
  return `${colours.bold(`Customer ${profile.displayId}`)} (${names}) at ${instantText(at, zone)} ${zone.name}`;
}

function explanationText(
  profile: ProfileView,
  explanation: Explanation,
  zone: Zone,
  colours: Colours,
): string {
  const lines = explainText(explanation, zone).map((line) =>
    line.replace(
      /^( +)(yes|no ) /,
      (_, indent: string, answer: string) =>
        `${indent}${answer === 'yes' ? colours.green(answer) : colours.red(answer)} `,
    ),
  );
  return `${[headText(profile, explanation.at, zone, colours), ...lines].join('\n')}\n`;
}

function outlineText(
  profile: ProfileView,
  { at, segments, stages }: Outline,
  zone: Zone,
  colours: Colours,
): string {
  const width = Math.max(
    0,
    ...segments.map(({ segment }) => segment.length),
    ...stages.map(({ lifecycle }) => lifecycle.length),
  );
  const spell = (row: Outline['segments'][number] | Outline['stages'][number], change: string): string => {
    const since =
      row.since === undefined
        ? ''
        : `since ${instantText(row.since.at, zone)}${row.since.orEarlier === true ? ' or earlier' : ''}`;
    return row.until === undefined
      ? since
      : `${since}, ${change} on ${instantText(row.until, zone)} if nothing happens`;
  };
  const rows = segments.map((row) => {
    const state = row.member ? colours.green('in    ') : colours.dim('not in');
    return `  ${state}  ${row.segment.padEnd(width)}  ${spell(row, row.member ? 'leaves' : 'enters')}`;
  });
  const steps = stages.map(
    (row) => `  stage   ${row.lifecycle.padEnd(width)}  ${colours.green(row.stage)} ${spell(row, 'changes')}`,
  );
  return `${[headText(profile, at, zone, colours), ...steps, ...rows].join('\n')}\n`;
}
