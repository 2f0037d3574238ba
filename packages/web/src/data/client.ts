/** The API, asked as whoever is signed in: the session's cookie speaks. */

import { createClient, type SegueClient } from '@segue/client';
import { SegueError } from '@segue/client/problem-error.ts';

export const api: SegueClient = createClient({ url: location.origin, retries: 1 });

/** Whether the answer was “sign in first”. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof SegueError && error.status === 401;
}

/** What went wrong, in a sentence for the person. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
