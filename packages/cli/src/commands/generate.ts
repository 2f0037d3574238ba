/** `segue generate`: the seeded shop as a file of Segment messages. */

import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

import { InvalidArgumentError, type Command } from 'commander';

import { generateShop, type ShopOptions } from '@segue/testkit/shop.ts';

import { exitUnusable } from '../exit-code.ts';
import { counted } from '../replay/figures.ts';
import type { Terminal } from '../terminal.ts';

type GenerateOptions = {
  readonly seed: number;
  readonly customers: number;
  readonly days: number;
  readonly events?: number;
  readonly start?: number;
  readonly out?: string;
};

/** Above these the people alone would not fit in memory. */
const CUSTOMERS_MAX = 5_000_000;
const DAYS_MAX = 36_500;
const EVENTS_MAX = 10_000_000_000;

export function registerGenerate(program: Command, terminal: Terminal): void {
  program
    .command('generate')
    .summary('make the history of a shop that never was')
    .description(
      'Writes a year (or any number of days) of a seeded shop as NDJSON of Segment messages: web, tills and e-mail, skewed customers, seasons, late messages, duplicates, visitors who become known. The same options give the same bytes.',
    )
    .option('--seed <n>', 'of the random numbers', wholeNumber(0, Number.MAX_SAFE_INTEGER), 1)
    .option('--customers <n>', 'people who come to the shop', wholeNumber(1, CUSTOMERS_MAX), 2_000)
    .option('--days <n>', 'days', wholeNumber(1, DAYS_MAX), 365)
    .option('--start <date>', 'the first of them, such as 2026-01-31 (default: 2025-01-01)', date)
    .option(
      '--events <n>',
      'messages in all, about (default: 60 a customer and year)',
      wholeNumber(1, EVENTS_MAX),
    )
    .option('-o, --out <file>', 'where to; gzip when it ends in .gz (default: standard output)')
    .addHelpText(
      'after',
      `
Examples:
  segue generate --out shop.ndjson.gz
  segue generate --seed 7 --customers 20000 --days 90 | head
  segue generate --start 2026-03-01 --days 30 --out march.ndjson
  segue generate --out shop.ndjson && segue replay shop.ndjson`,
    )
    .action(async (options: GenerateOptions) => {
      try {
        const messages = await writeShop(options, options.out);
        terminal.writeError(
          `${counted(messages, 'message')}${options.out === undefined ? '' : ` in ${options.out}`}\n`,
        );
      } catch (error) {
        const what = error instanceof Error ? error.message : String(error);
        terminal.writeError(`${terminal.errorColours.red('error')}: the file cannot be written: ${what}\n`);
        process.exitCode = exitUnusable;
      }
    });
}

/** Gives back the number of messages. `path` left out: standard output. */
export async function writeShop(options: ShopOptions, path: string | undefined): Promise<number> {
  let count = 0;
  function* lines(): Generator<string, void, undefined> {
    for (const day of generateShop(options)) {
      count += day.length;
      if (day.length > 0) yield `${day.map((message) => JSON.stringify(message)).join('\n')}\n`;
    }
  }
  const source = Readable.from(lines());
  if (path === undefined) await pipeline(source, process.stdout, { end: false });
  else if (path.endsWith('.gz')) await pipeline(source, createGzip(), createWriteStream(path));
  else await pipeline(source, createWriteStream(path));
  return count;
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}`);
  };
}

/** Midnight UTC of a date, in milliseconds. */
function date(text: string): number {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00.000Z`) : NaN;
  // The parser takes the 30th of February for the 2nd of March.
  if (!Number.isNaN(at) && new Date(at).toISOString().startsWith(text)) return at;
  throw new InvalidArgumentError('expected a date such as 2026-01-31');
}
