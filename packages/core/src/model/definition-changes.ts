/** Sets of definitions put together, and taken away from. Neither changes the set that it is given. */

import type { Diagnostic } from '../base/diagnostic.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { dependencies } from '../rules/check-walk.ts';
import { nearestName } from '../rules/names.ts';
import type { Definitions } from './definitions.ts';
import { definitionKinds, definitionPath, nounOf, type DefinitionKind } from './names.ts';

/** Names of definitions by kind, as `remove` of a scenario and the API have them. */
export type DefinitionNames = Readonly<Partial<Record<DefinitionKind, readonly string[]>>>;

/** `base` with the definitions of `changes` added, or in place of those of the same kind and name. */
export function mergeDefinitions(base: Definitions, changes: Definitions): Definitions {
  return {
    segments: new Map([...base.segments, ...changes.segments]),
    lifecycles: new Map([...base.lifecycles, ...changes.lifecycles]),
    rfm: new Map([...base.rfm, ...changes.rfm]),
    lists: new Map([...base.lists, ...changes.lists]),
    channels: new Map([...base.channels, ...changes.channels]),
  };
}

/**
 * `base` without the named definitions. Refused as a whole where one of them is unknown, or used by one that stays
 * (a list excepted: a list that is named in a rule exists without a definition, and is empty).
 */
export function removeDefinitions(
  base: Definitions,
  names: DefinitionNames,
): Result<Definitions, readonly Diagnostic[]> {
  const diagnostics: Diagnostic[] = [];
  for (const kind of definitionKinds) {
    for (const name of names[kind] ?? []) {
      if (!base[kind].has(name)) diagnostics.push(unknown(kind, name, [...base[kind].keys()]));
    }
  }
  const without = (kind: DefinitionKind): ReadonlySet<string> => new Set(names[kind] ?? []);
  const rest: Definitions = {
    segments: omit(base.segments, without('segments')),
    lifecycles: omit(base.lifecycles, without('lifecycles')),
    rfm: omit(base.rfm, without('rfm')),
    lists: omit(base.lists, without('lists')),
    channels: omit(base.channels, without('channels')),
  };
  for (const kind of ['segments', 'lifecycles', 'rfm'] as const) {
    for (const name of names[kind] ?? []) {
      const users = usersOf(rest, kind, name);
      if (users.length > 0) diagnostics.push(inUse(kind, name, users));
    }
  }
  return diagnostics.length > 0 ? fail(diagnostics) : ok(rest);
}

/** The definitions that name this one, as paths such as `segments.vip`. */
export function usersOf(
  definitions: Definitions,
  kind: 'segments' | 'lifecycles' | 'rfm' | 'lists',
  name: string,
): readonly string[] {
  const users: string[] = [];
  for (const user of ['segments', 'lifecycles', 'rfm'] as const) {
    for (const definition of definitions[user].values()) {
      if (dependencies(definition)[kind].has(name)) users.push(definitionPath(user, definition.name));
    }
  }
  return users;
}

function omit<T>(map: ReadonlyMap<string, T>, names: ReadonlySet<string>): ReadonlyMap<string, T> {
  return new Map([...map].filter(([name]) => !names.has(name)));
}

function unknown(kind: DefinitionKind, name: string, known: readonly string[]): Diagnostic {
  const nearest = nearestName(name, known);
  const hint = nearest === undefined ? '' : ` Did you mean “${nearest}”?`;
  return {
    code: 'definitions/unknown',
    severity: 'error',
    message: `${definitionPath(kind, name)}: there is no ${nounOf[kind]} “${name}” to remove.${hint}`,
    definition: definitionPath(kind, name),
    ...(nearest === undefined ? {} : { nearest }),
  };
}

function inUse(kind: DefinitionKind, name: string, users: readonly string[]): Diagnostic {
  const shown = users.slice(0, 5).join(', ') + (users.length > 5 ? ` and ${users.length - 5} more` : '');
  return {
    code: 'definitions/in-use',
    severity: 'error',
    message: `${definitionPath(kind, name)}: the ${nounOf[kind]} “${name}” cannot be removed, since ${shown} ${users.length === 1 ? 'uses' : 'use'} it. Change or remove ${users.length === 1 ? 'that one' : 'those'} first.`,
    definition: definitionPath(kind, name),
  };
}
