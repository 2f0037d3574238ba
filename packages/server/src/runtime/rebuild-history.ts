/** The history store made again from the log, in a data directory that nobody uses. */

import type { Settings } from '../config/settings.ts';
import { HistoryProcess } from '../history/history-process.ts';
import { HistoryError } from '../history/history-store.ts';
import { Journal } from '../history/journal.ts';
import { openDataDirectory } from '../log/data-directory.ts';
import { requireData } from '../log/data-format.ts';
import type { Position } from '../log/entry.ts';
import { openLmdbLog } from '../log/lmdb-log.ts';
import { historyConfig, historyMain, queryMemory } from './open-history.ts';

export type RebuildHistoryOptions = {
  /** Go on where a rebuild was cut short, or bring a store that lags up to the end; else everything is made anew. */
  readonly resume: boolean;
  readonly onProgress: (position: Position, end: Position) => void;
};

/** How often progress is looked at, in milliseconds. */
const lookMs = 200;
/** Ends of the process of the store after which there is no point in trying. */
const endsMax = 3;

/** Resolves with the entries of the log that are in. @throws StorageError, HistoryError */
export async function rebuildHistory(
  settings: Settings,
  { resume, onProgress }: RebuildHistoryOptions,
): Promise<number> {
  await requireData(settings.data);
  const directory = await openDataDirectory(settings.data);
  try {
    const log = await openLmdbLog(directory.paths.log, { readOnly: true });
    const { next } = log;
    await log.close();
    if (next === 0) return 0;
    // Nothing is known but the log itself.
    const journal = new Journal(next, 0);
    const history = new HistoryProcess({
      config: historyConfig(settings, directory),
      journal,
      main: historyMain,
      now: Date.now,
      timeoutMs: settings.history.queryMs,
      memoryBytes: queryMemory(settings.history),
    });
    try {
      await opened(history);
      if (!resume) {
        history.rebuild();
        await until(history, (position) => position < next || next === 0);
      }
      await until(history, (position) => {
        onProgress(position, next);
        return position >= next;
      });
      return next;
    } finally {
      await history.stop();
    }
  } finally {
    await directory.close();
  }
}

function opened(history: HistoryProcess): Promise<void> {
  return until(history, () => history.status().reached !== undefined);
}

async function until(history: HistoryProcess, isThere: (position: Position) => boolean): Promise<void> {
  for (;;) {
    const { reached, restarts, error } = history.status();
    if (isThere(reached?.position ?? 0)) return;
    if (restarts >= endsMax) {
      throw new HistoryError(
        'history/unavailable',
        `The history store does not open: ${error ?? 'it ends again and again'}.`,
      );
    }
    await new Promise((resolve) => {
      setTimeout(resolve, lookMs);
    });
  }
}
