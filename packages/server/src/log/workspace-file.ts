/** What belongs to the data and not to the settings, as a small file of its own. */

import { readFile } from 'node:fs/promises';

import type { Instant } from '@segue/core/model/message.ts';

import { writeDurably } from './durable-files.ts';
import type { Position } from './entry.ts';

export type Workspace = {
  /** IANA name; days of rules begin at its midnights. */
  readonly timeZone?: string;
  /** Messages dated before it may have been let go. */
  readonly messagesSince?: Instant;
  /** Entries before it have been looked through for messages to let go. */
  readonly trimmedTo?: Position;
};

/** Empty where there is no file. */
export async function readWorkspace(file: string): Promise<Workspace> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? {} : (JSON.parse(text) as Workspace);
}

/** Changes what is given; one after the other. */
export async function changeWorkspace(file: string, change: Workspace): Promise<void> {
  await writeDurably(file, `${JSON.stringify({ ...(await readWorkspace(file)), ...change })}\n`);
}
