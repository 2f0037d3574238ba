/**
 * The API, asked as whoever is signed in: the session's cookie speaks. Whatever is asked tells whether the server answers, the
 * stream of changes too, which comes again by itself.
 */

import { createClient, type SegueClient } from '@segue/client';
import { SegueError } from '@segue/client/problem-error.ts';

import { noteAnswer, noteSilence } from './connection.ts';

export const api: SegueClient = createClient({ url: location.origin, retries: 1, fetch: askAndNote });

async function askAndNote(...request: Parameters<typeof fetch>): Promise<Response> {
  try {
    const response = await fetch(...request);
    noteAnswer();
    return response;
  } catch (error) {
    // Who left did not wait for the answer.
    if (request[1]?.signal?.aborted !== true) noteSilence(Date.now());
    throw error;
  }
}

/** Whether the answer was “sign in first”. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof SegueError && error.status === 401;
}
