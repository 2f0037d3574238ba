/** Several streams in order of time become one. Equal times: the stream named first. */

import type { Timed } from './time-order.ts';
import type { Message } from '@segue/core/model/message.ts';

type Head = {
  readonly stream: AsyncGenerator<readonly Timed[], void, undefined>;
  batch: readonly Timed[];
  at: number;
};

const BATCH_ITEMS = 1_024;

/** Cost: the number of streams for every message; streams are files, so few. */
export async function* mergeInTime(
  streams: readonly AsyncGenerator<readonly Timed[], void, undefined>[],
): AsyncGenerator<readonly Message[], void, undefined> {
  const heads: Head[] = [];
  try {
    for (const stream of streams) heads.push({ stream, batch: [], at: 0 });
    let live: Head[] = [];
    for (const head of heads) if (await refill(head)) live.push(head);
    let out: Message[] = [];
    while (live.length > 0) {
      const head = earliest(live);
      const item = head.batch[head.at];
      if (item !== undefined) out.push(item.message);
      head.at += 1;
      if (head.at >= head.batch.length && !(await refill(head))) {
        live = live.filter((other) => other !== head);
      }
      if (out.length < BATCH_ITEMS) continue;
      yield out;
      out = [];
    }
    if (out.length > 0) yield out;
  } finally {
    for (const stream of streams) await stream.return();
  }
}

async function refill(head: Head): Promise<boolean> {
  for (;;) {
    const next = await head.stream.next();
    if (next.done === true) return false;
    if (next.value.length === 0) continue;
    head.batch = next.value;
    head.at = 0;
    return true;
  }
}

function earliest(heads: readonly Head[]): Head {
  let best: Head | undefined;
  let bestTime = Infinity;
  for (const head of heads) {
    const time = head.batch[head.at]?.message.time ?? Infinity;
    if (best !== undefined && time >= bestTime) continue;
    best = head;
    bestTime = time;
  }
  if (best === undefined) throw new Error('Invariant broken: no stream to merge');
  return best;
}
