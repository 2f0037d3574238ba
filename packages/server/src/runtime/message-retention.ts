/**
 * How long messages are kept. Once a day those that are older are let go: their entries stay, with nothing of what they said,
 * so that positions, numbers of customers and all readers of the log go on as before. What rules in force know of them is in
 * the state, which a base (log/base.ts) keeps; it is made first.
 *
 * Not let go, whatever the setting says: messages inside a window of a rule in force, so that such a rule can be built anew.
 * Rules that look over all time live on in the state alone. A new rule that reaches further back than messages are kept would
 * begin with less than it says; it is refused (definitions-desk.ts).
 */

import { setImmediate as nextTurn } from 'node:timers/promises';

import { windowsReach } from '@segue/core/engine/plan.ts';
import type { Instant, Message } from '@segue/core/model/message.ts';

import { makeBase } from '../log/base.ts';
import type { InputEntry, LogEntry, LogRecord, Position } from '../log/entry.ts';
import type { LmdbCheckpointStore } from '../log/lmdb-checkpoint-store.ts';
import type { Log } from '../log/log.ts';
import { changeWorkspace, readWorkspace } from '../log/workspace-file.ts';
import type { Runtime } from './runtime.ts';

export type RetentionOptions = {
  readonly runtime: Runtime;
  readonly log: Log;
  readonly checkpoints: Pick<LmdbCheckpointStore, 'copyTo'>;
  readonly bases: string;
  /** The file that says since when there are messages. */
  readonly workspace: string;
  /** Infinity: messages are kept for good. */
  readonly keepMs: number;
  readonly now: () => Instant;
  readonly onTrimmed: (messages: number, since: Instant) => void;
  readonly onError: (error: unknown) => void;
};

const everyMs = 86_400_000;
/** After a start others have their turn first. */
const firstMs = 1_000;
const entriesPerWrite = 1_000;

export class MessageRetention {
  readonly #options: RetentionOptions;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { workspace, runtime, keepMs } = this.#options;
    const { messagesSince } = await readWorkspace(workspace);
    if (messagesSince !== undefined) runtime.customers.messagesSince = messagesSince;
    if (keepMs !== Infinity) this.#schedule(firstMs);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  #schedule(afterMs: number): void {
    if (this.#stop.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#options.runtime
        .rewriteLog(() => this.#trim())
        .catch((error: unknown) => {
          this.#options.onError(error);
        })
        .then(() => {
          this.#schedule(everyMs);
        });
    }, afterMs).unref();
  }

  /** Lets go of what is old enough now. */
  async #trim(): Promise<void> {
    const { runtime, log, checkpoints, bases, workspace, keepMs, now, onTrimmed } = this.#options;
    const { customers } = runtime;
    const { plan, now: engineNow } = customers.engine;
    const since = Math.min(now() - keepMs, windowsReach(plan.streams, engineNow));
    const { trimmedTo = 0 } = await readWorkspace(workspace);
    if ((log.recordAt(trimmedTo)?.at ?? Infinity) >= since) return;
    const position = await runtime.thoroughCheckpoint();
    await makeBase(bases, checkpoints, position);
    // From here on nobody may rely on what is about to go.
    customers.messagesSince = Math.max(since, customers.messagesSince);
    await changeWorkspace(workspace, { messagesSince: customers.messagesSince });
    const trimming = new Trimming(since);
    let next = trimmedTo;
    let replaced = new Map<Position, LogEntry>();
    for (const record of log.read(trimmedTo)) {
      const end = record.position + record.entries.length;
      if (record.at >= since || end > position || this.#stop.signal.aborted) break;
      for (const [at, entry] of trimming.of(record)) replaced.set(at, entry);
      next = end;
      if (replaced.size >= entriesPerWrite) {
        await log.replace(replaced);
        replaced = new Map();
      }
      await nextTurn();
    }
    await log.replace(replaced);
    await changeWorkspace(workspace, { trimmedTo: next });
    onTrimmed(trimming.count, since);
  }
}

/** Chooses what goes, and what stands in its place. */
class Trimming {
  readonly #since: Instant;
  /** Which identifiers have been named together already. */
  readonly #named = new Set<string>();
  /** Messages that went. */
  count: number = 0;

  constructor(since: Instant) {
    this.#since = since;
  }

  of({ position, entries }: LogRecord): ReadonlyMap<Position, LogEntry> {
    const replaced = new Map<Position, LogEntry>();
    for (const [i, entry] of entries.entries()) {
      if (entry.kind !== 'message' || entry.message.time >= this.#since) continue;
      this.count++;
      replaced.set(position + i, { kind: 'erased', stand: this.#stand(entry, position + i) });
    }
    return replaced;
  }

  /** Who was named counts the first time, so that a replay of the past numbers customers as it did. */
  #stand(entry: InputEntry & { readonly kind: 'message' }, position: Position): InputEntry {
    const { kind, time, identifiers, previousId } = entry.message;
    const names = [...identifiers.map((one) => `${one.kind} ${one.value}`), previousId ?? ''].join('\n');
    if (this.#named.has(names)) return { kind: 'tick' };
    this.#named.add(names);
    const message: Message = {
      kind,
      messageId: `trimmed-${position}`,
      time,
      identifiers,
      name: '',
      properties: {},
      traits: {},
      ...(previousId === undefined ? {} : { previousId }),
    };
    return { kind: 'message', message, source: '' };
  }
}
