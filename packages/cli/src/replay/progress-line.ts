/**
 * How far a replay or an import is, on standard error: a bar with rate and time left where a person looks at a terminal, else a line
 * every few seconds, and nothing for what is quickly done.
 */

import { SingleBar } from 'cli-progress';

import type { ReplayProgress } from '@segue/server/replay/replay.ts';

import { wholeNumber } from './figures.ts';

const BAR_EVERY_MS = 150;
const LINE_EVERY_MS = 5_000;

export type ProgressTarget = {
  readonly isTerminal: boolean;
  readonly write: (text: string) => void;
};

/** What is done with messages once they are read. */
export type Doing = 'replaying' | 'importing';
type Step = { readonly what: 'reading' | Doing; readonly share: number; readonly detail: string };

/** Shows progress until the function it gives back is called. */
export function showProgress(
  read: () => ReplayProgress,
  target: ProgressTarget,
  doing: Doing = 'replaying',
): () => void {
  const rate = new Rate();
  const step = (): Step => stepOf(read(), doing, rate);
  return target.isTerminal ? showBar(step) : showLines(step, target.write);
}

function showBar(read: () => Step): () => void {
  const bar = new SingleBar({
    format: '{what} [{bar}] {percentage}% {detail}',
    barsize: 30,
    clearOnComplete: true,
    hideCursor: true,
    gracefulExit: false,
    emptyOnZero: true,
    stream: process.stderr,
  });
  bar.start(1, 0, { what: 'reading  ', detail: '' });
  const timer = setInterval(() => {
    const step = read();
    bar.update(Math.min(1, step.share), { what: step.what.padEnd(9), detail: step.detail });
  }, BAR_EVERY_MS);
  return () => {
    clearInterval(timer);
    bar.stop();
  };
}

function showLines(read: () => Step, write: (text: string) => void): () => void {
  const timer = setInterval(() => {
    const { what, share, detail } = read();
    write(`${what} ${Math.floor(share * 100)}% ${detail}\n`);
  }, LINE_EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

function stepOf({ stream, messages, now }: ReplayProgress, doing: Doing, rate: Rate): Step {
  if (messages === 0) {
    const { bytesTotal, bytes } = stream;
    const share = bytesTotal === 0 ? 0 : Math.min(1, bytes.bytesRead / bytesTotal);
    const left = rate.left('reading', bytes.bytesRead, bytesTotal);
    return {
      what: 'reading',
      share,
      detail: `${(bytes.bytesRead / 1e6).toFixed(1)} of ${(bytesTotal / 1e6).toFixed(1)} MB${left}`,
    };
  }
  const total = stream.messagesTotal ?? messages;
  const left = rate.left(doing, messages, total);
  const perSecond = `${wholeNumber(rate.perSecond)} messages/s`;
  const clock = now === undefined ? '' : `, at ${new Date(now).toISOString().slice(0, 10)}`;
  return { what: doing, share: messages / total, detail: `${perSecond}${left}${clock}` };
}

/** Speed since the step began. */
class Rate {
  perSecond = 0;
  #step = '';
  #began = 0;
  #first = 0;

  left(step: string, done: number, total: number): string {
    const now = performance.now();
    if (step !== this.#step) {
      this.#step = step;
      this.#began = now;
      this.#first = done;
      this.perSecond = 0;
    }
    const seconds = (now - this.#began) / 1_000;
    if (seconds < 0.2 || done <= this.#first) return '';
    this.perSecond = (done - this.#first) / seconds;
    return `, ${duration((total - done) / this.perSecond)} left`;
  }
}

function duration(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
