/** What whoever is signed in may do, in a component. */

import { useQuery } from '@tanstack/react-query';

import { rank, type Role, sessionQuery } from './queries.ts';

/** Whether they may do what that role may; not while it is not known who they are. */
export function useMay(role: Role): boolean {
  const session = useQuery(sessionQuery).data;
  return session !== undefined && rank(session.role) >= rank(role);
}
