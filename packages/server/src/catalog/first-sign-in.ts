/**
 * The beginning: a fresh installation has nobody who could sign in, so it makes one link with which the first admin sets a
 * password, and one source with a write key, so that the first event can be sent at once.
 */

import { fail, type Result } from '@segue/core/base/result.ts';
import type { Instant } from '@segue/core/model/message.ts';

import { systemActor, type Catalog, type Refusal } from './catalog.ts';
import { signInLinkLifetimeMs } from './limits.ts';

export type FirstSignIn = {
  /** Of the link; it is told here once and good until it is used or replaced. */
  readonly token: string;
  readonly source: string;
  readonly writeKey: string;
  /** Of role admin, for the command line and the API; told here once. */
  readonly serverKey: string;
};

/** Undefined where somebody can sign in, or a link was made already (`newSignInLink` makes another). */
export async function ensureFirstSignIn(catalog: Catalog): Promise<FirstSignIn | undefined> {
  const key = await ensureWriteKey(catalog);
  if ((await catalog.users.hasAdmin()) || (await catalog.links.pendingFounding())) return undefined;
  const link = expected(await catalog.links.create({}, systemActor));
  const server = expected(await catalog.keys.createServerKey({ name: 'first', role: 'admin' }, systemActor));
  return { token: link.token, source: key.source, writeKey: key.text, serverKey: server.secret };
}

/**
 * For somebody at the machine itself: a link for the user with that address, or without one for the first admin. Also the way
 * back in for an admin who forgot the password.
 */
export async function newSignInLink(
  catalog: Catalog,
  now: Instant,
  email?: string,
): Promise<Result<{ readonly token: string }, Refusal>> {
  if (email === undefined) return catalog.links.create({}, systemActor);
  const user = await catalog.users.byEmail(email);
  if (user === undefined) {
    const message = `There is no user with the e-mail address ${email}; leave it out for a new admin.`;
    return fail({ code: 'users/unknown', message });
  }
  return catalog.links.create({ user: user.id, expiresAt: now + signInLinkLifetimeMs }, systemActor);
}

async function ensureWriteKey(catalog: Catalog): Promise<{ readonly source: string; readonly text: string }> {
  const { items } = await catalog.keys.writeKeys({ limit: 1 });
  const [first] = items;
  if (first !== undefined) return first;
  const name = 'default';
  const description = 'Made at the first start.';
  const source = await catalog.keys.createSource({ name, description }, systemActor);
  if (!source.ok && source.error.code !== 'sources/taken') expected(source);
  return expected(await catalog.keys.createWriteKey({ source: name }, systemActor));
}

/** What cannot be refused in a catalog that is empty. */
function expected<T>(result: Result<T, Refusal>): T {
  if (result.ok) return result.value;
  throw new Error(`${result.error.code}: ${result.error.message}`);
}
