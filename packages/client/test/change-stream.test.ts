import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createClient } from '../src/client.ts';

/** A service with changes 0 … `length` − 1, whose connections break after so many bytes, in chunks of so many. */
function breaking(
  length: number,
  cuts: readonly number[],
  chunk: number,
): { fetch: typeof fetch; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    fetch: (input, init) => {
      const url = new URL(input);
      const lastId = new Headers(init?.headers).get('last-event-id');
      asked.push(lastId === null ? url.search : `${url.search} after ${lastId}`);
      const from = lastId === null ? Number(url.searchParams.get('from') ?? 0) : Number(lastId) + 1;
      let text = `retry: 1000\nid: ${from - 1}\n\n`;
      for (let seq = from; seq < length; seq += 1) {
        text += seq === 3 ? `: \nid: 3\n\n` : `id: ${seq}\ndata: {"seq":${seq},"segment":"vip “ü”"}\n\n`;
      }
      const bytes = new TextEncoder().encode(text);
      const cut = cuts[asked.length - 1];
      const end = cut === undefined ? bytes.length : Math.min(cut, bytes.length);
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < end; at += chunk) {
            controller.enqueue(bytes.slice(at, Math.min(at + chunk, end)));
          }
          if (cut !== undefined) controller.close();
          else {
            init?.signal?.addEventListener('abort', () => {
              controller.error(init.signal?.reason);
            });
          }
        },
      });
      return Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
    },
  };
}

async function read(fetchIt: typeof fetch, length: number): Promise<number[]> {
  const seen: number[] = [];
  const client = createClient({ url: 'http://segue.invalid', key: 'sk', fetch: fetchIt });
  for await (const item of client.changes({ segments: ['vip', 'b'], from: 0 })) {
    if (item.kind === 'change') seen.push(item.change.seq);
    if (seen.at(-1) === length - 1) break;
  }
  return seen;
}

describe('the stream of changes', () => {
  it('goes on after a break without a gap and without a repeat, wherever the break was', async () => {
    const length = 12;
    const expected = Array.from({ length }, (_, i) => i).filter((seq) => seq !== 3);
    const cuts = fc.array(fc.nat(600), { maxLength: 1 });
    const check = fc.asyncProperty(cuts, fc.integer({ min: 1, max: 200 }), async (at, chunk) => {
      const { fetch: broken } = breaking(length, at, chunk);
      expect(await read(broken, length)).toEqual(expected);
    });
    await fc.assert(check, { numRuns: 8 });
  });

  it('asks for what is wanted, and goes on behind what it saw', async () => {
    const { fetch: broken, asked } = breaking(5, [60], 7);
    expect(await read(broken, 5)).toEqual([0, 1, 2, 4]);
    expect(asked[0]).toBe('?segments=vip%2Cb&from=0');
    expect(asked[1]).toMatch(/^\?segments=vip%2Cb after (-1|0)$/);
  });

  it('tells of a gap, and ends when the caller wants it', async () => {
    const gap = 'id: 9\nevent: gap\ndata: {"from":2,"to":10}\n\n';
    const stopping = new AbortController();
    const client = createClient({
      url: 'http://segue.invalid',
      fetch: () => Promise.resolve(new Response(gap)),
    });
    const items: unknown[] = [];
    for await (const item of client.changes({ from: 2, signal: stopping.signal })) {
      items.push(item);
      stopping.abort();
    }
    expect(items).toEqual([{ kind: 'gap', gap: { from: 2, to: 10 } }]);
  });

  it('does not try again what is refused', async () => {
    const problem = { type: 'about:blank', title: 'x', status: 401, code: 'access/bad-key', detail: 'No.' };
    const refusing = (): Promise<Response> => Promise.resolve(Response.json(problem, { status: 401 }));
    const client = createClient({ url: 'http://segue.invalid', fetch: refusing });
    await expect(client.changes().next()).rejects.toMatchObject({ code: 'access/bad-key' });
  });
});
