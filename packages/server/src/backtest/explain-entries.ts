/**
 * Why those in a sample entered: the story is told once more, of them alone, and the plain interpreter asked about the
 * instants at which they entered. So no run has to keep the messages of everybody.
 */

import { defined } from '@segue/core/base/assert.ts';
import { Engine } from '@segue/core/engine/engine.ts';
import { explain, type Explanation } from '@segue/core/engine/explain.ts';
import { explainText } from '@segue/core/engine/explain-text.ts';
import { noDefinitions, type Definitions } from '@segue/core/model/definitions.ts';
import type { Input } from '@segue/core/model/input.ts';
import { readListed } from '@segue/core/model/listed-definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { populationNeeds } from '@segue/core/rules/population.ts';

import type { EntryReason, Explainer } from './backtest-result.ts';
import type { BacktestRun, KeyedTrack } from './backtest-run.ts';
import type { SampledEntry } from './track.ts';
import { isAmong, nameOf, type Story } from './story.ts';

/** Lines of one explanation; the rest would not be read. */
const linesMax = 40;
/** Of one explanation as JSON, so that what was found stays small. */
const explanationCharactersMax = 32_768;
/** A name that no definition can have. */
const unnamed = '?';

/** Undefined where it was stopped. */
export async function explainEntries(
  run: BacktestRun,
  story: Story,
  isStopped: () => boolean,
): Promise<Explainer | undefined> {
  const definitions = readListed(run.question.definitions);
  // What all customers' values were then is not kept, so it could not be said right.
  if (populationNeeds(definitions).length > 0) return () => undefined;
  const waiting = run.tracks
    .flatMap((key) => key.track.sample.map((entry): Asked => ({ key, entry })))
    .sort((a, b) => a.entry.at - b.entry.at);
  const found = new Map<SampledEntry, EntryReason>();
  const names = new Set<string>();
  for (const { entry } of waiting) {
    for (const identifier of run.engine.namesOf(entry.profile).identifiers) names.add(nameOf(identifier));
  }
  const teller = new Teller(run, definitions, waiting, found);
  if (waiting.length === 0) return () => undefined;
  for await (const batch of story.steps(0, names)) {
    if (isStopped()) return undefined;
    for (const { at, input } of batch) {
      if (teller.explainBefore(at)) break;
      if (input !== undefined && concerns(input, names)) teller.take(input, at);
    }
    if (teller.explainBefore(batch.at(-1)?.at ?? -Infinity)) break;
  }
  teller.explainBefore(Infinity);
  return (_key, entry) => found.get(entry);
}

type Asked = { readonly key: KeyedTrack; readonly entry: SampledEntry };

/** What is known of those asked about, instant by instant: an explanation knows nothing of what came after. */
class Teller {
  readonly #run: BacktestRun;
  readonly #definitions: Definitions;
  readonly #waiting: readonly Asked[];
  readonly #found: Map<SampledEntry, EntryReason>;
  #next = 0;
  #engine: Engine | undefined;

  constructor(
    run: BacktestRun,
    definitions: Definitions,
    waiting: readonly Asked[],
    found: Map<SampledEntry, EntryReason>,
  ) {
    this.#run = run;
    this.#definitions = definitions;
    this.#waiting = waiting;
    this.#found = found;
  }

  take(input: Input, at: Instant): void {
    const { timeZone } = this.#run.question;
    this.#engine ??= new Engine({
      timeZone,
      start: at,
      definitions: noDefinitions,
      keepHistory: true,
      onChange: () => undefined,
    });
    this.#engine.apply(input, at);
  }

  /** Explains those who entered before an instant; true when nobody is left. */
  explainBefore(at: Instant): boolean {
    for (let asked = this.#waiting[this.#next]; asked !== undefined; asked = this.#waiting[this.#next]) {
      if (asked.entry.at >= at) return false;
      const reason = this.#engine === undefined ? undefined : this.#explain(this.#engine, asked);
      if (reason !== undefined) this.#found.set(asked.entry, reason);
      this.#next += 1;
    }
    return true;
  }

  #explain(engine: Engine, { key: { side, stage }, entry: { profile, at } }: Asked): EntryReason | undefined {
    const { question, engine: ran, zone } = this.#run;
    const subject = side === 'draft' ? question.draft : defined(question.against, 'the other side');
    const definitions = this.#definitions;
    const rule =
      stage === undefined
        ? definitions.segments.get(subject.name)?.rule
        : definitions.lifecycles.get(subject.name)?.stages.find(({ name }) => name === stage)?.rule;
    const id = ran
      .namesOf(profile)
      .identifiers.map((identifier) => engine.findProfile(identifier))
      .find((each) => each !== undefined);
    if (rule === undefined || id === undefined) return undefined;
    engine.advanceTo(at);
    const segments = new Map([...definitions.segments, [unnamed, { name: unnamed, rule }]]);
    const world = { ...engine.world(), definitions: { ...definitions, segments } };
    const explanation = {
      ...explain(engine.history(id), world, unnamed, at),
      segment: stage ?? subject.title,
    };
    return { lines: explainText(explanation, zone).slice(0, linesMax), explanation: short(explanation) };
  }
}

function short(explanation: Explanation): Explanation | undefined {
  return JSON.stringify(explanation).length > explanationCharactersMax ? undefined : explanation;
}

function concerns(input: Input, names: ReadonlySet<string>): boolean {
  switch (input.kind) {
    case 'message':
      return isAmong(input.message.identifiers, names);
    case 'score':
    case 'consent':
    case 'erase':
      return names.has(nameOf(input.customer));
    case 'list':
      return true;
    case 'refresh':
    case 'definitions':
      return false;
  }
}
