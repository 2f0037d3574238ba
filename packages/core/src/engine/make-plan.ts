/** The finished plan, and what it says of a customer about whom nothing is known. */

import type { Zone } from '../base/zone.ts';
import type { Definitions } from '../model/definitions.ts';
import { Compiler } from './compiler.ts';
import type { Environment } from './environment.ts';
import type { Atom, LifecycleUnit, SegmentUnit, SequencePlan, StreamPlan, Timed, Unit } from './plan.ts';
import { NEVER, Profile } from './profile.ts';
import type { ValuePlan } from './value-plan.ts';

export type Plan = {
  readonly env: Environment;
  readonly zone: Zone;
  /** Members of lists may be replaced while it is in force. */
  definitions: Definitions;
  readonly versions: ReadonlyMap<string, number>;
  readonly streams: readonly StreamPlan[];
  readonly units: readonly Unit[];
  /** By timer id. */
  readonly timed: readonly Timed[];
  readonly atoms: readonly Atom[];
  readonly sequences: readonly SequencePlan[];
  readonly segments: ReadonlyMap<string, SegmentUnit>;
  readonly lifecycles: ReadonlyMap<string, LifecycleUnit>;
  readonly factAtoms: ReadonlyMap<string, readonly Atom[]>;
  readonly factTracked: ReadonlyMap<string, ReadonlySet<number>>;
  readonly factHistory: ReadonlySet<string>;
  readonly populationAtoms: ReadonlyMap<string, readonly Atom[]>;
  readonly populationValues: ReadonlyMap<string, ValuePlan>;
  readonly populationHistory: ReadonlySet<string>;
  readonly listNames: ReadonlySet<string>;
  /** Values that can be asked of a customer without more ado, by JSON. */
  readonly values: ReadonlyMap<string, ValuePlan>;
  readonly trackedUnits: readonly number[];
  /** Those of them that may be true for a customer of whom nothing is known, at birth or later. */
  readonly bornTracked: readonly number[];
  /** Segments that hold for a customer of whom nothing is known. */
  readonly defaultUnits: readonly number[];
  /** Units to evaluate for every new customer: what they say cannot be told beforehand. */
  readonly birthUnits: readonly number[];
  /** Questions whose answer changes by time even if nothing ever happens. */
  readonly birthAtoms: readonly Atom[];
  /** Some rule keeps a view of its own of a stream. */
  readonly hasViews: boolean;
  /** What streams, units, timed things and windows are, in words that are the same in every plan. */
  readonly keys: ReadonlyMap<object, string>;
};

export function makePlan(
  env: Environment,
  definitions: Definitions,
  versions: ReadonlyMap<string, number>,
): Plan {
  const compiler = new Compiler(env, definitions, versions);
  compiler.compile();
  return finish(compiler);
}

/** A plan for one question, with just the definitions that it refers to, and streams laid out like those of another plan. */
export function makePlanFor<T>(
  env: Environment,
  definitions: Definitions,
  question: (compiler: Compiler) => T,
  alike?: Plan,
): { readonly plan: Plan; readonly compiled: T } {
  const streams = alike?.streams.map((stream) => [alike.keys.get(stream) ?? '', stream] as const);
  const compiler = new Compiler(env, definitions, new Map(), new Map(streams));
  const compiled = question(compiler);
  compiler.settle();
  return { plan: finish(compiler), compiled };
}

function finish(compiler: Compiler): Plan {
  const { units } = compiler;
  const atoms = compiler.timed.filter((timed) => timed.kind === 'atom');
  const isDefault = (u: Unit): boolean => u.kind === 'segment' && u.byDefault;
  const blank = blankProfile();
  for (const unit of units) {
    if (unit.kind !== 'lifecycle') unit.byDefault = unit.test(blank, blank.bornAt);
    if (unit.kind === 'lifecycle') {
      blank.stages.push(
        unit.id,
        unit.stages.findIndex((s) => s.test(blank, 0)),
        0,
      );
    }
  }
  // Where the blank customer would stand among all is not known before there is a population.
  const birthAtoms = atoms.filter((atom) => atom.standingMoves || atom.next(blank, 0) !== NEVER);
  return {
    env: compiler.env,
    zone: compiler.zone,
    definitions: compiler.definitions,
    versions: compiler.versions,
    streams: compiler.streams,
    units,
    timed: compiler.timed,
    atoms,
    sequences: compiler.sequences,
    segments: new Map(units.filter((u) => u.kind === 'segment').map((u) => [u.name, u])),
    lifecycles: new Map(units.filter((u) => u.kind === 'lifecycle').map((u) => [u.name, u])),
    factAtoms: compiler.factAtoms,
    factTracked: compiler.factTracked,
    factHistory: compiler.factHistory,
    populationAtoms: compiler.populationAtoms,
    populationValues: compiler.populationValues,
    populationHistory: compiler.populationHistory,
    listNames: compiler.listNames,
    values: compiler.values,
    trackedUnits: units.filter((u) => u.kind === 'tracked').map((u) => u.id),
    bornTracked: trackedFromBirth(units, compiler.birthUnits, new Set(birthAtoms)),
    defaultUnits: units.filter(isDefault).map((u) => u.id),
    birthUnits: [
      ...new Set([
        ...compiler.birthUnits,
        ...units.filter((u) => u.kind === 'lifecycle').map((u) => u.id),
        // What rests on a segment's default answer is asked again, in case that turns out otherwise.
        ...units.filter(isDefault).flatMap((u) => u.dependents),
      ]),
    ],
    birthAtoms,
    hasViews: compiler.hasViews,
    keys: compiler.keys,
  };
}

function trackedFromBirth(
  units: readonly Unit[],
  birthUnits: ReadonlySet<number>,
  birthAtoms: ReadonlySet<Atom>,
): readonly number[] {
  const from = new Set<number>();
  // Ascending, so a unit comes after those that it reads.
  for (const unit of units) {
    if (unit.kind !== 'tracked') continue;
    const { atoms, tracked } = unit.reads;
    const moves =
      [...atoms].some((atom) => birthAtoms.has(atom)) || [...tracked].some(({ id }) => from.has(id));
    if (unit.byDefault || birthUnits.has(unit.id) || moves) from.add(unit.id);
  }
  return [...from];
}

/** Somebody who has come into being at instant 0, of whom nothing is known. */
function blankProfile(): Profile {
  const blank = new Profile(-1, '');
  blank.bornAt = 0;
  return blank;
}
