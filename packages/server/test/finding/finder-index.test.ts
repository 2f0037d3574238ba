/** Customers are found by any part of what is known of them, in an order, as a plain look at all of them would say. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { JsonObject } from '@segue/core/model/message.ts';

import { nameOfCustomer } from '../../src/finding/customer-name.ts';
import { FinderIndex } from '../../src/finding/finder-index.ts';
import type { FinderQuestion, SentCustomer } from '../../src/finding/finder-messages.ts';
import { folded } from '../../src/finding/folded.ts';
import { readSearch } from '../../src/finding/search-terms.ts';
import { sortByNumber } from '../../src/finding/number-order.ts';

const always = (): Promise<boolean> => Promise.resolve(true);

function indexOf(customers: readonly (readonly [string, JsonObject])[]): FinderIndex {
  const index = new FinderIndex();
  customers.forEach(([user, traits], id) => {
    index.put([id, [1_000 + id, ['user_id', user], traits]]);
  });
  return index;
}

function question(typed: string, more: Partial<FinderQuestion> = {}): FinderQuestion {
  const among = Uint32Array.from({ length: 50 }, (_, id) => id);
  return { terms: readSearch(typed), among, order: { by: 'known' }, descending: false, ...more };
}

async function found(index: FinderIndex, asked: FinderQuestion): Promise<readonly number[]> {
  return [...((await index.find(asked, always)) ?? [])];
}

const shop = indexOf([
  ['u-100', { name: 'José Álvarez', city: 'Zürich', email: 'jose@example.com' }],
  ['u-101', { firstName: 'Asha', lastName: 'Rao', city: 'New Delhi', plan: 'pro', orders: 12 }],
  ['u-200', { name: 'Ørsted Łukasz', city: 'Delhi', plan: 'free', orders: 9 }],
  ['u-201', { name: 'मीरा शर्मा', address: { city: 'पुणे', zip: 411001 }, tags: ['vip', 'early'] }],
  ['u-300', { city: 'Newport', orders: 100, premium: true }],
]);

describe('a search', () => {
  it('finds any part of an identifier or trait, in any case, with or without accents', async () => {
    expect(await found(shop, question('jose'))).toEqual([0]);
    expect(await found(shop, question('ALVAREZ'))).toEqual([0]);
    expect(await found(shop, question('zurich'))).toEqual([0]);
    expect(await found(shop, question('U-20'))).toEqual([2, 3]);
    expect(await found(shop, question('orsted lukasz'))).toEqual([2]);
    expect(await found(shop, question('example.com'))).toEqual([0]);
    expect(await found(shop, question('asha rao'))).toEqual([1]);
    expect(await found(shop, question('411001'))).toEqual([3]);
    expect(await found(shop, question('early'))).toEqual([3]);
  });

  it('takes vowels of Hindi for letters, which they are', async () => {
    expect(await found(shop, question('मीरा'))).toEqual([3]);
    expect(await found(shop, question('मारा'))).toEqual([]);
    expect(folded('कि')).not.toBe(folded('का'));
  });

  it('wants every word, keeps quoted words together, and asks a field by its name', async () => {
    expect(await found(shop, question('delhi'))).toEqual([1, 2]);
    expect(await found(shop, question('delhi pro'))).toEqual([1]);
    expect(await found(shop, question('"new delhi"'))).toEqual([1]);
    expect(await found(shop, question('city:new'))).toEqual([1, 4]);
    expect(await found(shop, question('city:"new d"'))).toEqual([1]);
    expect(await found(shop, question('city:elhi'))).toEqual([]);
    expect(await found(shop, question('address.city:पु'))).toEqual([3]);
    expect(await found(shop, question('premium:true'))).toEqual([4]);
    expect(await found(shop, question('user_id:u-1 city:z'))).toEqual([0]);
  });

  it('never takes names of fields, or borders between values, for what is known', async () => {
    expect(await found(shop, question('lastname'))).toEqual([]);
    expect(await found(shop, question('plan'))).toEqual([]);
    expect(await found(shop, question('delhipro'))).toEqual([]);
    expect(await found(shop, question('nothing:here'))).toEqual([]);
    expect(await found(shop, question('\u0001\u0010\u0002'))).toHaveLength(50);
  });

  it('finds those among whom it may look alone, and puts the one who is meant first', async () => {
    expect(await found(shop, question('delhi', { among: Uint32Array.of(0, 2) }))).toEqual([2]);
    expect(await found(shop, question('u-', { first: 3 }))).toEqual([3, 0, 1, 2, 4]);
  });

  it('ends where it is called off', async () => {
    let turns = 0;
    const once = (): Promise<boolean> => Promise.resolve(turns++ < 0);
    expect(await shop.find(question('delhi'), once)).toBeUndefined();
  });
});

describe('an order', () => {
  const all = { among: Uint32Array.of(0, 1, 2, 3, 4) };
  it('is by name, folded, with those last who have none', async () => {
    expect(await found(shop, question('', { ...all, order: { by: 'name' } }))).toEqual([1, 0, 2, 3, 4]);
    const down = { ...all, order: { by: 'name' }, descending: true } as const;
    expect(await found(shop, question('', down))).toEqual([3, 2, 0, 1, 4]);
  });

  it('is by a trait: numbers as numbers, before texts', async () => {
    const order = { by: 'trait', trait: 'orders' } as const;
    expect(await found(shop, question('', { ...all, order }))).toEqual([2, 1, 4, 0, 3]);
    expect(await found(shop, question('', { ...all, order, descending: true }))).toEqual([4, 1, 2, 0, 3]);
  });

  it('is by when their latest message came', async () => {
    shop.seeBy(Float64Array.of(7, -1, 70_000_000_000, 3, 65_537));
    const order = { by: 'lastSeen' } as const;
    expect(await found(shop, question('', { ...all, order, descending: true }))).toEqual([2, 4, 0, 3, 1]);
  });

  it('is by numbers that come with the question, also where a search leaves some out', async () => {
    const order = { by: 'given', keys: Float64Array.of(5, 4, 3, 2, 1) } as const;
    expect(await found(shop, question('', { ...all, order }))).toEqual([4, 3, 2, 1, 0]);
    expect(await found(shop, question('delhi', { ...all, order }))).toEqual([2, 1]);
  });

  /** Numbers first, then texts by their bytes; those of one value as given; null: none, which comes last. */
  function plainly(values: readonly (string | null)[], descending: boolean): readonly number[] {
    const isNumber = (text: string): boolean => text.length <= 15 && /^-?\d+(?:\.\d+)?$/.test(text);
    const keyed = values.map((value, id) => ({ id, text: value === null ? '' : folded(value) }));
    const compare = (a: string, b: string): number => {
      if (isNumber(a) && isNumber(b)) return Number(a) - Number(b);
      return isNumber(a) ? -1 : isNumber(b) ? 1 : Buffer.compare(Buffer.from(a), Buffer.from(b));
    };
    const some = keyed.filter(({ text }) => text !== '');
    some.sort((a, b) => (descending ? compare(b.text, a.text) : compare(a.text, b.text)) || a.id - b.id);
    return [...some, ...keyed.filter(({ text }) => text === '')].map(({ id }) => id);
  }

  async function byTrait(
    values: readonly (string | null)[],
    descending: boolean,
  ): Promise<readonly number[]> {
    const index = indexOf(values.map((value, id) => [`u${id}`, { first: 'x', trait: value, last: '1' }]));
    const among = Uint32Array.from(values, (_, id) => id);
    const order = { by: 'trait', trait: 'trait' } as const;
    return found(index, question('', { among, order, descending }));
  }

  it('by a trait is that of a plain sort, however values begin, end and are written', async () => {
    const piece = fc.constantFrom(
      'a',
      'ab',
      'annabel ',
      '7',
      '-',
      '.',
      'é',
      'मी',
      '\u{1f600}',
      '\uff5e',
      ' ',
    );
    const text = fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join(''));
    const figure = fc.oneof(
      fc.integer().map(String),
      fc.double({ noNaN: true, min: -1e4, max: 1e4 }).map(String),
    );
    const odd = fc.constantFrom(
      '-0',
      '0',
      '0.0',
      '1.',
      '.5',
      '--1',
      '1.2.3',
      '-',
      '123456789012345',
      '1234567890123456',
    );
    const value = fc.option(fc.oneof(text, figure, odd));
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 80 }), fc.boolean(), async (values, descending) => {
        expect(await byTrait(values, descending)).toEqual(plainly(values, descending));
      }),
    );
  });

  it.each([false, true])(
    'by a trait is that of a plain sort of very many, descending: %s',
    async (descending) => {
      const values = Array.from({ length: 40_000 }, (_, i) => {
        const n = (i * 7_919) % 40_009;
        return n % 5 === 0
          ? String(n % 90 === 0 ? -n / 8 : n % 1_000)
          : `customer-${String(n % 3_000).padStart(n % 9, '0')}`;
      });
      expect(await byTrait(values, descending)).toEqual(plainly(values, descending));
    },
  );

  it('by number is that of a plain sort, whatever the range', () => {
    const whole = fc.oneof(fc.nat(70_000), fc.integer({ min: -8.64e15, max: 8.64e15 }), fc.constant(NaN));
    fc.assert(
      fc.property(fc.array(whole, { maxLength: 60 }), fc.boolean(), (keys, descending) => {
        const ids = Uint32Array.from(keys, (_, place) => place * 3);
        const plain = [...ids].filter((id) => !Number.isNaN(keys[id / 3]));
        plain.sort((a, b) => (keys[a / 3] ?? 0) - (keys[b / 3] ?? 0) || a - b);
        if (descending) plain.reverse();
        const none = [...ids].filter((id) => Number.isNaN(keys[id / 3]));
        const sorted = sortByNumber(ids, (_, place) => keys[place] ?? NaN, descending);
        expect([...sorted]).toEqual([...plain, ...none]);
      }),
    );
  });
});

describe('what is kept', () => {
  const word = fc.constantFrom('ann', 'bo', 'Zoë', 'ñ', 'annabel', 'x1', 'मी');
  const traits = fc.dictionary(fc.constantFrom('name', 'city', 'tier'), word);
  const change = fc.record({ id: fc.nat(30), known: fc.option(fc.tuple(word, traits)) });

  it('follows every change: those are found whom a look at all would find', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 200 }), word, async (changes, typed) => {
        const index = new FinderIndex();
        const now = new Map<number, string>();
        for (const { id, known } of changes) {
          const sent: SentCustomer = [id, known === null ? null : [0, ['user_id', known[0]], known[1]]];
          index.put(sent);
          if (known === null) now.delete(id);
          else {
            const texts = [known[0], nameOfCustomer(known[1]) ?? '', ...Object.values(known[1])];
            now.set(id, texts.map(folded).join('\n'));
          }
        }
        const plain = [...now].filter(([, text]) => text.includes(folded(typed))).map(([id]) => id);
        expect(await found(index, question(typed))).toEqual(plain.sort((a, b) => a - b));
      }),
    );
  });

  it('is written anew when half of it is dead, and says the same', async () => {
    const index = new FinderIndex();
    const rounds = 40;
    for (let round = 0; round < rounds; round++) {
      for (let id = 0; id < 5_000; id++) {
        index.put([id, [0, ['user_id', `u${id}`], { round: `r${round}`, note: 'x'.repeat(20) }]]);
      }
    }
    const among = Uint32Array.from({ length: 5_000 }, (_, id) => id);
    expect(await found(index, question(`round:r${rounds - 1}`, { among }))).toHaveLength(5_000);
    expect(await found(index, question('round:r7 ', { among }))).toEqual([]);
    expect(await found(index, question('u4999', { among }))).toEqual([4_999]);
  });

  it('is bounded for each customer, and for the names of fields', async () => {
    const many = Object.fromEntries(Array.from({ length: 12_000 }, (_, n) => [`f${n}`, `v${n}`]));
    const index = indexOf([
      ['big', { name: 'Big', note: 'é'.repeat(10_000) }],
      ['wide', many],
      ['after', { city: 'Oslo' }],
    ]);
    expect(await found(index, question('big'))).toEqual([0]);
    expect(await found(index, question('v5'))).toEqual([1]);
    expect(await found(index, question('oslo'))).toEqual([2]);
  });
});
