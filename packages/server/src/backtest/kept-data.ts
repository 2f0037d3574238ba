/** A data directory as a story to read: its log, time zone and the definitions in force. Nothing of it is changed, and the service may run on it. */

import { readFile } from 'node:fs/promises';

import { noDefinitions, type Definitions } from '@segue/core/model/definitions.ts';
import { readListed, type ListedDefinitions } from '@segue/core/model/listed-definitions.ts';

import { dataPaths, requireData } from '../log/data-format.ts';
import { openLmdbLog } from '../log/lmdb-log.ts';
import type { Log } from '../log/log.ts';

export type KeptData = {
  readonly log: Log;
  readonly timeZone: string;
  /** Those of the last set that was put into force. */
  readonly definitions: Definitions;
  close(): Promise<void>;
};

/** @throws StorageError */
export async function openKeptData(path: string): Promise<KeptData> {
  await requireData(path);
  const paths = dataPaths(path);
  const workspace = JSON.parse(await readFile(paths.workspace, 'utf8')) as { readonly timeZone?: unknown };
  const log = await openLmdbLog(paths.log, { readOnly: true });
  try {
    let listed: ListedDefinitions | undefined;
    let read = 0;
    for (const { entries } of log.read(0)) {
      for (const entry of entries) if (entry.kind === 'definitions') listed = entry.definitions;
      read += 1;
      // A reader holds what it reads until others have had a turn.
      if (read % 256 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return {
      log,
      timeZone: typeof workspace.timeZone === 'string' ? workspace.timeZone : 'UTC',
      definitions: listed === undefined ? noDefinitions : readListed(listed),
      close: () => log.close(),
    };
  } catch (error) {
    await log.close();
    throw error;
  }
}
