/** A data directory with a key and definitions in it, as a shop has that is at work already. */

import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { HttpClient } from './http-client.ts';
import { Service } from './service.ts';

export type Keys = { readonly writeKey: string; /** Of an admin. */ readonly serverKey: string };

export type Workspace = Keys & { readonly data: string };

/** Messages that every customer sends; each adds its number, from 1, to the sum of their points. */
export const messagesPerCustomer = 8;
const pointsOfCustomer = (messagesPerCustomer * (messagesPerCustomer + 1)) / 2;

/**
 * `exact` holds for a customer each of whose messages was counted once. The others change by time alone, soon, so that
 * there is always something due. `turn` makes one set of definitions differ from another.
 */
export function definitions(turn: number): object {
  return {
    segments: {
      exact: {
        rule: `count("Counted") = ${messagesPerCustomer} and sum(points of "Counted") = ${pointsOfCustomer}`,
      },
      recent: { rule: 'did "Counted" last 700ms' },
      lapsed: { rule: 'did "Counted" and did not "Counted" last 250ms' },
      burst: { rule: 'count("Counted", last 300ms) >= 3' },
      turning: { rule: `count("Counted") >= ${1 + (turn % messagesPerCustomer)}` },
    },
    lifecycles: {
      life: { stages: [{ active: 'did "Counted" last 500ms' }, { known: 'did "Counted"' }, 'visitor'] },
    },
  };
}

/** A directory that is the caller's to remove. */
export function makeDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'segue-faults-'));
}

export function removeDirectory(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 20 });
}

/** Starts a service on an empty directory, signs in, makes a key, puts definitions into force, stops in order. */
export async function foundWorkspace(data: string): Promise<Workspace> {
  const { service, url } = await Service.start({ data });
  const client = new HttpClient(url);
  try {
    const [, token] = /\/sign-in#(\S+)/u.exec(service.said) ?? [];
    const [, writeKey] = /write key +(\S+)/u.exec(service.said) ?? [];
    if (token === undefined || writeKey === undefined) throw new Error(`no way in was told: ${service.said}`);
    const founder = { token, email: 'ann@example.com', name: 'Ann', password: 'a long pass phrase' };
    const signedIn = await client.call('POST', '/api/session/link', { body: founder });
    const cookie = String(signedIn.headers['set-cookie']).split(';', 1)[0]!;
    const made = await client.call('POST', '/api/server-keys', {
      headers: { cookie, 'x-segue-request': '1' },
      body: { name: 'faults', role: 'admin' },
    });
    const { secret: serverKey } = made.body as { readonly secret?: string };
    if (serverKey === undefined) throw new Error(`no key was made: ${JSON.stringify(made)}`);
    const applied = await client.call('POST', '/api/definitions', {
      key: serverKey,
      body: { definitions: definitions(0) },
    });
    if (applied.status !== 200) throw new Error(`no definitions: ${JSON.stringify(applied)}`);
    return { data, writeKey, serverKey };
  } finally {
    client.close();
    await service.stop();
  }
}

/** Another data directory with the same in it; the service of the first must not run. */
export function copyWorkspace(workspace: Workspace, data: string): Workspace {
  cpSync(workspace.data, data, { recursive: true });
  return { ...workspace, data };
}
