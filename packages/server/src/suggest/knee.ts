/**
 * The knee of a curve: the point farthest from the straight line between its ends, with both axes scaled to 0..1. It is what
 * V. Satopää and others, “Finding a ‘kneedle’ in a haystack” (ICDCS workshops, 2011) find without smoothing, which a few
 * points do not need: beyond it, more of the one costs more of the other than before.
 */

export type Point = { readonly x: number; readonly y: number };

/** Below it a curve is as good as straight. */
const bendMin = 0.02;

/** Index of the point; undefined for fewer than three, or where the curve has no bend outwards. */
export function kneeOf(points: readonly Point[]): number | undefined {
  const order = points.map((_, i) => i).sort((a, b) => (points[a]?.x ?? 0) - (points[b]?.x ?? 0));
  const [first, last] = [points[order[0] ?? -1], points[order.at(-1) ?? -1]];
  if (points.length < 3 || first === undefined || last === undefined) return undefined;
  const ys = points.map(({ y }) => y);
  const [width, height] = [last.x - first.x, Math.max(...ys) - Math.min(...ys)];
  if (width <= 0 || height <= 0) return undefined;
  let best: number | undefined;
  let farthest = bendMin;
  for (const i of order) {
    const { x, y } = points[i] as Point;
    const onLine = first.y + ((last.y - first.y) * (x - first.x)) / width;
    const distance = (y - onLine) / height;
    if (distance <= farthest) continue;
    farthest = distance;
    best = i;
  }
  return best;
}
