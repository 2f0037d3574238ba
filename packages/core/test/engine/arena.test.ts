import fc from 'fast-check';
import { expect, test } from 'vitest';

import { Arena, blockWordsOf, writeBlock } from '../../src/engine/arena.ts';

/** Blocks by owner, and what should be in them. */
class Blocks {
  readonly places = new Map<number, number>();
  readonly contents = new Map<number, Uint32Array>();
  readonly arena: Arena = new Arena((owner, place) => {
    expect(this.places.has(owner)).toBe(true);
    this.places.set(owner, place);
  });

  write(owner: number, words: Uint32Array): void {
    const place = this.arena.write(owner, this.places.get(owner) ?? -1, words, words.length * 4);
    this.places.set(owner, place);
    this.contents.set(owner, words.slice());
  }

  free(owner: number): void {
    const place = this.places.get(owner);
    if (place !== undefined) this.arena.free(place);
    this.places.delete(owner);
    this.contents.delete(owner);
  }

  check(): void {
    for (const [owner, place] of this.places) {
      const view = this.arena.viewOf(place);
      const offset = this.arena.offsetOf(place);
      const words = this.contents.get(owner) ?? new Uint32Array();
      const read = Uint32Array.from(words, (_, i) => view.getUint32(offset + i * 4, true));
      expect(read).toEqual(words);
    }
  }
}

test('every block holds what was written last, however blocks grow, shrink, come and go', () => {
  const step = fc.record({ owner: fc.nat(60), words: fc.nat(6_000), kind: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 50, maxLength: 400 }), (steps) => {
      const blocks = new Blocks();
      steps.forEach(({ owner, words, kind }, i) => {
        if (kind === 0) blocks.free(owner);
        else blocks.write(owner, new Uint32Array(words + 1).fill(owner * 1_000_003 + i));
      });
      blocks.check();
    }),
    { numRuns: 60 },
  );
});

test('memory is used again: blocks that are written over and over take a bounded number of bytes', () => {
  const blocks = new Blocks();
  let furthest = 0;
  for (let round = 0; round < 40; round++) {
    for (let owner = 0; owner < 300; owner++) {
      blocks.write(owner, new Uint32Array(20 + ((owner * 7 + round * 131) % 400)).fill(owner + round));
    }
    for (const place of blocks.places.values()) furthest = Math.max(furthest, place);
  }
  blocks.check();
  // 300 blocks of at most 420 words are half a mebibyte; places are in units of 8 bytes, 2 ** 17 of them a chunk.
  expect(furthest / 2 ** 17).toBeLessThan(14);
});

test('blocks that were written down are taken up in runs over many chunks, and live on', () => {
  const owners = 3_000;
  const contents = Array.from({ length: owners }, (_, owner) =>
    new Uint32Array(1 + ((owner * 7919) % 700)).fill(owner * 1_000_003),
  );
  const bytesOf = (owner: number): Uint8Array =>
    new Uint8Array(contents[owner]?.buffer ?? new ArrayBuffer(0));
  const length = contents.reduce((sum, words) => sum + blockWordsOf(words.length * 4), 0);
  const source = new Uint32Array(length);
  const starts = [0];
  for (let owner = 0; owner < owners; owner++) {
    starts.push(writeBlock(source, starts[owner] ?? 0, owner, bytesOf(owner)));
  }
  expect(starts.at(-1)).toBe(length);
  const blocks = new Blocks();
  const places = new Int32Array(owners).fill(-1);
  blocks.arena.beginRestore(length / 2);
  // Runs of any length, with somebody left out after each.
  for (let from = 0, run = 1; from < owners; from += run + 1, run = (run * 3) % 701) {
    const to = Math.min(from + run, owners);
    blocks.arena.restore(source, starts[from] ?? 0, starts[to] ?? 0, places);
    for (let owner = from; owner < to; owner++) {
      blocks.places.set(owner, places[owner] ?? -1);
      blocks.contents.set(owner, contents[owner] ?? new Uint32Array());
    }
  }
  expect(new Set(blocks.places.values()).size).toBe(blocks.places.size);
  expect(Math.max(...blocks.places.values()) / 2 ** 17).toBeGreaterThan(2);
  blocks.check();
  for (const owner of [...blocks.places.keys()]) {
    if (owner % 3 === 0) blocks.free(owner);
    else if (owner % 3 === 1) blocks.write(owner, new Uint32Array(900).fill(owner));
  }
  blocks.check();
});

test('what is no run of blocks is refused', () => {
  expect(() => {
    new Arena(() => undefined).restore(new Uint32Array(8), 0, 8, new Int32Array(4));
  }).toThrow('blocks one after another');
});
