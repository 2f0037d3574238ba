/**
 * Entries of the log without somebody who was erased. What was theirs goes as a whole; in what is somebody else's, and names
 * them (a shared device, a merge that was refused), the identifier goes and the rest stays. What came after the erasure is
 * about somebody new, even under the same identifier, and stays.
 */

import type { Identifier, Message } from '@segue/core/model/message.ts';

import type { ErasureWork } from '../catalog/erasures.ts';
import type { InputEntry, LogEntry, LogRecord, Position } from '../log/entry.ts';

const gone: LogEntry = { kind: 'erased' };

/** Somebody to be taken out of the log. */
export class ErasedFromLog {
  readonly work: ErasureWork;
  readonly #messages: ReadonlySet<Position>;
  readonly #identifiers: ReadonlySet<string>;
  readonly #values: ReadonlySet<string>;
  /** Entries that went, and entries of others that lost an identifier. */
  entries: number = 0;
  mentions: number = 0;

  constructor(work: ErasureWork) {
    this.work = work;
    this.#messages = new Set(work.messages);
    this.#identifiers = new Set(work.identifiers.map(keyOf));
    this.#values = new Set(work.identifiers.map(({ value }) => value));
  }

  /** What stands in place of an entry; itself where it is not about them. */
  replace(entry: LogEntry, position: Position): LogEntry {
    if (position > this.work.position || entry.kind === 'erased') return entry;
    const isTheirs = position === this.work.position || this.#messages.has(position);
    const left = isTheirs ? gone : this.#without(entry);
    if (left === gone) this.entries++;
    else if (left !== entry) this.mentions++;
    return left;
  }

  #without(entry: Exclude<LogEntry, { readonly kind: 'erased' }>): LogEntry {
    switch (entry.kind) {
      case 'message': {
        const message = this.#messageWithout(entry.message);
        return message === undefined ? gone : message === entry.message ? entry : { ...entry, message };
      }
      case 'score':
      case 'consent':
      case 'erase':
        return this.#identifiers.has(keyOf(entry.customer)) ? gone : entry;
      case 'skipped': {
        const left = this.#without(entry.entry);
        if (left === entry.entry) return entry;
        return left.kind === 'erased' ? gone : { ...entry, entry: left as InputEntry };
      }
      case 'definitions':
      case 'list':
      case 'refresh':
      case 'tick':
        return entry;
    }
  }

  /** Undefined where nobody else is named. */
  #messageWithout(message: Message): Message | undefined {
    const identifiers = message.identifiers.filter((one) => !this.#identifiers.has(keyOf(one)));
    const { previousId, ...rest } = message;
    const isAlias = previousId !== undefined && this.#values.has(previousId);
    if (identifiers.length === message.identifiers.length && !isAlias) return message;
    if (identifiers.length === 0) return undefined;
    return { ...rest, identifiers, ...(isAlias || previousId === undefined ? {} : { previousId }) };
  }
}

/** Entries of a record that are to be replaced, by their positions. */
export function replacements(
  { position, entries }: LogRecord,
  erased: readonly ErasedFromLog[],
): ReadonlyMap<Position, LogEntry> {
  const replaced = new Map<Position, LogEntry>();
  for (const [i, entry] of entries.entries()) {
    let left = entry;
    for (const one of erased) left = one.replace(left, position + i);
    if (left !== entry) replaced.set(position + i, left);
  }
  return replaced;
}

function keyOf({ kind, value }: Identifier): string {
  return `${kind} ${value}`;
}
