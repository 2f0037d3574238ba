import fc from 'fast-check';
import { expect, test } from 'vitest';

import { IdentityTable } from '../../src/engine/identity-table.ts';
import { KeptTexts, textWordsMax, wordsOf, writeText } from '../../src/engine/kept-texts.ts';
import type { Identifier } from '../../src/model/message.ts';

/** The same in the plainest way. */
class PlainTable {
  readonly lists = new Map<number, Identifier[]>();

  owner({ kind, value }: Identifier): number | undefined {
    for (const [profile, list] of this.lists) {
      if (list.some((other) => other.kind === kind && other.value === value)) return profile;
    }
    return undefined;
  }

  own(profile: number, identifier: Identifier): void {
    const was = this.owner(identifier);
    if (was !== undefined) {
      const left = (this.lists.get(was) ?? []).filter(
        ({ kind, value }) => kind !== identifier.kind || value !== identifier.value,
      );
      this.lists.set(was, left);
    }
    this.lists.set(profile, [...(this.lists.get(profile) ?? []), identifier]);
  }
}

const identifiers = fc.record({
  kind: fc.constantFrom('user_id', 'anonymous_id', 'email', 'shop_card'),
  value: fc.oneof(
    fc.nat(40).map((n) => `id-${n}`),
    fc.constantFrom('', '__proto__', 'é', '\ud800'),
  ),
});
const steps = fc.array(
  fc.record({ profile: fc.nat(30), identifier: identifiers, removes: fc.nat(7).map((n) => n === 0) }),
  { maxLength: 300 },
);

test('every identifier has the owner who got it last, and every profile its identifiers in the order in which they came', () => {
  fc.assert(
    fc.property(steps, (story) => {
      const table = new IdentityTable();
      const plain = new PlainTable();
      for (const { profile, identifier, removes } of story) {
        if (removes) {
          expect(table.remove(profile)).toEqual(plain.lists.get(profile) ?? []);
          plain.lists.delete(profile);
        } else {
          table.own(profile, identifier);
          plain.own(profile, identifier);
        }
      }
      for (const { profile, identifier } of story) {
        expect(table.owner(identifier.kind, identifier.value)).toBe(plain.owner(identifier));
        expect(table.identifiersOf(profile)).toEqual(plain.lists.get(profile) ?? []);
        expect(table.count(profile, 'email')).toBe(
          (plain.lists.get(profile) ?? []).filter(({ kind }) => kind === 'email').length,
        );
      }
    }),
    { numRuns: 300 },
  );
});

test('a table taken up from what another had to say is that table, and goes on like it', () => {
  fc.assert(
    fc.property(steps, steps, (before, after) => {
      const table = new IdentityTable();
      const play = (story: typeof before, into: IdentityTable): void => {
        for (const { profile, identifier, removes } of story) {
          if (removes) into.remove(profile);
          else into.own(profile, identifier);
        }
      };
      play(before, table);
      const copy = new IdentityTable();
      const texts = new KeptTexts();
      copy.beginRestore(table.kinds, before.length % 3 === 0 ? 0 : table.size, 31, texts);
      for (let profile = 0; profile <= 30; profile++) {
        for (const { kind, value, hash } of table.numberedOf(profile)) {
          const memory = wordsOf(new ArrayBuffer(4 * textWordsMax(value)));
          const place = texts.take(memory.words, 0, writeText(memory, 0, value));
          copy.restore(profile, kind, hash, place);
        }
      }
      copy.endRestore();
      play(after, table);
      play(after, copy);
      expect(copy.kinds).toEqual(table.kinds);
      expect(copy.size).toBe(table.size);
      for (let profile = 0; profile <= 30; profile++) {
        expect(copy.identifiersOf(profile)).toEqual(table.identifiersOf(profile));
      }
      for (const { identifier } of [...before, ...after]) {
        const { kind, value } = identifier;
        expect(copy.owner(kind, value)).toBe(table.owner(kind, value));
      }
    }),
    { numRuns: 200 },
  );
});

test('many identifiers are all found again', () => {
  const table = new IdentityTable();
  for (let i = 0; i < 50_000; i++) table.own(i, { kind: 'user_id', value: `user_${i}` });
  for (let i = 0; i < 50_000; i += 3) table.remove(i);
  for (let i = 0; i < 50_000; i++) {
    expect(table.owner('user_id', `user_${i}`)).toBe(i % 3 === 0 ? undefined : i);
  }
});
