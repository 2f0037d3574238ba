/** `segue demo`: the first command. A year of a shop, what it did to the segments, one customer, and what to try next. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Command } from 'commander';

import { Zone } from '@segue/core/base/zone.ts';
import type { Engine } from '@segue/core/engine/engine.ts';
import type { Change } from '@segue/core/model/change.ts';
import { readMappingFile } from '@segue/server/ingest/files/read-mapping.ts';
import type { ReplayOptions } from '@segue/server/replay/replay.ts';

import { exitOk, exitUnusable } from '../exit-code.ts';
import { readDefinitionsOrComplain } from '../replay/definitions.ts';
import { customerText } from '../replay/customer-text.ts';
import { counted } from '../replay/figures.ts';
import { runReplay } from '../replay/run-replay.ts';
import { reportText } from '../replay/tables.ts';
import type { Terminal } from '../terminal.ts';
import { writeShop } from './generate.ts';

/** Where the generated shop is written, under the current folder; ignored by git. */
const FOLDER = '.segue';
const SHOP = { seed: 1, customers: 2_000, days: 365 };
/** Changes of membership that make a good story. */
const STORY_CHANGES = 14;

type DemoOptions = { readonly mapping: readonly string[] };
const collect = (value: string, before: readonly string[]): string[] => [...before, value];

export function registerDemo(program: Command, terminal: Terminal): void {
  program
    .command('demo')
    .summary('see a year of a shop move its customers')
    .description(
      'Replays a file of yours, or a year of a made-up shop, with the ready-made definitions, and shows one customer.',
    )
    .argument('[file...]', 'files to replay; none: a shop is made up')
    .option('-m, --mapping <file>', 'how rows of CSV become messages', collect, [])
    .addHelpText(
      'after',
      `
Examples:
  segue demo
  segue demo orders.csv --mapping online_retail`,
    )
    .action(async (files: readonly string[], options: DemoOptions) => {
      const definitions = await readDefinitionsOrComplain([], terminal);
      const mappings = options.mapping.map((path) => readMappingFile(path));
      for (const { message } of mappings.flatMap((read) => read.diagnostics)) {
        terminal.writeError(`error: ${message}\n`);
      }
      if (definitions === undefined || mappings.some((read) => read.diagnostics.length > 0)) {
        process.exitCode = exitUnusable;
        return;
      }
      const input = files.length > 0 ? files : [await makeShop(terminal)];
      const replayed: ReplayOptions = {
        files: input,
        mappings: mappings.flatMap((read) => read.mappings),
        definitions,
        timeZone: 'UTC',
      };
      const words = [...input, ...options.mapping.map((path) => `--mapping ${path}`)].join(' ');
      process.exitCode = await showDemo(replayed, words, terminal);
    });
}

async function makeShop(terminal: Terminal): Promise<string> {
  mkdirSync(FOLDER, { recursive: true });
  const path = join(FOLDER, 'shop.ndjson');
  terminal.writeError('Making up a year of a shop …\n');
  const messages = await writeShop(SHOP, path);
  terminal.writeError(`${counted(messages, 'message')} in ${path}\n`);
  return path;
}

/** `words`: the files and mappings as a person would write them on the command line. */
async function showDemo(options: ReplayOptions, words: string, terminal: Terminal): Promise<number> {
  const changes = new Map<number, number>();
  const onChange = (change: Change): void => {
    changes.set(change.profile, (changes.get(change.profile) ?? 0) + 1);
  };
  const { report, exitCode, engine } = await runReplay({ ...options, onChange }, terminal);
  terminal.write(reportText(report, terminal.colours));
  if (exitCode !== exitOk || engine === undefined) return exitCode;
  const chosen = chooseCustomer(changes, engine);
  if (chosen === undefined) return exitCode;
  const again = await runReplay({ ...options, customer: chosen }, terminal);
  if (again.report.customer !== undefined) {
    terminal.write(`\n${customerText(again.report.customer, new Zone(options.timeZone), terminal.colours)}`);
  }
  terminal.write(nextText(words, chosen, terminal));
  return again.exitCode;
}

/** Somebody of whom there is a story to tell, and not too long a one: a known customer with about a dozen changes. */
function chooseCustomer(changes: ReadonlyMap<number, number>, engine: Engine): string | undefined {
  let best: string | undefined;
  let bestScore = Infinity;
  for (const [profile, count] of changes) {
    const view = engine.profile(profile);
    if (view === undefined) continue;
    const known = view.identifiers.some(({ kind }) => kind === 'user_id' || kind === 'email');
    const score =
      Math.abs(count - STORY_CHANGES) - 3 * Math.min(3, view.segments.length) + (known ? 0 : 1_000);
    if (score >= bestScore) continue;
    best = view.displayId;
    bestScore = score;
  }
  return best;
}

function nextText(words: string, customer: string, terminal: Terminal): string {
  return `
${terminal.colours.bold('Next')}
  npx segue replay ${words} --customer ${customer}      any customer, by any identifier
  npx segue explain ${customer} ${words}      why a customer is where it is, and until when
  npx segue replay ${words} --definitions MY-SEGMENTS/ --sample 5      segments of your own
  npx segue check examples/definitions/      the ready-made definitions, checked
  npx segue test examples/scenarios/*.yaml      segments under test, on a virtual clock
  npx segue demo YOUR-ORDERS.csv --mapping MAPPING.yaml      the same with your data (docs/mappings.md)
`;
}
