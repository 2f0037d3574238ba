/** `segue demo`: the first command. A year of a shop, what it did to the segments, one customer, and what to try next. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Command } from 'commander';

import type { ReplayReport } from '@segue/server/replay/replay-report.ts';
import { readMappingFile } from '@segue/server/ingest/files/read-mapping.ts';
import type { Change } from '@segue/core/model/change.ts';

import { exitUnusable } from '../exit-code.ts';
import { readDefinitionsOrComplain } from '../replay/definitions.ts';
import { counted } from '../replay/figures.ts';
import { runReplay } from '../replay/run-replay.ts';
import { reportText } from '../replay/tables.ts';
import type { Terminal } from '../terminal.ts';
import { writeShop } from './generate.ts';

/** Where the generated shop is written, under the current folder; ignored by git. */
const FOLDER = '.segue';
const SHOP = { seed: 1, customers: 2_000, days: 365 };

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
      for (const { message } of mappings.flatMap((read) => read.diagnostics))
        terminal.writeError(`error: ${message}\n`);
      if (definitions === undefined || mappings.some((read) => read.diagnostics.length > 0)) {
        process.exitCode = exitUnusable;
        return;
      }
      const input = files.length > 0 ? files : [await makeShop(terminal)];
      const replayed = {
        files: input,
        mappings: mappings.flatMap((read) => read.mappings),
        definitions,
        timeZone: 'UTC',
      };
      const moves = new Map<number, number>();
      const first = await runReplay(
        {
          ...replayed,
          onChange: (change) => {
            count(change, moves);
          },
        },
        terminal,
      );
      if (first.exitCode !== 0) {
        terminal.write(reportText(first.report, terminal.colours));
        process.exitCode = first.exitCode;
        return;
      }
      terminal.write(reportText(first.report, terminal.colours));
    });
}
