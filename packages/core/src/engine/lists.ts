/**
 * Static lists: uploaded identifiers as people write them (an e-mail in any case), with the instant since which each
 * has been on the list.
 */

import { readingsOf } from '../model/identifiers.ts';
import type { Instant } from '../model/message.ts';

export class Lists {
  readonly #lists = new Map<string, Map<string, Instant>>();

  get size(): number {
    return this.#lists.size;
  }

  names(): Iterable<string> {
    return this.#lists.keys();
  }

  /** All that is on a list: identifiers as uploaded, and what else people mean by them. */
  membersOf(name: string): readonly string[] {
    return [...(this.#lists.get(name)?.keys() ?? [])];
  }

  /** Names of the lists that any of the identifiers is on. */
  having(identifiers: ReadonlySet<string>): readonly string[] {
    const isOn = (list: ReadonlyMap<string, Instant>): boolean => {
      for (const identifier of identifiers) if (list.has(identifier)) return true;
      return false;
    };
    return [...this.#lists].filter(([, list]) => isOn(list)).map(([name]) => name);
  }

  /** Replaces a list. Returns the identifiers that came onto it or went from it. */
  replace(name: string, members: readonly string[], now: Instant): readonly string[] {
    const old = this.#lists.get(name) ?? new Map<string, Instant>();
    const list = new Map<string, Instant>();
    for (const member of members.flatMap(readingsOf)) list.set(member, old.get(member) ?? now);
    this.#lists.set(name, list);
    const came = [...list.keys()].filter((member) => !old.has(member));
    const went = [...old.keys()].filter((member) => !list.has(member));
    return [...came, ...went];
  }

  /** Since when any of the identifiers has been on the list; undefined when none is. */
  since(name: string, identifiers: readonly string[]): Instant | undefined {
    const list = this.#lists.get(name);
    let earliest: Instant | undefined;
    for (const identifier of identifiers) {
      const at = list?.get(identifier);
      if (at !== undefined && (earliest === undefined || at < earliest)) earliest = at;
    }
    return earliest;
  }

  /** As plain data: name → pairs (identifier, since). */
  state(): readonly (readonly [string, readonly (readonly [string, Instant])[]])[] {
    return [...this.#lists].map(([name, list]) => [name, [...list]]);
  }

  restore(state: readonly (readonly [string, readonly (readonly [string, Instant])[]])[]): void {
    for (const [name, list] of state) this.#lists.set(name, new Map(list));
  }
}
