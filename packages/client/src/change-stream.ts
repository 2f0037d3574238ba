/**
 * Changes as they happen, over server-sent events. Where the connection breaks it is made again, going on after the last
 * change that was seen, so none is missed and none comes twice. Changes that the service has let go meanwhile are told as a gap.
 */

import { SegueError } from './problem-error.ts';
import { pause, type Transport } from './transport.ts';

/** A membership or a stage that changed; the form is that of webhooks too (docs/live-changes.md). */
export type Change = {
  readonly seq: number;
  readonly customer: {
    readonly id: number;
    readonly displayId: string;
    readonly identifiers: readonly { readonly kind: string; readonly value: string }[];
  };
  readonly segment?: string;
  readonly version?: number;
  readonly lifecycle?: string;
  readonly from?: string;
  readonly to?: string;
  readonly change: 'entered' | 'exited' | 'stage_changed';
  /** UTC, to the millisecond; and as milliseconds since 1970. */
  readonly at: string;
  readonly atMs: number;
  readonly cause: string;
  readonly messageId?: string;
};

/** Changes with from ≤ seq < to are not kept any more. */
export type Gap = { readonly from: number; readonly to: number };

/** How large things are: what has become another since it was told last, first everything. null: it is no more. */
export type SizesChange = {
  readonly customers?: number;
  readonly segments?: Readonly<Record<string, number | null>>;
  readonly lifecycles?: Readonly<Record<string, Readonly<Record<string, number | null>> | null>>;
};

/** A message as it was taken. */
export type SeenMessage = {
  /** Place in the log. */
  readonly position: number;
  /** By what people know the customer. */
  readonly customer?: string;
  readonly type: 'track' | 'page' | 'screen' | 'identify' | 'group' | 'alias';
  readonly name?: string;
  readonly messageId: string;
  /** When it happened. */
  readonly timestamp: string;
  readonly source: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly traits?: Readonly<Record<string, unknown>>;
};

/** The newest of a moment, oldest first, and how many came besides. */
export type SeenMessages = { readonly messages: readonly SeenMessage[]; readonly skipped: number };

export type StreamItem =
  | { readonly kind: 'change'; readonly change: Change }
  | { readonly kind: 'gap'; readonly gap: Gap }
  /** Where `sizes` was asked for; after every break first everything again. */
  | { readonly kind: 'sizes'; readonly sizes: SizesChange }
  /** Where `messages` was asked for. What is taken during a break is not told. */
  | { readonly kind: 'messages'; readonly seen: SeenMessages };

export type StreamOptions = {
  readonly segments?: readonly string[];
  readonly lifecycles?: readonly string[];
  readonly changes?: readonly Change['change'][];
  /** An identifier of one customer. */
  readonly customer?: string;
  readonly sizes?: boolean;
  readonly messages?: boolean;
  /** Number of the first change that is wanted; left out: the next one to come. */
  readonly from?: number;
  /** Ends the stream. */
  readonly signal?: AbortSignal;
};

const firstPauseMs = 500;
const pauseMsMax = 30_000;

/** Where a stream stands: the number of the next change, and connections in a row that gave nothing. */
/** The id of the last event that came, once one did. */
type Place = { lastId: number | undefined; failures: number };

/** Goes on until `signal` aborts or the caller leaves the loop; rejects with what trying again would not mend. */
export async function* streamChanges(
  transport: Transport,
  options: StreamOptions,
): AsyncGenerator<StreamItem, void> {
  const leaving = new AbortController();
  const signal =
    options.signal === undefined ? leaving.signal : AbortSignal.any([leaving.signal, options.signal]);
  const place: Place = { lastId: undefined, failures: 0 };
  try {
    while (!signal.aborted) {
      try {
        yield* oneConnection(transport, options, place, signal);
      } catch (error) {
        if (isAborted(signal)) return;
        if (!isBroken(error)) throw error;
      }
      const pauseMs = Math.min(firstPauseMs * 2 ** place.failures, pauseMsMax);
      place.failures += 1;
      await pause(pauseMs, signal).catch(() => undefined);
    }
  } finally {
    leaving.abort();
  }
}

async function* oneConnection(
  transport: Transport,
  { segments, lifecycles, changes, customer, from, sizes, messages }: StreamOptions,
  place: Place,
  signal: AbortSignal,
): AsyncGenerator<StreamItem, void> {
  const query = {
    segments: segments?.join(','),
    lifecycles: lifecycles?.join(','),
    changes: changes?.join(','),
    customer,
    sizes: sizes === true ? 'true' : undefined,
    messages: messages === true ? 'true' : undefined,
    from: from === undefined || place.lastId !== undefined ? undefined : String(from),
  };
  // What this feed never had is refused to who begins there, and told as a gap to who goes on: an older backup was put back.
  const response = await transport.open('streamChanges', query, signal, place.lastId);
  for await (const event of eventsOf(response)) {
    place.failures = 0;
    const item = itemOf(event);
    // The place moves before the item is handed out: whoever goes on has had it.
    if (event.id !== undefined) place.lastId = event.id;
    if (item !== undefined) yield item;
  }
}

/** Asked anew: it changes while something is waited for. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** The connection, not the request. */
function isBroken(error: unknown): boolean {
  if (!(error instanceof SegueError)) return true;
  return error.status === 0 || error.status === 429 || error.status >= 500;
}

type ServerEvent = { id: number | undefined; event: string; data: string };

function itemOf({ event, data }: ServerEvent): StreamItem | undefined {
  if (data === '') return undefined;
  if (event === 'gap') return { kind: 'gap', gap: JSON.parse(data) as Gap };
  if (event === 'sizes') return { kind: 'sizes', sizes: JSON.parse(data) as SizesChange };
  if (event === 'messages') return { kind: 'messages', seen: JSON.parse(data) as SeenMessages };
  return event === '' ? { kind: 'change', change: JSON.parse(data) as Change } : undefined;
}

/** Server-sent events (WHATWG HTML), as far as this service sends them: lines end in LF, ids are numbers. */
async function* eventsOf(response: Response): AsyncGenerator<ServerEvent> {
  if (response.body === null) return;
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of response.body) {
    const blocks = (rest + decoder.decode(bytes, { stream: true })).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) yield eventOf(block);
  }
}

function eventOf(block: string): ServerEvent {
  const event: ServerEvent = { id: undefined, event: '', data: '' };
  for (const line of block.split('\n')) {
    const [, field = '', value = ''] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
    if (field === 'id') event.id = Number(value);
    else if (field === 'event') event.event = value;
    else if (field === 'data') event.data += value;
  }
  return event;
}
