/**
 * Entries of the log without somebody who was erased. Of what was theirs nothing is left but that somebody came, under made-up
 * names, and went; in what is somebody else's, and names them (a shared device, a merge that was refused), they have a
 * made-up name and the rest stays; they are on no list. So a replay of the past gives everybody else the numbers that they have.
 *
 * What came after the erasure is about somebody new, even under the same identifier, and stays. The same is made up for the
 * same identifier of one erasure, however often it is done.
 */

import { createHmac } from 'node:crypto';

import { withoutNames } from '@segue/core/model/identifiers.ts';
import type { Identifier, Message } from '@segue/core/model/message.ts';

import type { ErasureWork } from '../catalog/erasures.ts';
import type { InputEntry, LogEntry, LogRecord, Position } from '../log/entry.ts';

type Erased = LogEntry & { readonly kind: 'erased' };

/** Hexadecimal digits of a made-up name. */
const madeUpDigits = 24;

/** Somebody to be taken out of the log. */
export class ErasedFromLog {
  readonly work: ErasureWork;
  readonly #secret: Uint8Array;
  readonly #messages: ReadonlySet<Position>;
  readonly #identifiers: ReadonlySet<string>;
  readonly #values: ReadonlySet<string>;
  /** Entries that went, and entries of others in which a name was replaced. */
  entries: number = 0;
  mentions: number = 0;

  /** From the secret names are made up. */
  constructor(work: ErasureWork, secret: Uint8Array) {
    this.work = work;
    this.#secret = secret;
    this.#messages = new Set(work.messages);
    this.#identifiers = new Set(work.identifiers.map(keyOf));
    this.#values = new Set(work.identifiers.map(({ value }) => value));
  }

  /** What stands in place of an entry; itself where it is not about them. */
  replace(entry: LogEntry, position: Position): LogEntry {
    if (position > this.work.position) return entry;
    if (entry.kind === 'erased') return this.#renamedStand(entry);
    const isTheirs = position === this.work.position || this.#messages.has(position);
    const left = this.#without(entry, isTheirs);
    if (left.kind === 'erased') this.entries++;
    else if (left !== entry) this.mentions++;
    return left;
  }

  /** What stands for a message that was let go still names who it was of. */
  #renamedStand(entry: Erased): Erased {
    const { stand } = entry;
    if (stand.kind !== 'message') return entry;
    const message = this.#renamed(stand.message);
    if (message === stand.message) return entry;
    this.entries++;
    return { kind: 'erased', stand: { ...stand, message } };
  }

  #without(entry: Exclude<LogEntry, Erased>, isTheirs: boolean): LogEntry {
    switch (entry.kind) {
      case 'message': {
        const message = this.#renamed(entry.message);
        const isNobodyElses = message.identifiers.every((one, i) => one !== entry.message.identifiers[i]);
        if (isTheirs || isNobodyElses) {
          return { kind: 'erased', stand: { ...entry, message: this.#bare(message) } };
        }
        return message === entry.message ? entry : { ...entry, message };
      }
      case 'score':
      case 'consent':
        return this.#isTheirs(entry.customer) ? { kind: 'erased', stand: { kind: 'tick' } } : entry;
      case 'erase':
        if (!this.#isTheirs(entry.customer)) return entry;
        return { kind: 'erased', stand: { kind: 'erase', customer: this.#madeUp(entry.customer) } };
      case 'skipped': {
        const left = this.#without(entry.entry, isTheirs);
        if (left === entry.entry) return entry;
        return left.kind === 'erased'
          ? { kind: 'erased', stand: { kind: 'tick' } }
          : { ...entry, entry: left as InputEntry };
      }
      case 'definitions': {
        const lists = entry.definitions.lists.map((list) => this.#withoutThem(list));
        const isSame = lists.every((list, i) => list === entry.definitions.lists[i]);
        return isSame ? entry : { ...entry, definitions: { ...entry.definitions, lists } };
      }
      case 'list':
        return this.#withoutThem(entry);
      case 'refresh':
      case 'tick':
        return entry;
    }
  }

  /** A list that they are not on; itself where they never were. */
  #withoutThem<L extends { readonly members: readonly string[] }>(list: L): L {
    const members = withoutNames(list.members, this.#values);
    return members === list.members ? list : { ...list, members };
  }

  /** The message under made-up names; itself where it names somebody else alone. */
  #renamed(message: Message): Message {
    const { previousId } = message;
    const isAlias = previousId !== undefined && this.#values.has(previousId);
    if (!isAlias && !message.identifiers.some((one) => this.#isTheirs(one))) return message;
    const identifiers = message.identifiers.map((one) => (this.#isTheirs(one) ? this.#madeUp(one) : one));
    return { ...message, identifiers, ...(isAlias ? { previousId: this.#nameFor(previousId) } : {}) };
  }

  /** That there was a message, and nothing of what it said. */
  #bare({ kind, messageId, time, identifiers, previousId }: Message): Message {
    return {
      kind,
      messageId: this.#nameFor(messageId),
      time,
      identifiers,
      name: '',
      properties: {},
      traits: {},
      ...(previousId === undefined ? {} : { previousId }),
    };
  }

  #isTheirs(identifier: Identifier): boolean {
    return this.#identifiers.has(keyOf(identifier));
  }

  #madeUp({ kind, value }: Identifier): Identifier {
    return { kind, value: this.#nameFor(value) };
  }

  #nameFor(text: string): string {
    const hmac = createHmac('sha256', this.#secret).update(`${this.work.position} ${text}`);
    return `erased-${hmac.digest('hex').slice(0, madeUpDigits)}`;
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
