/** Coming to an instant of a past that is in files: what `explain` and `forecast` have in common. */

import { Option, type Command } from 'commander';

import { Zone } from '@segue/core/base/zone.ts';
import type { Engine } from '@segue/core/engine/engine.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { nearestName } from '@segue/core/rules/names.ts';
import type { Mapping } from '@segue/server/ingest/files/mapping.ts';
import type { ReplayOptions } from '@segue/server/replay/replay.ts';

import { readMappings, readTime } from '../commands/replay.ts';
import { exitOk, exitUnusable } from '../exit-code.ts';
import { readDefinitionsOrComplain } from '../replay/definitions.ts';
import { counted } from '../replay/figures.ts';
import { runReplay } from '../replay/run-replay.ts';
import type { Terminal } from '../terminal.ts';

export type PastOptions = {
  readonly mapping: readonly string[];
  readonly definitions: readonly string[];
  readonly timezone: string;
  readonly at?: string;
};

export type Past = {
  readonly files: readonly string[];
  readonly mappings: readonly Mapping[];
  readonly definitions: Definitions;
  readonly zone: Zone;
  /** Where the clock stops; undefined: at the last message. */
  readonly at: Instant | undefined;
};

/** For options that may be repeated. */
export const collect = (value: string, before: readonly string[]): string[] => [...before, value];

export function addPastOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '-m, --mapping <file>',
        'how rows become messages, or the name of a ready-made mapping; may be repeated',
      )
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(
      new Option('-d, --definitions <path>', 'definitions: a file, a folder, or builtin; may be repeated')
        .argParser(collect)
        .default([], 'builtin'),
    )
    .option('-z, --timezone <zone>', 'time zone of the workspace', 'UTC')
    .option('--at <time>', 'the instant to look from (default: the last message)');
}

/** Undefined, and explained, where something given is no use. */
export async function readPast(
  files: readonly string[],
  options: PastOptions,
  terminal: Terminal,
): Promise<Past | undefined> {
  const zone = Zone.open(options.timezone);
  if (!zone.ok) {
    complain(`--timezone: ${zone.error}`, terminal);
    return undefined;
  }
  const at = readTime(options.at, zone.value);
  if (at === null) {
    const given = options.at ?? '';
    complain(`--at: "${given}" is no time; expected 2026-01-31 or 2026-01-31T10:00:00Z`, terminal);
    return undefined;
  }
  const mappings = readMappings(options.mapping, terminal);
  const definitions = await readDefinitionsOrComplain(options.definitions, terminal);
  if (mappings === undefined || definitions === undefined) return undefined;
  return { files, mappings, definitions, zone: zone.value, at };
}

export type Reached =
  { readonly ok: true; readonly engine: Engine } | { readonly ok: false; readonly exitCode: number };

/** The engine as it stands at the instant asked for; not, and explained, where there is none. */
export async function reach(
  past: Past,
  more: Pick<ReplayOptions, 'keepHistory'> & { readonly definitions?: Definitions },
  terminal: Terminal,
): Promise<Reached> {
  const { files, mappings, zone, at } = past;
  const definitions = more.definitions ?? past.definitions;
  const options = {
    files,
    mappings,
    definitions,
    timeZone: zone.name,
    until: at,
    keepHistory: more.keepHistory,
  };
  const { engine, exitCode, report } = await runReplay(options, terminal);
  if (exitCode !== exitOk && exitCode !== exitUnusable) {
    complain('stopped before the end of the input, so nothing can be said', terminal);
    return { ok: false, exitCode };
  }
  if (engine === undefined || exitCode !== exitOk) {
    complain(
      at === undefined ? 'there is no message in the input' : `there is no message by ${zone.format(at)}`,
      terminal,
    );
    return { ok: false, exitCode: exitUnusable };
  }
  const rejected = report.input.rejected.reduce((sum, { count }) => sum + count, 0);
  if (rejected > 0) {
    terminal.writeError(`${counted(rejected, 'row')} left out for errors; segue replay says which and why\n`);
  }
  return { ok: true, engine };
}

/** Whether there is one of that name; where not, the nearest one is told. */
export function isKnown(
  what: string,
  name: string,
  known: ReadonlyMap<string, unknown>,
  terminal: Terminal,
): boolean {
  if (known.has(name)) return true;
  const nearest = nearestName(name, known.keys());
  const names = [...known.keys()];
  const hint =
    nearest === undefined
      ? names.length === 0
        ? `the definitions have no ${what}`
        : `expected one of ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}`
      : `did you mean ${nearest}?`;
  complain(`there is no ${what} “${name}”; ${hint}`, terminal);
  return false;
}

export function complain(message: string, terminal: Terminal): void {
  terminal.writeError(`${terminal.errorColours.red('error')}: ${message}\n`);
}
