/**
 * Telling a story to a listener: from the beginning or from where a checkpoint stands, with progress, a way to stop, and
 * checkpoints in between. Others have a turn all the time.
 */

import type { Instant } from '@segue/core/model/message.ts';

import { readRunCheckpoint, writeRunCheckpoint, type RunCheckpoint, type Told } from './run-checkpoint.ts';
import type { Listener, Story } from './story.ts';

export type RunPhase = 'reading' | 'running' | 'explaining';

export type RunProgress = {
  readonly phase: RunPhase;
  /** Steps, or while it is read, entries. */
  readonly done: number;
  readonly total?: number;
  /** Where the clock of the run stands. */
  readonly at?: Instant;
  readonly perSecond?: number;
  readonly secondsLeft?: number;
};

export type TellOptions = {
  /** The file of checkpoints; left out: none are written. */
  readonly checkpoint?: string;
  /** How often one is written, in milliseconds; less often where writing takes long. */
  readonly checkpointEveryMs?: number;
  /** And after so many steps, whatever the time. */
  readonly checkpointEverySteps?: number;
  readonly onProgress?: (progress: RunProgress) => void;
  /** Asked now and then. */
  readonly isStopped?: () => boolean;
};

export type ListenerMaker<L extends Listener> = {
  /** The clock stands at the first step. */
  readonly begin: (start: Instant) => L;
  readonly restore: (lines: Iterable<string>) => L;
};

const checkpointEveryMsDefault = 60_000;
/** Writing checkpoints takes at most this part of the time. */
const checkpointShare = 0.1;
/** How long it works before others have a turn, in milliseconds. */
const turnMs = 25;
const stepsBetweenLooks = 64;

/** The listener at the end of the story, or of what matters; undefined where it was stopped, or there was no step. */
export async function tell<L extends Listener>(
  story: Story,
  maker: ListenerMaker<L>,
  options: TellOptions,
): Promise<L | undefined> {
  const { checkpoint } = options;
  const saved = checkpoint === undefined ? undefined : readRunCheckpoint(checkpoint);
  return (
    (await tellFrom(story, maker, options, saved)) ??
    // Somebody was erased in between, or the files are others: from the beginning.
    (isOfOther(saved, story) ? tellFrom(story, maker, options, undefined) : undefined)
  );
}

function isOfOther(saved: Told | undefined, story: Story): boolean {
  return saved?.total !== undefined && story.total !== undefined && saved.total !== story.total;
}

async function tellFrom<L extends Listener>(
  story: Story,
  maker: ListenerMaker<L>,
  options: TellOptions,
  saved: RunCheckpoint | undefined,
): Promise<L | undefined> {
  const pace = new Pace(saved?.taken ?? 0, story, options);
  let listener = saved === undefined ? undefined : maker.restore(saved.lines);
  for await (const batch of story.steps(saved?.taken ?? 0)) {
    if (isOfOther(saved, story)) return undefined;
    for (const step of batch) {
      listener ??= maker.begin(step.at);
      if (step.at > listener.endsAt) {
        listener.take({ at: listener.endsAt });
        return listener;
      }
      listener.take(step);
      if (!pace.hasTurnEnded(listener)) continue;
      await new Promise((resolve) => setImmediate(resolve));
      if (options.isStopped?.() === true) {
        pace.save(listener);
        return undefined;
      }
    }
  }
  return options.isStopped?.() === true || isOfOther(saved, story) ? undefined : listener;
}

/** Counts steps, and sees to what is to be done between them. */
class Pace {
  #taken: number;
  readonly #from: number;
  readonly #story: Story;
  readonly #options: TellOptions;
  /** At the first step: what it took to read the story says nothing about the rest. */
  #began: number | undefined;
  #turnEndsAt = 0;
  #checkpointAt: number;
  #savedAt: number;

  constructor(taken: number, story: Story, options: TellOptions) {
    this.#taken = taken;
    this.#from = taken;
    this.#savedAt = taken;
    this.#story = story;
    this.#options = options;
    this.#checkpointAt = performance.now() + (options.checkpointEveryMs ?? checkpointEveryMsDefault);
  }

  /** After each step. */
  hasTurnEnded(listener: Listener): boolean {
    this.#taken += 1;
    this.#began ??= performance.now();
    const { checkpointEverySteps: every = Infinity } = this.#options;
    const isLook = this.#taken % stepsBetweenLooks === 0;
    if (!isLook && this.#taken - this.#savedAt < every) return false;
    const now = performance.now();
    if (now >= this.#checkpointAt || this.#taken - this.#savedAt >= every) this.save(listener);
    if (now < this.#turnEndsAt) return false;
    this.#turnEndsAt = now + turnMs;
    this.#tellProgress(listener, now);
    return true;
  }

  /** Writes down where it stands, where it is to be. */
  save(listener: Listener): void {
    const began = performance.now();
    const { checkpoint, checkpointEveryMs = checkpointEveryMsDefault } = this.#options;
    this.#savedAt = this.#taken;
    if (checkpoint === undefined) {
      this.#checkpointAt = Infinity;
      return;
    }
    const { total } = this.#story;
    const told = { taken: this.#taken, ...(total === undefined ? {} : { total }) };
    writeRunCheckpoint(checkpoint, told, listener.save());
    const end = performance.now();
    this.#checkpointAt = end + Math.max(checkpointEveryMs, (end - began) / checkpointShare);
  }

  #tellProgress(listener: Listener, now: number): void {
    const { onProgress } = this.#options;
    if (onProgress === undefined) return;
    const { total } = this.#story;
    const seconds = (now - (this.#began ?? now)) / 1_000;
    const perSecond = seconds > 0.2 ? (this.#taken - this.#from) / seconds : undefined;
    onProgress({
      phase: 'running',
      done: this.#taken,
      at: listener.now,
      ...(total === undefined ? {} : { total }),
      ...(perSecond === undefined ? {} : { perSecond }),
      ...(perSecond === undefined || total === undefined
        ? {}
        : { secondsLeft: (total - this.#taken) / perSecond }),
    });
  }
}
