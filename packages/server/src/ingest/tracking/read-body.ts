/**
 * The bytes of a body, in memory, within limits: of one body, of all that are arriving at this moment, and of time. So a
 * slow or endless sender costs one bounded buffer for a bounded while.
 *
 * A body that is too large is read a little further and thrown away: a sender that gets its answer while it is still
 * writing often sees a reset connection instead, and comes again.
 */

import type { Readable } from 'node:stream';

import { fail, ok, type Result } from '@segue/core/base/result.ts';

import type { TrackingLimits } from './limits.ts';
import { refusal, type Refusal } from './refusal.ts';

/** A body, or why there is none; what came of one that is too large is its beginning. */
export type ReadBody = Result<Buffer, Refusal & { readonly beginning?: Buffer }>;

/** Bytes of a body that is too large which are kept, for the quarantine. */
const BEGINNING_BYTES = 64 * 1024;

export class BodyReader {
  readonly #limits: TrackingLimits;
  #arriving = 0;

  constructor(limits: TrackingLimits) {
    this.#limits = limits;
  }

  /** Calls `done` once. */
  read(payload: Readable, contentLength: string | undefined, done: (body: ReadBody) => void): void {
    const { bodyMs, bodyBytesMax, bodyDiscardedBytesMax, arrivingBytesMax } = this.#limits;
    if (Number(contentLength) > bodyDiscardedBytesMax) {
      done(fail({ ...tooLarge(bodyBytesMax), closes: true }));
      return;
    }
    let chunks: Buffer[] = [];
    let bytes = 0;
    let held = 0;
    let refused: (Refusal & { readonly beginning?: Buffer }) | undefined;

    const release = (): void => {
      this.#arriving -= held;
      held = 0;
      chunks = [];
    };
    const finish = (body: ReadBody): void => {
      clearTimeout(timer);
      payload.off('data', onData).off('end', onEnd).off('close', onLost).off('error', onLost);
      // An error that comes after the answer must not stop the process.
      if (!payload.readableEnded) payload.on('error', () => undefined);
      release();
      done(body);
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (refused === undefined) {
        chunks.push(chunk);
        held += chunk.length;
        this.#arriving += chunk.length;
        if (bytes > bodyBytesMax) {
          const beginning = Buffer.concat(chunks).subarray(0, BEGINNING_BYTES);
          refused = { ...tooLarge(bodyBytesMax), beginning };
        } else if (this.#arriving > arrivingBytesMax) refused = busy;
        if (refused !== undefined) release();
      }
      if (refused !== undefined && bytes > bodyDiscardedBytesMax) finish(fail({ ...refused, closes: true }));
    };
    const onEnd = (): void => {
      if (refused !== undefined) finish(fail(refused));
      else finish(ok(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, bytes)));
    };
    const onLost = (): void => {
      finish(fail({ ...incomplete, closes: true }));
    };
    const timer = setTimeout(() => {
      finish(fail({ ...(refused ?? tooSlow(bodyMs)), closes: true }));
    }, bodyMs);
    payload.on('data', onData).on('end', onEnd).on('close', onLost).on('error', onLost);
  }
}

/** Reads and forgets what is left of a body, up to a limit, so that its sender sees the answer. */
export async function discardBody(payload: Readable, bytesMax: number, ms: number): Promise<void> {
  if (payload.readableEnded || payload.destroyed) return;
  await new Promise<void>((resolve) => {
    let bytes = 0;
    const finish = (): void => {
      clearTimeout(timer);
      payload.off('data', onData).off('end', finish).off('close', finish);
      resolve();
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > bytesMax) finish();
    };
    const timer = setTimeout(finish, ms);
    payload.on('error', finish);
    payload.on('data', onData).on('end', finish).on('close', finish);
  });
}

const busy: Refusal = {
  status: 503,
  code: 'tracking/busy',
  message: 'Too much is arriving at this moment; send it again in a second.',
  retryAfterSeconds: 1,
};

const incomplete: Refusal = refusal(
  400,
  'tracking/incomplete',
  'The body ended before its announced length; send the request again.',
);

function tooLarge(bytesMax: number): Refusal {
  return refusal(
    400,
    'tracking/body-too-large',
    `The body is too large; expected at most ${bytesMax} bytes, also after decompression: send smaller batches, ` +
      'or history to /v1/import.',
  );
}

function tooSlow(ms: number): Refusal {
  return refusal(
    408,
    'tracking/body-slow',
    `The body did not arrive within ${ms / 1000} seconds; send the request again.`,
  );
}
