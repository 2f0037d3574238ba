/**
 * Members of a static list as they are compared: `Ann@Example.com` is on it where `ann@example.com` is. Which spelling came
 * first is kept.
 */

import { readingsOf } from '@segue/core/model/identifiers.ts';

import type { ListChange, ListChanged } from '../api/definitions-port.ts';

/** The members that come of a change, in the order in which they came, and how many came and went. */
export function changeMembers(
  current: readonly string[],
  { kind, members }: ListChange,
): ListChanged & { readonly members: readonly string[] } {
  const given = new Map(members.map((member) => [nameOf(member), member]));
  const known = new Set(current.map(nameOf));
  const goes = (name: string): boolean =>
    kind === 'remove' ? given.has(name) : kind === 'replace' && !given.has(name);
  const stay = current.filter((member) => !goes(nameOf(member)));
  const come = kind === 'remove' ? [] : [...given].filter(([name]) => !known.has(name));
  return {
    members: [...stay, ...come.map(([, member]) => member)],
    added: come.length,
    removed: current.length - stay.length,
    size: stay.length + come.length,
  };
}

/** The one form of an identifier: an e-mail or a phone number as they are compared, everything else as it is. */
function nameOf(member: string): string {
  const readings = readingsOf(member);
  return readings[readings.length - 1] ?? member;
}
