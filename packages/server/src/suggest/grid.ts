/** The numbers to try: chosen where customers differ, rounded to what people would write. */

import type { ThresholdNumber } from './thresholds.ts';

/** Numbers tried at once, the one in force included; a customer's answers are the bits of one number. */
export const gridMax = 31;
const steps = 20;

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const minuteMs = 60_000;

/** Ascending. `values` are what customers have: gaps in milliseconds for durations, values for numbers; in any order. */
export function gridOf(number: ThresholdNumber, values: readonly number[]): readonly number[] {
  const sorted = Float64Array.from(values).sort();
  const tried = new Set<number>([number.now]);
  for (let i = 1; i < steps && sorted.length > 0; i++) {
    tried.add(rounded(number, quantile(sorted, i / steps)));
  }
  // Nobody differs, or nothing is known of what is compared: around what is there.
  if (tried.size < 4) {
    for (const factor of [0.25, 0.5, 0.75, 1.5, 2, 3, 4]) tried.add(rounded(number, number.now * factor));
  }
  const grid = [...tried].filter((n) => isUsable(number, n)).sort((a, b) => a - b);
  return thinned(grid, number.now);
}

/** By the type-7 definition: linear between neighbours. */
export function quantile(sorted: Float64Array, p: number): number {
  const place = p * (sorted.length - 1);
  const low = Math.floor(place);
  const [a, b] = [sorted[low] ?? 0, sorted[Math.min(low + 1, sorted.length - 1)] ?? 0];
  return a + (b - a) * (place - low);
}

function isUsable({ kind }: ThresholdNumber, n: number): boolean {
  return Number.isFinite(n) && (kind === 'number' || n > 0);
}

function rounded({ kind, now }: ThresholdNumber, x: number): number {
  switch (kind) {
    case 'duration':
      return roundDuration(x);
    case 'units':
      return Math.max(1, Math.round(x));
    case 'number':
      return Number.isInteger(now) && Math.abs(x) < 20 ? Math.round(x) : Number(x.toPrecision(2));
  }
}

/** To whole days, or where it is short, hours or minutes. */
export function roundDuration(ms: number): number {
  const unit = ms >= 2 * dayMs ? dayMs : ms >= 2 * hourMs ? hourMs : minuteMs;
  return Math.max(unit, Math.round(ms / unit) * unit);
}

/** Evenly spread ones, with the one in force among them. */
function thinned(grid: readonly number[], now: number): readonly number[] {
  if (grid.length <= gridMax) return grid;
  const kept = new Set([now]);
  for (let i = 0; i < gridMax - 1; i++) {
    kept.add(grid[Math.round((i * (grid.length - 1)) / (gridMax - 2))] as number);
  }
  return [...kept].sort((a, b) => a - b);
}
