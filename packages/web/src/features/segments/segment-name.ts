/** The name of a new segment while it is typed: what is wrong with it, and one like it that would do. Pure. */

import { definitionNameCharactersMax } from '@segue/core/base/limits.ts';
import { namePattern, nameProblem, reservedNames } from '@segue/core/rules/names.ts';

export type NameFault = 'missing' | 'wrong' | 'long' | 'reserved' | 'taken';
/** `proposal`: undefined where nothing of what was typed can be kept. */
export type NameTrouble = { readonly fault: NameFault; readonly proposal: string | undefined };

/** Undefined where the name will do. */
export function nameTrouble(name: string, taken: ReadonlySet<string>): NameTrouble | undefined {
  const fault = faultOf(name, taken);
  return fault === undefined ? undefined : { fault, proposal: proposalFor(name, taken) };
}

/** A name itself where it will do, else the nearest that does. */
export function proposedName(name: string, taken: ReadonlySet<string>): string {
  return faultOf(name, taken) === undefined ? name : (proposalFor(name, taken) ?? name);
}

function faultOf(name: string, taken: ReadonlySet<string>): NameFault | undefined {
  if (name === '') return 'missing';
  if (taken.has(name)) return 'taken';
  if (nameProblem(name) === undefined) return undefined;
  if (name.length > definitionNameCharactersMax) return 'long';
  return reservedNames.has(name) ? 'reserved' : 'wrong';
}

/** `Left Carts!` → `left_carts`, and `left_carts_2` where there is one already. */
function proposalFor(name: string, taken: ReadonlySet<string>): string | undefined {
  const words = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[_0-9]+|_+$/g, '');
  if (!namePattern.test(words)) return undefined;
  for (let n = 1; n <= taken.size + 2; n++) {
    const ending = n === 1 ? '' : `_${String(n)}`;
    const proposal = words.slice(0, definitionNameCharactersMax - ending.length) + ending;
    if (proposal !== name && faultOf(proposal, taken) === undefined) return proposal;
  }
  return undefined;
}
