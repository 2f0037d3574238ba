import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentileOf, quintileOf } from '../../src/rules/population.ts';

/** As the definition says it. */
function byDefinition(x: number, sorted: readonly number[]): number | undefined {
  const percentile = percentileOf(x, sorted);
  return percentile === undefined ? undefined : 1 + [20, 40, 60, 80].filter((cut) => cut < percentile).length;
}

/** The doubles next to x, where an answer that is off by one rounding would show. */
function neighbours(x: number): number[] {
  const bits = new BigInt64Array(new Float64Array([x]).buffer);
  const [at = 0n] = bits;
  const near = [at - 1n, at, at + 1n].map(
    (value) => new Float64Array(new BigInt64Array([value]).buffer)[0] ?? x,
  );
  return near.filter((value) => Number.isFinite(value) && !isTiny(value));
}

/** So small that half of it has fewer bits: nobody's age, count or money, and the percentile itself is not exact there. */
function isTiny(x: number): boolean {
  return x !== 0 && Math.abs(x) < 1e-290;
}

const values = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.integer({ min: 0, max: 10_000 }).map((cents) => cents / 100),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((x) => !isTiny(x)),
);

describe('quintiles', () => {
  it('are what the percentile says, to the last bit, for members, their neighbours and anybody else', () => {
    fc.assert(
      fc.property(
        fc.array(values, { maxLength: 40 }),
        fc.array(values, { maxLength: 5 }),
        (population, others) => {
          const sorted = Float64Array.from(population).sort();
          const plain = [...sorted];
          const between = plain.flatMap((x, i) => {
            const next = plain[i + 1];
            return next === undefined ? [] : [x / 2 + next / 2, x * 0.8 + next * 0.2, x * 0.2 + next * 0.8];
          });
          for (const x of [...plain, ...others, ...between].flatMap(neighbours)) {
            expect(quintileOf(x, sorted)).toBe(byDefinition(x, plain));
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
