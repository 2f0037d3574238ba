/** Secrets that people and programs carry: made here, kept only as hashes. 256 random bits need no salt and no slow hash. */

import { createHash, randomBytes } from 'node:crypto';

/** What the text begins with, so that people and secret scanners recognise it. */
export type TokenPrefix = 'wk' | 'sk' | 'ses' | 'link';

/** `sk_` and 43 characters. */
export function newToken(prefix: TokenPrefix): string {
  return `${prefix}_${randomBytes(32).toString('base64url')}`;
}

/** Shorter, for write keys, which are public. */
export function newWriteKey(): string {
  return `wk_${randomBytes(18).toString('base64url')}`;
}

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** A name for a row: `usr_` and 20 hexadecimal digits. */
export function newId(prefix: 'usr' | 'wky' | 'sky'): string {
  return `${prefix}_${randomBytes(10).toString('hex')}`;
}
