/**
 * Previews: how many a rule would hold for, who, and why not more, while somebody writes it.
 *
 * Asked in the order of what is cheapest and right: the live sets, where the rule speaks of segments and stages only; the
 * engine, where what the rule reads is kept already; the history store; and where there is none, a build from the log. The
 * answer says which it was. A preview takes turns with what arrives, has a limit of time, and ends when nobody waits for it.
 */

import type { Engine } from '@segue/core/engine/engine.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { populationNeedsOf } from '@segue/core/rules/population.ts';
import type { Condition, Path } from '@segue/core/rules/tree.ts';

import { HistoryError } from '../history/history-store.ts';
import type { MembershipSets } from '../sets/membership-sets.ts';
import { askBuild, type Builds } from './ask-build.ts';
import { askEngine } from './ask-engine.ts';
import { askHistory, type HistorySource } from './ask-history.ts';
import { askSets } from './ask-sets.ts';
import type { PreviewAnswers } from './preview-answers.ts';
import { type PreviewQuestion, questionOf } from './preview-question.ts';
import { PreviewStopped, Turns } from './turns.ts';
import { type Preview, type PreviewWay, summaryOf } from './preview-summary.ts';

export type PreviewDeskOptions = {
  readonly engine: Engine;
  readonly sets: MembershipSets;
  readonly builds: Builds;
  readonly now: () => Instant;
  /** Does something at an instant at which no record is half taken. */
  readonly atRest: <T>(work: () => T) => Promise<T>;
  /** Undefined where there is no store, or it is away now; `at` is how far it has come. */
  readonly history?: () => (Omit<HistorySource, 'engine' | 'sets'> & { readonly at: Instant }) | undefined;
  readonly limits?: Partial<PreviewLimits>;
};

export type PreviewLimits = {
  /** How long one may take. */
  readonly timeMaxMs: number;
  /** How long one may take that is built from the log. */
  readonly buildTimeMaxMs: number;
  /** Previews under way of one key or session, and of all. */
  readonly perOwnerMax: number;
  readonly overallMax: number;
};

const limitsDefault: PreviewLimits = {
  timeMaxMs: 10_000,
  buildTimeMaxMs: 120_000,
  perOwnerMax: 2,
  overallMax: 6,
};

export type PreviewRequest = {
  readonly rule: Condition;
  readonly traits: readonly Path[];
  /** How many members are named. */
  readonly membersMax: number;
  /** Another preview of the same name and owner that is under way is stopped. */
  readonly name?: string;
  /** The key or session that asks. */
  readonly owner: string;
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal;
};

/** Why there is no answer. */
export class PreviewRefusal extends Error {
  readonly code:
    | 'preview/too-many'
    | 'preview/too-slow'
    | 'preview/too-large'
    | 'preview/replaced'
    | 'preview/gone'
    | 'preview/redefined';

  constructor(code: PreviewRefusal['code'], message: string) {
    super(message);
    this.name = 'PreviewRefusal';
    this.code = code;
  }
}

type Running = { readonly owner: string; readonly name: string | undefined; readonly stop: AbortController };

/** How often definitions may change under a preview. */
const triesMax = 3;

export class PreviewDesk {
  readonly #options: PreviewDeskOptions;
  readonly #limits: PreviewLimits;
  readonly #running = new Set<Running>();

  constructor(options: PreviewDeskOptions) {
    this.#options = options;
    this.#limits = { ...limitsDefault, ...options.limits };
  }

  /** @throws PreviewRefusal */
  async preview(request: PreviewRequest): Promise<Preview> {
    const { owner, name, signal } = request;
    this.#replace(owner, name);
    this.#refuseTooMany(owner);
    const running: Running = { owner, name, stop: new AbortController() };
    this.#running.add(running);
    try {
      return await this.#answer(request, AbortSignal.any([signal, running.stop.signal]));
    } catch (error) {
      throw refusalOf(error, this.#limits) ?? error;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Stops all that are under way. */
  close(): void {
    for (const { stop } of this.#running) stop.abort(new PreviewStopped('gone'));
  }

  /** How many are under way. */
  get running(): number {
    return this.#running.size;
  }

  #replace(owner: string, name: string | undefined): void {
    if (name === undefined) return;
    for (const running of this.#running) {
      if (running.owner !== owner || running.name !== name) continue;
      running.stop.abort(new PreviewStopped('replaced'));
      this.#running.delete(running);
    }
  }

  #refuseTooMany(owner: string): void {
    const { perOwnerMax, overallMax } = this.#limits;
    const own = [...this.#running].filter((running) => running.owner === owner).length;
    if (own < perOwnerMax && this.#running.size < overallMax) return;
    throw new PreviewRefusal(
      'preview/too-many',
      `${own < perOwnerMax ? this.#running.size : own} previews are under way, which is as many as there may be; wait for one, or give them all the same name, so that a new one takes the place of the one before.`,
    );
  }

  async #answer({ rule, traits, membersMax }: PreviewRequest, signal: AbortSignal): Promise<Preview> {
    const { engine, sets, atRest, now } = this.#options;
    const began = performance.now();
    const question = questionOf(rule, traits);
    const turns = new Turns(signal, this.#limits.timeMaxMs);
    await sets.ready();
    turns.check();
    const finish = (way: PreviewWay, answers: PreviewAnswers, at: Instant): Preview =>
      summaryOf({ way, question, answers, at, engine, sets, membersMax, tookMs: performance.now() - began });
    const bySets = await atRest(() => {
      // A rule that needs a population, also through what it names, would have it taken anew.
      const isMeasured = populationNeedsOf({ condition: rule }, engine.definitions).length > 0;
      const answers = isMeasured ? undefined : askSets(question, sets);
      return answers === undefined ? undefined : finish('sets', answers, now());
    });
    if (bySets !== undefined) return bySets;
    for (let tries = 0; tries < triesMax; tries++) {
      const asked = await askEngine(question, this.#options, turns, (answers, at) =>
        finish('engine', answers, at),
      );
      if (asked.kind === 'answered') return asked.value;
      if (asked.kind === 'missing') return this.#fromEvents(question, signal, turns, finish);
    }
    throw new PreviewRefusal(
      'preview/redefined',
      'Definitions came into force again and again while the rule was asked; ask again.',
    );
  }

  async #fromEvents(
    question: PreviewQuestion,
    signal: AbortSignal,
    turns: Turns,
    finish: (way: PreviewWay, answers: PreviewAnswers, at: Instant) => Preview,
  ): Promise<Preview> {
    const { engine, sets, builds, history, now } = this.#options;
    // The store measures against the populations in force, and a rule that comes into force takes its own anew.
    const isMeasured = populationNeedsOf({ condition: question.rule }, engine.definitions).length > 0;
    const source = isMeasured ? undefined : history?.();
    // A store that has nothing yet knows of no instant.
    if (source !== undefined && source.at > -Infinity) {
      const at = Math.min(source.at, now());
      try {
        const found = await askHistory(question, { ...source, engine, sets }, at, turns);
        if (found.ok) return finish('history', found.value, at);
      } catch (error) {
        if (!isAway(error)) throw error;
      }
    }
    const at = now();
    const longTurns = new Turns(signal, this.#limits.buildTimeMaxMs);
    return finish('log', await askBuild(question, builds, { engine, sets }, longTurns), at);
  }
}

/** The store is not to be had, or failed at this query: the log answers then. */
function isAway(error: unknown): boolean {
  return (
    error instanceof HistoryError && (error.code === 'history/unavailable' || error.code === 'history/failed')
  );
}

function refusalOf(error: unknown, { timeMaxMs }: PreviewLimits): PreviewRefusal | undefined {
  if (error instanceof HistoryError) {
    if (error.code === 'history/memory') {
      return new PreviewRefusal(
        'preview/too-large',
        'The preview needs more memory than a query of the history store may take (history.memory); ask for less.',
      );
    }
    if (error.code === 'history/timeout') return tooSlow(timeMaxMs);
    return error.code === 'history/cancelled' ? gone() : undefined;
  }
  if (!(error instanceof PreviewStopped)) return undefined;
  switch (error.reason) {
    case 'too-slow':
      return tooSlow(timeMaxMs);
    case 'replaced':
      return new PreviewRefusal(
        'preview/replaced',
        'Another preview of the same name took the place of this one.',
      );
    case 'gone':
      return gone();
  }
}

function tooSlow(timeMaxMs: number): PreviewRefusal {
  return new PreviewRefusal(
    'preview/too-slow',
    `The preview took longer than it may (${timeMaxMs / 1_000} s, more where it is built from the log); ask for a part of the rule, or for a shorter window.`,
  );
}

function gone(): PreviewRefusal {
  return new PreviewRefusal('preview/gone', 'The preview was stopped, since nobody waited for it any more.');
}
