/** Where `backtest` and `suggest` have their history from: files, or a data directory as it stands. */

import { Option, type Command } from 'commander';

import { Zone } from '@segue/core/base/zone.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import { FileStory } from '@segue/server/backtest/file-story.ts';
import type { StoryOrder } from '@segue/server/backtest/question.ts';
import type { Story } from '@segue/server/backtest/story.ts';

import { readMappings } from '../commands/replay.ts';
import { collect, complain } from '../explain/past.ts';
import { refusalText } from '../refusal-text.ts';
import { readDefinitionsOrComplain } from '../replay/definitions.ts';
import { addSettingOptions, readCommandSettings, type SettingOptions } from '../settings/command-settings.ts';
import type { Terminal } from '../terminal.ts';

export type SourceOptions = SettingOptions & {
  readonly mapping: readonly string[];
  readonly definitions: readonly string[];
  readonly order?: StoryOrder;
};

export type HistorySource = {
  readonly story: Story;
  readonly definitions: Definitions;
  readonly timeZone: string;
  /** What went wrong with whole files, once the story was told. */
  faults(): readonly string[];
  close(): Promise<void>;
};

export function addSourceOptions(command: Command): Command {
  command
    .addOption(
      new Option(
        '-m, --mapping <file>',
        'how rows of files become messages, or the name of a ready-made mapping; may be repeated',
      )
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(
      new Option(
        '-d, --definitions <path>',
        'definitions in force, for files: a file, a folder, or builtin; may be repeated',
      )
        .argParser(collect)
        .default([], 'builtin'),
    )
    .addOption(
      new Option(
        '--order <order>',
        'tell messages of a data directory when they happened, or as they arrived',
      )
        .choices(['event_time', 'arrival'])
        .default('event_time'),
    );
  return addSettingOptions(command, ['data', 'timezone']);
}

/** Undefined, and explained, where something given is no use. Without files, the data directory of the settings. */
export async function openSource(
  files: readonly string[],
  options: SourceOptions,
  terminal: Terminal,
): Promise<HistorySource | undefined> {
  const inForce = await readCommandSettings(options, terminal);
  if (inForce === undefined) return undefined;
  const { data, timezone } = inForce.settings;
  if (files.length === 0) return openData(data, options.order ?? 'event_time', terminal);
  const zone = Zone.open(timezone);
  if (!zone.ok) {
    complain(`--timezone: ${zone.error}`, terminal);
    return undefined;
  }
  const mappings = readMappings(options.mapping, terminal);
  const definitions = await readDefinitionsOrComplain(options.definitions, terminal);
  if (mappings === undefined || definitions === undefined) return undefined;
  const story = new FileStory(files, { zone: zone.value, mappings });
  return {
    story,
    definitions,
    timeZone: timezone,
    faults: () => story.report?.fileErrors ?? [],
    close: () => Promise.resolve(),
  };
}

async function openData(
  data: string,
  order: StoryOrder,
  terminal: Terminal,
): Promise<HistorySource | undefined> {
  try {
    const { openKeptData } = await import('@segue/server/backtest/kept-data.ts');
    const { LogStory } = await import('@segue/server/backtest/log-story.ts');
    const kept = await openKeptData(data);
    const story = new LogStory(kept.log, { order, until: kept.log.next });
    const { definitions, timeZone } = kept;
    return { story, definitions, timeZone, faults: () => [], close: () => kept.close() };
  } catch (error) {
    terminal.writeError(refusalText(error, 'backtest/failed', terminal.errorColours));
    return undefined;
  }
}
