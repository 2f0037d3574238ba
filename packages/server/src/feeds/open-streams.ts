/**
 * The streams that are open: how many there may be, and the beat that keeps them alive and ends those that cannot go on.
 * One timer for all of them, none while there are none.
 */

import type { Principal } from '../catalog/grants.ts';
import type { StreamEnd, StreamReader, StreamSink } from './stream-reader.ts';

export type StreamLimits = {
  /** Open streams, all together and of one key or user. */
  readonly streamsMax: number;
  readonly streamsPerPrincipalMax: number;
  /** How often a stream that has nothing to say says so. */
  readonly heartbeatMs: number;
  /** What may wait for a connection to take it. */
  readonly bufferBytesMax: number;
  /** A reader that takes nothing for so long, although something waits for it, is let go. */
  readonly stallMs: number;
  /** After so long a stream ends and its reader comes again, so that keys and sessions are looked at again. */
  readonly lifetimeMs: number;
  /** How long the end of a stream may take before the connection is cut. */
  readonly lastWordsMs: number;
};

export const streamLimits: StreamLimits = {
  streamsMax: 1_000,
  streamsPerPrincipalMax: 50,
  heartbeatMs: 15_000,
  bufferBytesMax: 1_048_576,
  stallMs: 60_000,
  lifetimeMs: 3_600_000,
  lastWordsMs: 5_000,
};

export type OpenStream = {
  readonly principal: Principal;
  readonly reader: StreamReader;
  readonly sink: StreamSink;
  /** Called with each beat, for what a kind of connection does besides; false: nobody is there any more. */
  readonly beat?: () => boolean;
};

type Held = OpenStream & { beats: number; stalledBeats: number; takenBytes: number };

export class OpenStreams {
  readonly #limits: StreamLimits;
  readonly #isCurrent: (principal: Principal) => boolean;
  readonly #streams = new Set<Held>();
  readonly #perPrincipal = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #looking: NodeJS.Immediate | undefined;
  #stopping = false;

  /** `isCurrent`: whether a principal may still read; asked with each beat, and by `lookAtGrants`. */
  constructor(limits: StreamLimits, isCurrent: (principal: Principal) => boolean) {
    this.#limits = limits;
    this.#isCurrent = isCurrent;
  }

  get count(): number {
    return this.#streams.size;
  }

  /** Whether one more may be opened; else which limit is reached. */
  room(principal: Principal): 'free' | 'full' | 'principal_full' {
    if (this.#streams.size >= this.#limits.streamsMax) return 'full';
    const own = this.#perPrincipal.get(nameOf(principal)) ?? 0;
    return own >= this.#limits.streamsPerPrincipalMax ? 'principal_full' : 'free';
  }

  /** Holds a stream until the returned function is called. */
  hold(stream: OpenStream): () => void {
    const name = nameOf(stream.principal);
    const held: Held = { ...stream, beats: 0, stalledBeats: 0, takenBytes: 0 };
    this.#streams.add(held);
    this.#perPrincipal.set(name, (this.#perPrincipal.get(name) ?? 0) + 1);
    this.#timer ??= setInterval(() => {
      this.#beat();
    }, this.#limits.heartbeatMs).unref();
    if (this.#stopping) this.#end(held, 'stopping');
    return () => {
      if (!this.#streams.delete(held)) return;
      const left = (this.#perPrincipal.get(name) ?? 0) - 1;
      if (left > 0) this.#perPrincipal.set(name, left);
      else this.#perPrincipal.delete(name);
      stream.reader.stop();
      if (this.#streams.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  /** Ends those of principals who may not read any more, in a later turn of the event loop. */
  lookAtGrants(): void {
    if (this.#streams.size === 0) return;
    this.#looking ??= setImmediate(() => {
      this.#looking = undefined;
      for (const stream of this.#streams) {
        if (!this.#isCurrent(stream.principal)) this.#end(stream, 'withdrawn');
      }
    });
  }

  /** Ends all, and those that come after. */
  stop(): void {
    this.#stopping = true;
    for (const stream of this.#streams) this.#end(stream, 'stopping');
  }

  #beat(): void {
    const { heartbeatMs, stallMs, lifetimeMs } = this.#limits;
    for (const stream of this.#streams) {
      const { reader, sink } = stream;
      const progress = !reader.blocked || sink.takenBytes > stream.takenBytes;
      stream.takenBytes = sink.takenBytes;
      stream.beats += 1;
      stream.stalledBeats = progress ? 0 : stream.stalledBeats + 1;
      if (stream.beat?.() === false || stream.stalledBeats * heartbeatMs >= stallMs) {
        this.#end(stream, 'slow');
      } else if (!this.#isCurrent(stream.principal)) this.#end(stream, 'withdrawn');
      else if (stream.beats * heartbeatMs >= lifetimeMs) this.#end(stream, 'expired');
      else if (!reader.blocked) sink.position(reader.position);
    }
  }

  #end({ reader, sink }: OpenStream, reason: StreamEnd): void {
    reader.stop();
    sink.end(reason);
  }
}

function nameOf(principal: Principal): string {
  return `${principal.kind} ${principal.id}`;
}
