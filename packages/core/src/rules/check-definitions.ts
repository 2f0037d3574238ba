/**
 * The checker for a whole set of definitions: each tree by itself, and what concerns several: cycles, chains that are
 * too long, names, stages.
 */

import { defined } from '../base/assert.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import { definitionNestingMax, lifecycleStagesMax } from '../base/limits.ts';
import type {
  Definitions,
  LifecycleDefinition,
  RfmDefinition,
  SegmentDefinition,
} from '../model/definitions.ts';
import { definitionKinds, definitionPath, nounOf } from '../model/names.ts';
import { withDefinition } from '../model/parse-definitions.ts';
import { checkEventPattern, checkRule, checkWindow } from './check.ts';
import type { Environment } from './check-values.ts';
import { references, stagePath, treesOf } from './check-walk.ts';
import { nameProblem } from './names.ts';
import type { Positions } from './parse-positions.ts';
import type { Condition } from './tree.ts';

export type CheckOptions = {
  /** Places of nodes, as `parseDefinitions` gives them. */
  readonly positions?: ReadonlyMap<string, Positions>;
  /** Definitions that are there and could not be read, as `parseDefinitions` gives them. */
  readonly broken?: ReadonlySet<string>;
  /** Scores that exist; left out, any name may be one. */
  readonly scores?: ReadonlySet<string>;
};

/** Errors and warnings of a set of definitions; in force they may be put only where none of them is an error. */
export function checkDefinitions(
  definitions: Definitions,
  options: CheckOptions = {},
): readonly Diagnostic[] {
  const checker = new DefinitionsChecker(definitions, options);
  checker.run();
  return checker.diagnostics;
}

/** A use of one definition in the text of another. */
type Edge = { readonly to: string; readonly path: string; readonly node: object };

class DefinitionsChecker {
  readonly diagnostics: Diagnostic[] = [];
  readonly #definitions: Definitions;
  readonly #options: CheckOptions;
  readonly #environment: Environment;

  constructor(definitions: Definitions, options: CheckOptions) {
    const { broken, scores } = options;
    this.#definitions = definitions;
    this.#options = options;
    this.#environment = {
      definitions,
      ...(broken === undefined ? {} : { broken }),
      ...(scores === undefined ? {} : { scores }),
    };
  }

  run(): void {
    this.#names();
    for (const { name, rule } of this.#definitions.segments.values()) {
      this.#rule(definitionPath('segments', name), rule);
    }
    for (const lifecycle of this.#definitions.lifecycles.values()) this.#lifecycle(lifecycle);
    for (const model of this.#definitions.rfm.values()) this.#rfm(model);
    this.#cycles();
  }

  #names(): void {
    for (const kind of definitionKinds) {
      for (const name of this.#definitions[kind].keys()) {
        const problem = nameProblem(name);
        if (problem === undefined) continue;
        this.#add(definitionPath(kind, name), [
          {
            code: 'definitions/name',
            severity: 'error',
            message: `The name of the ${nounOf[kind]} ${problem}.`,
            expected: 'a name such as high_value',
          },
        ]);
      }
    }
  }

  #rule(path: string, rule: Condition): void {
    this.#add(path, checkRule(rule, this.#environment, this.#options.positions?.get(path)));
  }

  #lifecycle(lifecycle: LifecycleDefinition): void {
    const path = definitionPath('lifecycles', lifecycle.name);
    const { stages } = lifecycle;
    const complain = (message: string, expected: string): void => {
      this.#add(path, [{ code: 'definitions/lifecycle', severity: 'error', message, expected }]);
    };
    if (stages.length === 0) complain('A lifecycle has at least one stage.', 'a stage');
    if (stages.length > lifecycleStagesMax) {
      complain(
        `A lifecycle has at most ${lifecycleStagesMax} stages.`,
        `at most ${lifecycleStagesMax} stages`,
      );
    }
    const seen = new Set<string>();
    stages.forEach((stage, index) => {
      const last = index === stages.length - 1;
      if (stage.name.trim() === '') complain(`Stage ${index + 1} has no name.`, 'a name');
      if (seen.has(stage.name)) {
        complain(`There are two stages “${stage.name}”; the names of stages are unique.`, 'another name');
      }
      seen.add(stage.name);
      if (stage.rule !== undefined && last) {
        complain(
          `The last stage, “${stage.name}”, holds for everyone left, so it has no rule; add a stage without a rule after it.`,
          'a last stage without a rule',
        );
      }
      if (stage.rule === undefined && !last) {
        complain(
          `The stage “${stage.name}” has no rule and is not the last, so nobody would reach those after it.`,
          'a rule',
        );
      }
      if (stage.rule !== undefined) this.#rule(stagePath(lifecycle.name, stage.name), stage.rule);
    });
  }

  #rfm(model: RfmDefinition): void {
    const path = definitionPath('rfm', model.name);
    const at = (part: string): Positions | undefined => this.#options.positions?.get(`${path}.${part}`);
    this.#add(`${path}.purchase`, checkEventPattern(model.purchase, this.#environment, at('purchase')));
    if (model.window !== undefined) {
      this.#add(`${path}.window`, checkWindow(model.window, this.#environment, at('window')));
    }
  }

  /**
   * Takes away, again and again, the definitions that use none that is left. The rounds are the longest chain; what
   * remains at the end is on a cycle or uses one.
   */
  #cycles(): void {
    const edges = this.#edges();
    const users = new Map<string, string[]>();
    const open = new Map<string, number>();
    for (const [from, list] of edges) {
      open.set(from, list.length);
      for (const edge of list) {
        const known = users.get(edge.to);
        if (known === undefined) users.set(edge.to, [from]);
        else known.push(from);
      }
    }
    let round = [...open].filter(([, count]) => count === 0).map(([path]) => path);
    for (let depth = 1; round.length > 0; depth += 1) {
      if (depth > definitionNestingMax) {
        this.#tooDeep(defined(round[0], 'a definition of the round'));
        return;
      }
      const next: string[] = [];
      for (const path of round) {
        open.delete(path);
        for (const user of users.get(path) ?? []) {
          const count = (open.get(user) ?? 0) - 1;
          open.set(user, count);
          if (count === 0) next.push(user);
        }
      }
      round = next;
    }
    this.#reportCycles(new Map([...edges].filter(([path]) => open.has(path))));
  }

  #edges(): ReadonlyMap<string, readonly Edge[]> {
    const edges = new Map<string, readonly Edge[]>();
    const definitions: readonly (readonly [
      'segments' | 'lifecycles' | 'rfm',
      SegmentDefinition | LifecycleDefinition | RfmDefinition,
    ])[] = [
      ...[...this.#definitions.segments.values()].map((definition) => ['segments', definition] as const),
      ...[...this.#definitions.lifecycles.values()].map((definition) => ['lifecycles', definition] as const),
      ...[...this.#definitions.rfm.values()].map((definition) => ['rfm', definition] as const),
    ];
    const known = new Set(definitions.map(([kind, { name }]) => definitionPath(kind, name)));
    for (const [kind, definition] of definitions) {
      const found = new Map<string, Edge>();
      for (const { path, tree } of treesOf(definition)) {
        for (const { to, name, node } of references(tree)) {
          const target = `${to}.${name}`;
          if (known.has(target) && !found.has(target)) found.set(target, { to: target, path, node });
        }
      }
      edges.set(definitionPath(kind, definition.name), [...found.values()]);
    }
    return edges;
  }

  /** Follows the first use that is left from each definition until one comes again: that is a cycle, told once. */
  #reportCycles(edges: ReadonlyMap<string, readonly Edge[]>): void {
    const done = new Set<string>();
    for (const start of edges.keys()) {
      const trail = new Map<string, Edge>();
      let at = start;
      while (!done.has(at) && !trail.has(at)) {
        const edge = (edges.get(at) ?? []).find(({ to }) => edges.has(to));
        if (edge === undefined) break;
        trail.set(at, edge);
        at = edge.to;
      }
      if (trail.has(at) && !done.has(at)) this.#reportCycle(at, trail);
      for (const path of trail.keys()) done.add(path);
    }
  }

  #reportCycle(first: string, trail: ReadonlyMap<string, Edge>): void {
    const paths = [first];
    for (let edge = trail.get(first); edge !== undefined && edge.to !== first; edge = trail.get(edge.to)) {
      paths.push(edge.to);
    }
    paths.push(first);
    const names = paths.every((path) => path.startsWith('segments.'))
      ? paths.map((path) => path.slice('segments.'.length))
      : paths;
    const edge = defined(trail.get(first), 'the first step of a cycle');
    const position = this.#options.positions?.get(edge.path)?.get(edge.node, 'name') ?? {};
    const message = `Definitions may not depend on themselves: ${names.join(' → ')}. Take one of these uses out.`;
    this.#add(edge.path, [
      { code: 'definitions/cycle', severity: 'error', message, ...position, expected: 'no cycle' },
    ]);
  }

  #tooDeep(path: string): void {
    const message = `A chain of definitions that use each other is longer than ${definitionNestingMax}; put some of them together.`;
    this.#add(path, [
      {
        code: 'definitions/too-deep',
        severity: 'error',
        message,
        expected: `at most ${definitionNestingMax} in a row`,
      },
    ]);
  }

  #add(path: string, diagnostics: readonly Diagnostic[]): void {
    for (const diagnostic of diagnostics) this.diagnostics.push(withDefinition(diagnostic, path));
  }
}
