/**
 * Whose key came with a request, and what that key may do here.
 *
 * A key is looked for where the clients in use put it: HTTP Basic with the key as user name (Segment, RudderStack; the
 * password is ignored, some send `""`), Bearer, `X-Write-Key` (Jitsu), `?writeKey=` (beacons, which cannot set headers),
 * and `writeKey` in the body. The first place that has one decides. A server key in an address is refused: addresses end
 * up in logs and histories.
 */

import type { IncomingHttpHeaders } from 'node:http';

import { fail, ok, type Result } from '@segue/core/base/result.ts';

import { roles, type Grants, type Principal, type Role } from '../../catalog/grants.ts';
import { refusal, type Refusal } from './refusal.ts';

export type SentKey = { readonly key: string; readonly place: 'header' | 'query' | 'body' };

/** Somebody who may send. */
export type Sender = {
  /** Name of the source that messages are recorded under. */
  readonly source: string;
  /** What the rate limit counts by. */
  readonly id: string;
  /** May have answers with memberships, and import. */
  readonly trusted: boolean;
};

/** Characters of a key that are looked at; no key of ours is longer. */
const keyCharactersMax = 512;

export function keyOfHeaders(headers: IncomingHttpHeaders): SentKey | undefined {
  const key = keyOfAuthorization(headers.authorization) ?? textKey(headers['x-write-key']);
  return key === undefined ? undefined : { key, place: 'header' };
}

export function keyOfQuery(query: unknown): SentKey | undefined {
  return keyOfField(query, 'query');
}

export function keyOfBody(body: unknown): SentKey | undefined {
  return keyOfField(body, 'body');
}

function keyOfField(fields: unknown, place: SentKey['place']): SentKey | undefined {
  if (typeof fields !== 'object' || fields === null || !('writeKey' in fields)) return undefined;
  const key = textKey(fields.writeKey);
  return key === undefined ? undefined : { key, place };
}

function keyOfAuthorization(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const space = header.indexOf(' ');
  if (space < 0 || header.length > 4 * keyCharactersMax) return undefined;
  const scheme = header.slice(0, space).toLowerCase();
  const rest = header.slice(space + 1).trim();
  if (scheme === 'bearer') return textKey(rest);
  if (scheme !== 'basic') return undefined;
  const pair = Buffer.from(rest, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return textKey(colon < 0 ? pair : pair.slice(0, colon));
}

function textKey(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const key = value.trim();
  return key === '' ? undefined : key;
}

/** Who may send with this key, or 401, or 403 for a server key that only reads. */
export function senderOf(sent: SentKey, grants: Grants): Result<Sender, Refusal> {
  const principal = sent.key.length > keyCharactersMax ? undefined : grants.ofKey(sent.key);
  if (principal === undefined) {
    return fail(
      refusal(
        401,
        'tracking/unknown-key',
        'The key is not known or was withdrawn; expected the write key of a source: copy it from the settings.',
      ),
    );
  }
  if (sent.place === 'query' && principal.kind !== 'write_key') {
    return fail(
      refusal(
        401,
        'tracking/key-in-address',
        'A server key must not stand in an address, which others can read; send it as Basic or Bearer authorization.',
      ),
    );
  }
  return senderOfPrincipal(principal);
}

export function senderOfPrincipal(principal: Principal): Result<Sender, Refusal> {
  const { id } = principal;
  if (principal.kind === 'write_key') return ok({ source: principal.source, id, trusted: false });
  if (hasRole(principal.role, 'marketer')) return ok({ source: principal.name, id, trusted: true });
  return fail(
    refusal(
      403,
      'tracking/key-role',
      'This key may only read; expected a write key, or a server key of the role marketer or admin.',
    ),
  );
}

function hasRole(role: Role, least: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(least);
}

export const noKey: Refusal = refusal(
  401,
  'tracking/no-key',
  'No key came with the request; expected a write key as the user name of Basic authorization, as X-Write-Key, or as ' +
    '"writeKey" in a body of valid JSON.',
);

/** RudderStack's `AnonymousId` header: the id itself, or (from browsers) its base64. */
export function anonymousIdOfHeader(value: string | string[] | undefined): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const decoded = Buffer.from(value, 'base64');
  const text = decoded.toString('utf8');
  const wasEncoded = decoded.toString('base64') === value && /^[\x20-\x7e]+$/.test(text);
  return wasEncoded ? text : value;
}
