/** What every quarantine does. */

import { describe, expect, test } from 'vitest';
import type { Quarantine, Quarantined } from '../../src/log/quarantine.ts';

export type QuarantinePlace = {
  open(options: { readonly rowsMax: number }): Promise<Quarantine>;
  close(quarantine: Quarantine): Promise<void>;
  readonly outlivesClose: boolean;
};

function refused(n: number, fields: Partial<Quarantined> = {}): Quarantined {
  return {
    at: 1_760_000_000_000 + n,
    source: 'web',
    code: 'message/shape',
    reason: 'It is no object',
    raw: `${n}`,
    ...fields,
  };
}

function raws(quarantine: Quarantine, options: Parameters<Quarantine['list']>[0]): string[] {
  return quarantine.list(options).map(({ raw }) => raw);
}

export function describeQuarantine(name: string, makePlace: () => QuarantinePlace): void {
  describe(`${name} as a quarantine`, () => {
    test('lists what was refused, newest first, a page at a time', async () => {
      const place = makePlace();
      const quarantine = await place.open({ rowsMax: 100 });
      await quarantine.add([refused(0), refused(1), refused(2)]);
      await quarantine.add([]);
      await quarantine.add([refused(3), refused(4)]);
      const page = quarantine.list({ limit: 2 });
      expect(page.map(({ raw }) => raw)).toEqual(['4', '3']);
      expect(raws(quarantine, { limit: 10, before: page[1]!.id })).toEqual(['2', '1', '0']);
      expect(raws(quarantine, { limit: 10, before: 0 })).toEqual([]);
      expect(page[0]).toEqual({ ...refused(4), id: page[0]!.id });
      await place.close(quarantine);
    });

    test('lists those of one source', async () => {
      const place = makePlace();
      const quarantine = await place.open({ rowsMax: 100 });
      await quarantine.add(
        Array.from({ length: 20 }, (_, n) => refused(n, { source: n % 3 === 0 ? 'till' : 'web' })),
      );
      expect(raws(quarantine, { limit: 3, source: 'till' })).toEqual(['18', '15', '12']);
      expect(raws(quarantine, { limit: 3, source: 'other' })).toEqual([]);
      await place.close(quarantine);
    });

    test('removes rows in which a text stands, in any case and as JSON writes it, and goes on', async () => {
      const place = makePlace();
      let quarantine = await place.open({ rowsMax: 10 });
      await quarantine.add([
        refused(0, { raw: '{"email":"Ann@Example.com"}' }),
        refused(1, { raw: '{"name":"a\\"b","userId":"42"}' }),
        refused(2, { raw: '{"price":42}' }),
        refused(3, { reason: 'The user id “ann@example.com” is long' }),
        refused(4, { raw: 'joann@example.community' }),
        refused(5),
      ]);
      expect(await quarantine.remove(['ann@example.com', '42', ''])).toBe(3);
      expect(await quarantine.remove(['ann@example.com'])).toBe(0);
      const left = ['5', 'joann@example.community', '{"price":42}'];
      expect(raws(quarantine, { limit: 10 })).toEqual(left);
      expect(quarantine.counts()).toEqual(new Map([['message/shape', 6]]));
      if (place.outlivesClose) {
        await place.close(quarantine);
        quarantine = await place.open({ rowsMax: 10 });
        expect(raws(quarantine, { limit: 10 })).toEqual(left);
      }
      // The gaps are let go like rows.
      for (let n = 10; n < 40; n += 3) await quarantine.add([refused(n), refused(n + 1), refused(n + 2)]);
      expect(raws(quarantine, { limit: 20 })).toHaveLength(10);
      await place.close(quarantine);
    });

    test('lets the oldest go above its bound, and counts them still', async () => {
      const place = makePlace();
      const quarantine = await place.open({ rowsMax: 10 });
      for (let n = 0; n < 35; n += 5) {
        await quarantine.add(
          Array.from({ length: 5 }, (_, i) => refused(n + i, { code: n < 20 ? 'a/a' : 'b/b' })),
        );
      }
      expect(raws(quarantine, { limit: 100 })).toEqual(Array.from({ length: 10 }, (_, i) => `${34 - i}`));
      await quarantine.add(Array.from({ length: 25 }, (_, i) => refused(100 + i, { code: 'c/c' })));
      expect(raws(quarantine, { limit: 100 })).toEqual(Array.from({ length: 10 }, (_, i) => `${124 - i}`));
      expect([...quarantine.counts()].sort()).toEqual([
        ['a/a', 20],
        ['b/b', 15],
        ['c/c', 25],
      ]);
      await place.close(quarantine);
    });

    test('cuts what came after 64 KiB, between characters', async () => {
      const place = makePlace();
      const quarantine = await place.open({ rowsMax: 10 });
      const exact = 'x'.repeat(65_536);
      await quarantine.add([
        refused(0, { raw: exact }),
        refused(1, { raw: `${exact}y` }),
        refused(2, { raw: `x${'漢'.repeat(30_000)}` }),
        refused(3, { raw: '\ud800' }),
      ]);
      const [lone, wide, cut, whole] = raws(quarantine, { limit: 10 });
      expect(whole).toBe(exact);
      expect(cut).toBe(exact);
      expect(wide).toBe(`x${'漢'.repeat(21_845)}`);
      expect(lone).toBe('\ud800');
      await place.close(quarantine);
    });

    test('counts endless made-up codes as `other`', async () => {
      const place = makePlace();
      const quarantine = await place.open({ rowsMax: 10 });
      await quarantine.add(Array.from({ length: 1_200 }, (_, n) => refused(n, { code: `x/${n}` })));
      expect(quarantine.counts().size).toBe(1_001);
      expect(quarantine.counts().get('other')).toBe(200);
      await place.close(quarantine);
    });

    test('takes a limit that is none as a mistake', async () => {
      const place = makePlace();
      const quarantine = await place.open({ rowsMax: 10 });
      for (const limit of [0, -1, 1.5, Number.NaN, 1_001]) {
        expect(() => quarantine.list({ limit })).toThrow(RangeError);
      }
      await place.close(quarantine);
    });

    test.runIf(makePlace().outlivesClose)(
      'holds rows, bound and counts after it was opened again',
      async () => {
        const place = makePlace();
        for (let round = 0; round < 4; round += 1) {
          const quarantine = await place.open({ rowsMax: 10 });
          await quarantine.add(
            Array.from({ length: 4 }, (_, i) => refused(round * 4 + i, { source: `s${i}` })),
          );
          const kept = Math.min(10, (round + 1) * 4);
          expect(raws(quarantine, { limit: 100 })).toEqual(
            Array.from({ length: kept }, (_, i) => `${round * 4 + 3 - i}`),
          );
          expect(raws(quarantine, { limit: 1, source: 's2' })).toEqual([`${round * 4 + 2}`]);
          expect(quarantine.counts()).toEqual(new Map([['message/shape', (round + 1) * 4]]));
          await place.close(quarantine);
        }
      },
    );
  });
}
