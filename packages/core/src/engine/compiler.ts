/**
 * Definitions → plan. Streams, windows, groups, sequences and tracked conditions are made once per meaning and
 * shared by all rules that mention them.
 *
 * What a unit and its questions read is collected in a scope and its contexts (see scope.ts). Inside a tracked
 * condition (the operand of a `for`, a segment whose age is asked) rules are asked about the past too: `extraMs` says
 * how far back, events are kept that much longer, facts keep their history, and segments and stages referred to are
 * compiled in place, since what is stored of them is only the present.
 */

import { defined } from '../base/assert.ts';
import type { Zone } from '../base/zone.ts';
import type { Definitions, RfmDefinition, StageDefinition } from '../model/definitions.ts';
import type { Instant } from '../model/message.ts';
import { durationMs } from '../rules/semantics.ts';
import type { Condition, EventPattern, Path, Value, Window } from '../rules/tree.ts';
import { compileCondition } from './compile-conditions.ts';
import { compileValue } from './compile-values.ts';
import type { Environment } from './environment.ts';
import {
  ABSENT_STEP,
  Atom,
  type LifecycleUnit,
  type Reads,
  type SegmentUnit,
  SequencePlan,
  StreamPlan,
  type Test,
  ThresholdGroup,
  type Timed,
  type TrackedUnit,
  type Unit,
} from './plan.ts';
import type { Profile } from './profile.ts';
import { NEVER } from './profile.ts';
import { ANY_CONSENT, type Context, newScope, openContext, type UnitScope } from './scope.ts';
import { Meanings } from './meanings.ts';
import { isMember, stageIndex } from './stored-answers.ts';
import type { ValuePlan } from './value-plan.ts';
import { planWindow, type WindowPlan } from './windows.ts';

export class Compiler {
  readonly env: Environment;
  readonly zone: Zone;
  readonly definitions: Definitions;
  readonly versions: ReadonlyMap<string, number>;

  readonly streams: StreamPlan[] = [];
  readonly units: Unit[] = [];
  readonly timed: Timed[] = [{ kind: 'future' }];
  readonly factAtoms: Map<string, Atom[]> = new Map();
  readonly factTracked: Map<string, Set<number>> = new Map();
  readonly populationAtoms: Map<string, Atom[]> = new Map();
  readonly populationTracked: Map<string, Set<number>> = new Map();
  readonly populationValues: Map<string, ValuePlan> = new Map();
  /** Facts that some rule asks about as of the past. */
  readonly factHistory: Set<string> = new Set();
  readonly populationHistory: Set<string> = new Set();
  readonly listNames: Set<string> = new Set();
  readonly sequences: SequencePlan[] = [];
  readonly birthUnits: Set<number> = new Set();
  /** Values that are compiled though no rule compares them, by JSON. */
  readonly values: Map<string, ValuePlan> = new Map();
  /** What streams, units, timed things and windows are, in words that are the same in every plan. */
  readonly keys: Map<object, string> = new Map();

  readonly #meanings: Meanings;
  readonly #streamByKey = new Map<string, StreamPlan>();
  readonly #windowByKey = new Map<string, WindowPlan>();
  readonly #groupByKey = new Map<string, ThresholdGroup>();
  readonly #sequenceByKey = new Map<string, SequencePlan>();
  readonly #trackedByKey = new Map<string, TrackedUnit>();
  readonly #segmentUnits = new Map<string, SegmentUnit>();
  readonly #lifecycleUnits = new Map<string, LifecycleUnit>();
  /** Streams of another plan, by key: those of this one are laid out alike. */
  readonly #alike: ReadonlyMap<string, StreamPlan>;
  #views = 0;

  constructor(
    env: Environment,
    definitions: Definitions,
    versions: ReadonlyMap<string, number>,
    alike: ReadonlyMap<string, StreamPlan> = new Map(),
  ) {
    this.#alike = alike;
    this.env = env;
    this.zone = env.zone;
    this.definitions = definitions;
    this.versions = versions;
    this.#meanings = new Meanings(definitions);
  }

  /** Compiles all definitions. */
  compile(): void {
    for (const name of this.definitions.segments.keys()) this.#segmentUnit(name);
    for (const name of this.definitions.lifecycles.keys()) this.#lifecycleUnit(name);
    // An RFM model is measured whether or not a rule asks for it yet.
    for (const model of this.definitions.rfm.keys()) {
      for (const part of ['recency', 'frequency', 'monetary', 'group'] as const) {
        this.ask({ kind: 'rfm', part, model });
      }
    }
    this.settle();
  }

  /** Compiles a value that somebody may ask of a customer, as of the present. */
  ask(value: Value): ValuePlan {
    const plan = compileValue(this, openContext(newScope(0)), value);
    this.values.set(JSON.stringify(value), plan);
    return plan;
  }

  /** Compiles a condition that somebody may ask of a customer, as of the present. */
  askWhether(condition: Condition): Test {
    return compileCondition(this, newScope(0), condition);
  }

  /** Nothing more will be compiled: fixes the layout of streams. */
  settle(): void {
    for (const stream of this.streams) stream.settle();
  }

  // Scopes, contexts, registration.

  /** Makes the question an atom and registers it with all that it reads. */
  close(x: Context, next: (p: Profile, t: Instant) => Instant): void {
    const atom = new Atom(this.timed.length, next, x.moves && x.populations.size > 0);
    this.timed.push(atom);
    x.scope.atoms.add(atom);
    x.scope.readers.push(atom.units);
    for (const stream of x.streams) {
      stream.atoms.push(atom);
      x.scope.streams.add(stream);
    }
    for (const key of x.facts) {
      listIn(this.factAtoms, key).push(atom);
      x.scope.facts.add(key);
    }
    for (const key of x.populations) {
      listIn(this.populationAtoms, key).push(atom);
      x.scope.populations.add(key);
    }
    for (const unit of x.tracked) {
      unit.dependentAtoms.push(atom);
      x.scope.readers.push(unit.dependents);
      x.scope.tracked.add(unit);
    }
    for (const id of x.units) {
      const unit = defined(this.units[id], 'a unit');
      unit.dependentAtoms.push(atom);
      x.scope.readers.push(unit.dependents);
    }
  }

  readStream(x: Context, stream: StreamPlan): void {
    x.streams.add(stream);
  }

  readFact(x: Context, key: string): void {
    x.facts.add(key);
    if (x.extraMs > 0) this.factHistory.add(key);
  }

  readConsents(x: Context): void {
    this.readFact(x, ANY_CONSENT);
  }

  readPopulation(x: Context, key: string, value: ValuePlan): void {
    x.populations.add(key);
    x.scope.checkAtBirth = true;
    if (x.extraMs > 0) this.populationHistory.add(key);
    if (!this.populationValues.has(key)) this.populationValues.set(key, value);
  }

  /** Whether some rule keeps a view of its own of a stream. */
  get hasViews(): boolean {
    return this.#views > 0;
  }

  nextViewId(): number {
    return this.#views++;
  }

  // Streams and what they keep.

  stream(events: EventPattern): StreamPlan {
    const key = JSON.stringify([events.source, events.where]);
    let stream = this.#streamByKey.get(key);
    if (stream === undefined) {
      stream = new StreamPlan(this.streams.length, events.source, events.where);
      const alike = this.#alike.get(key);
      if (alike !== undefined) stream.layOutLike(alike);
      this.streams.push(stream);
      this.#streamByKey.set(key, stream);
      this.keys.set(stream, key);
    }
    return stream;
  }

  column(stream: StreamPlan, kind: 'sum' | 'numeric_count', path: Path): number {
    const key = JSON.stringify(path);
    const found = stream.columns.findIndex((c) => c.kind === kind && JSON.stringify(c.path) === key);
    if (found >= 0) return found;
    stream.columns.push({ kind, path, hasNegative: false });
    return stream.columns.length - 1;
  }

  valueColumn(stream: StreamPlan, path: Path): number {
    const key = JSON.stringify(path);
    const found = stream.values.findIndex((v) => JSON.stringify(v) === key);
    if (found >= 0) return found;
    stream.values.push(path);
    return stream.values.length - 1;
  }

  window(window: Window | undefined, x: Context): WindowPlan {
    if (window?.kind === 'after_last') {
      const other = this.stream(window.events);
      x.streams.add(other);
      if (x.extraMs > 0) other.needAll();
      else other.keepsLast = true;
    }
    const key = window === undefined ? '' : JSON.stringify(window);
    let plan = this.#windowByKey.get(key);
    if (plan === undefined) {
      plan = planWindow(window, this.zone, (w) => this.stream(w.events));
      this.#windowByKey.set(key, plan);
      this.keys.set(plan, key);
    }
    return plan;
  }

  /** Counts and sums over all time need totals only, unless the past is asked about. */
  needTotalsOr(stream: StreamPlan, plan: WindowPlan, x: { readonly extraMs: number }): void {
    if (plan.all && x.extraMs === 0) stream.keepsTotals = true;
    else stream.need(plan, x.extraMs);
  }

  needEnds(stream: StreamPlan, plan: WindowPlan, x: { readonly extraMs: number }): void {
    if (plan.all && x.extraMs === 0) {
      stream.keepsTotals = true;
      stream.keepsLast = true;
    } else stream.need(plan, x.extraMs);
  }

  group(stream: StreamPlan, window: Window | undefined, column: number, scope: UnitScope): ThresholdGroup {
    const plan = this.window(window, openContext(scope));
    this.needTotalsOr(stream, plan, scope);
    const key = JSON.stringify([stream.id, window, column]);
    let group = this.#groupByKey.get(key);
    if (group === undefined) {
      group = new ThresholdGroup(this.timed.length, stream, plan, column);
      this.timed.push(group);
      stream.groups.push(group);
      this.#groupByKey.set(key, group);
      const { kind = 'count', path = [] } = stream.columns[column] ?? {};
      this.keys.set(group, JSON.stringify([this.keys.get(stream), window, kind, path]));
    }
    scope.groups.add(group);
    scope.streams.add(stream);
    return group;
  }

  sequence(condition: Condition & { kind: 'sequence' }, scope: UnitScope): SequencePlan {
    const { steps, absent, on, window } = condition;
    const key = JSON.stringify([steps, absent, on]);
    let sequence = this.#sequenceByKey.get(key);
    if (sequence === undefined) {
      sequence = this.#makeSequence(condition);
      this.#sequenceByKey.set(key, sequence);
      this.keys.set(sequence, key);
      this.keys.set(sequence.completions, `done ${key}`);
    }
    let reachMs = scope.extraMs + (absent === undefined ? 0 : durationMs(absent.within));
    steps.forEach((step, i) => {
      if (i > 0) reachMs += step.within === undefined ? NEVER : durationMs(step.within);
    });
    const sliding = window?.kind === 'last' || window?.kind === 'ago';
    const spanMs = sliding ? durationMs(window.kind === 'last' ? window.duration : window.from) : NEVER;
    for (const stream of [...sequence.stepStreams, sequence.absentStream]) {
      if (reachMs + spanMs === NEVER) stream?.needAll();
      else stream?.needSpan(reachMs + spanMs);
    }
    return sequence;
  }

  #makeSequence(condition: Condition & { kind: 'sequence' }): SequencePlan {
    const { steps, absent, on } = condition;
    const stepStreams = steps.map((step) => this.stream(step.events));
    const absentStream = absent === undefined ? undefined : this.stream(absent.events);
    const completions = new StreamPlan(this.streams.length, undefined, undefined);
    this.streams.push(completions);
    const shape = {
      within: steps.map((step) => (step.within === undefined ? NEVER : durationMs(step.within))),
      absentMs: absent === undefined ? undefined : durationMs(absent.within),
      hasKey: on !== undefined,
    };
    const sequence = new SequencePlan(this.timed.length, shape, completions, stepStreams, absentStream, on);
    this.timed.push(sequence);
    this.sequences.push(sequence);
    for (let step = steps.length - 1; step >= 0; step--) {
      const stream = defined(stepStreams[step], 'a step');
      stream.steps.push({ sequence, step });
      if (on !== undefined) this.valueColumn(stream, on);
    }
    if (absentStream !== undefined) {
      absentStream.steps.push({ sequence, step: ABSENT_STEP });
      if (on !== undefined) this.valueColumn(absentStream, on);
    }
    return sequence;
  }

  // Populations.

  rfmModel(name: string): RfmDefinition {
    return defined(this.definitions.rfm.get(name), `RFM model ${name}`);
  }

  /** What a score of an RFM model ranks; missing for customers with no purchase in its window. */
  rfmMeasure(model: RfmDefinition, part: 'recency' | 'frequency' | 'monetary', x: Context): ValuePlan {
    const { purchase: events } = model;
    const over = model.window === undefined ? { events } : { events, window: model.window };
    if (part === 'recency') return compileValue(this, x, { kind: 'age_of_event', which: 'last', ...over });
    const count = compileValue(this, x, { kind: 'count', ...over });
    const measure =
      part === 'frequency'
        ? count
        : compileValue(this, x, { kind: 'aggregate', fn: 'sum', property: model.value, ...over });
    return { ...measure, get: (p, t) => (count.get(p, t) === 0 ? undefined : measure.get(p, t)) };
  }

  // Units.

  segmentTest(name: string, scope: UnitScope): Test {
    if (scope.extraMs > 0) return compileCondition(this, scope, this.#ruleOf(name));
    const unit = this.#segmentUnit(name);
    scope.readers.push(unit.dependents);
    return (p) => isMember(p, unit);
  }

  stageValue(name: string, x: Context): ValuePlan {
    const lifecycle = defined(this.definitions.lifecycles.get(name), `lifecycle ${name}`);
    const still = { next: (): Instant => NEVER, slope: (): number => 0 };
    if (x.extraMs > 0) {
      const stages = this.#stageTests(lifecycle.name, x.scope);
      return { get: (p, t) => stages.find((s) => s.test(p, t))?.name, ...still };
    }
    const unit = this.#lifecycleUnit(name);
    x.units.add(unit.id);
    return { get: (p) => unit.stages[stageIndex(p, unit.id)]?.name, ...still };
  }

  trackedSegment(name: string, x: Context): TrackedUnit {
    return this.#tracked(this.#ruleOf(name), NEVER, x.scope);
  }

  trackedCondition(item: Condition, ms: number, scope: UnitScope): TrackedUnit {
    return this.#tracked(item, ms, scope);
  }

  readTracked(x: Context, unit: TrackedUnit): void {
    x.tracked.add(unit);
  }

  #tracked(item: Condition, ms: number, outer: UnitScope): TrackedUnit {
    const horizonMs = outer.extraMs + ms;
    const key = JSON.stringify([item, horizonMs === NEVER ? 'ever' : horizonMs]);
    let unit = this.#trackedByKey.get(key);
    if (unit === undefined) {
      const scope = newScope(horizonMs);
      const test = compileCondition(this, scope, item);
      const reads: Reads = {
        streams: [...scope.streams],
        facts: [...scope.facts],
        atoms: [...scope.atoms],
        groups: [...scope.groups],
        tracked: [...scope.tracked],
        populations: [...scope.populations],
      };
      unit = {
        kind: 'tracked',
        id: this.units.length,
        dependents: [],
        dependentAtoms: [],
        test,
        byDefault: false,
        reads,
        horizonMs,
      };
      this.#finish(unit, scope, `${horizonMs} ${this.#meanings.of([item])}`);
      this.#trackedByKey.set(key, unit);
      for (const stream of scope.streams) stream.trackedReaders.push(unit.id);
      for (const fact of scope.facts) setIn(this.factTracked, fact).add(unit.id);
      for (const population of scope.populations) setIn(this.populationTracked, population).add(unit.id);
    }
    if (outer.extraMs > 0) {
      for (const stream of unit.reads.streams) outer.streams.add(stream);
      for (const fact of unit.reads.facts) outer.facts.add(fact);
      for (const population of unit.reads.populations) outer.populations.add(population);
    }
    return unit;
  }

  #segmentUnit(name: string): SegmentUnit {
    const made = this.#segmentUnits.get(name);
    if (made !== undefined) return made;
    const scope = newScope(0);
    const rule = this.#ruleOf(name);
    const test = compileCondition(this, scope, rule);
    const unit: SegmentUnit = {
      kind: 'segment',
      id: this.units.length,
      dependents: [],
      dependentAtoms: [],
      name,
      version: this.versions.get(name) ?? 1,
      test,
      byDefault: false,
    };
    this.#finish(unit, scope, `${name} ${this.#meanings.of([rule])}`);
    this.#segmentUnits.set(name, unit);
    return unit;
  }

  #lifecycleUnit(name: string): LifecycleUnit {
    const made = this.#lifecycleUnits.get(name);
    if (made !== undefined) return made;
    const scope = newScope(0);
    const stages = this.#stageTests(name, scope);
    const unit: LifecycleUnit = {
      kind: 'lifecycle',
      id: this.units.length,
      dependents: [],
      dependentAtoms: [],
      name,
      stages,
    };
    const meaning = this.#meanings.of(this.#stagesOf(name).map(({ rule }) => rule));
    this.#finish(unit, scope, `${name} ${stages.map((s) => s.name).join(' ')} ${meaning}`);
    this.#lifecycleUnits.set(name, unit);
    return unit;
  }

  #stageTests(name: string, scope: UnitScope): { readonly name: string; readonly test: Test }[] {
    return this.#stagesOf(name).map((stage) => ({
      name: stage.name,
      test: stage.rule === undefined ? (): boolean => true : compileCondition(this, scope, stage.rule),
    }));
  }

  /** `meaning` is the same in every plan in which the unit asks the same. */
  #finish(unit: Unit, scope: UnitScope, meaning: string): void {
    this.units.push(unit);
    const key = `${unit.kind} ${meaning}`;
    this.keys.set(unit, key);
    [...scope.atoms].forEach((atom, i) => this.keys.set(atom, `${i} ${key}`));
    for (const units of new Set(scope.readers)) if (!units.includes(unit.id)) units.push(unit.id);
    if (scope.checkAtBirth) this.birthUnits.add(unit.id);
  }

  #stagesOf(lifecycle: string): readonly StageDefinition[] {
    return defined(this.definitions.lifecycles.get(lifecycle), `lifecycle ${lifecycle}`).stages;
  }

  #ruleOf(segment: string): Condition {
    return defined(this.definitions.segments.get(segment), `segment ${segment}`).rule;
  }
}

function listIn<K, V>(map: Map<K, V[]>, key: K): V[] {
  let list = map.get(key);
  if (list === undefined) map.set(key, (list = []));
  return list;
}

function setIn<K, V>(map: Map<K, Set<V>>, key: K): Set<V> {
  let set = map.get(key);
  if (set === undefined) map.set(key, (set = new Set()));
  return set;
}
