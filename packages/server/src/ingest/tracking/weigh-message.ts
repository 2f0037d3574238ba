/**
 * How heavy a message is: how many values it holds, how deep they go, and how many bytes of JSON it may be at most. One
 * walk that allocates nothing and cannot overflow the stack, and therefore comes before everything else that recurses.
 */

/** JSON writes a UTF-16 code unit as at most six bytes (`\u001f`), and a number in at most 25. */
const BYTES_PER_UNIT = 6;
const BYTES_PER_NUMBER = 25;
/** Brackets, quotes, colon, comma. */
const BYTES_AROUND = 4;

/** What the last `weigh` found. One object, as the walk is synchronous. */
export type Weight = {
  values: number;
  /** An upper bound. */
  bytesAtMost: number;
  tooDeep: boolean;
  /** A number that JSON can write and a double cannot hold, such as 1e999. */
  infinite: boolean;
};

const weight: Weight = { values: 0, bytesAtMost: 0, tooDeep: false, infinite: false };

/** Stops below `depthMax` levels; the answer is valid until the next call. */
export function weigh(message: object, depthMax: number): Readonly<Weight> {
  weight.values = 0;
  weight.bytesAtMost = 0;
  weight.tooDeep = false;
  weight.infinite = false;
  weighObject(message, depthMax);
  return weight;
}

function weighObject(value: object, levelsLeft: number): void {
  weight.values += 1;
  weight.bytesAtMost += BYTES_AROUND;
  if (levelsLeft === 0) {
    weight.tooDeep = true;
    return;
  }
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    for (let i = 0; i < items.length; i++) weighPart(items[i], levelsLeft);
    return;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key in fields) {
    weight.bytesAtMost += key.length * BYTES_PER_UNIT + BYTES_AROUND;
    weighPart(fields[key], levelsLeft);
  }
}

function weighPart(value: unknown, levelsLeft: number): void {
  if (typeof value === 'object' && value !== null) {
    weighObject(value, levelsLeft - 1);
    return;
  }
  weight.values += 1;
  if (typeof value === 'string') {
    weight.bytesAtMost += value.length * BYTES_PER_UNIT + BYTES_AROUND;
    return;
  }
  weight.bytesAtMost += BYTES_PER_NUMBER + BYTES_AROUND;
  if (typeof value === 'number' && !Number.isFinite(value)) weight.infinite = true;
}
