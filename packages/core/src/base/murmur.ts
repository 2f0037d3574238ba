/** MurmurHash3 x86 32 bit, seed 0, over the UTF-8 bytes of a text (Austin Appleby, public domain). */

function mix(k: number): number {
  const x = Math.imul(k, 0xcc9e2d51);
  return Math.imul((x << 15) | (x >>> 17), 0x1b873593);
}

/** 0 … 2^32 − 1. A lone surrogate counts as U+FFFD, as in every UTF-8 encoder. */
export function murmur3(text: string): number {
  let hash = 0;
  let block = 0;
  let bytes = 0;
  const add = (byte: number): void => {
    block |= byte << ((bytes & 3) * 8);
    bytes += 1;
    if ((bytes & 3) !== 0) return;
    hash ^= mix(block);
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64;
    block = 0;
  };
  for (const character of text) addUtf8(character.codePointAt(0) ?? 0, add);
  if ((bytes & 3) !== 0) hash ^= mix(block);
  hash ^= bytes;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function addUtf8(code: number, add: (byte: number) => void): void {
  const point = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
  if (point < 0x80) {
    add(point);
    return;
  }
  if (point < 0x800) add(0xc0 | (point >> 6));
  else {
    if (point < 0x10000) add(0xe0 | (point >> 12));
    else {
      add(0xf0 | (point >> 18));
      add(0x80 | ((point >> 12) & 0x3f));
    }
    add(0x80 | ((point >> 6) & 0x3f));
  }
  add(0x80 | (point & 0x3f));
}

/** Where in 0 ≤ x < 1 the customer whose profile began under `id` stands for ever among those drawn with `seed`. */
export function sampleFraction(seed: string, id: string): number {
  return murmur3(`${seed}\u0000${id}`) / 2 ** 32;
}

/** Whether `sample(percent%, seed)` holds for that customer. */
export function inSample(percent: number, seed: string, id: string): boolean {
  return sampleFraction(seed, id) < percent / 100;
}
