/**
 * Passwords: argon2id with the parameters that OWASP names first (19 MiB, two passes, one lane), which take some 20 ms.
 *
 * Each hash takes that much memory and a thread, so only a few run at once and few wait; above that callers are told to
 * come again. A sign-in for an address that nobody has costs the same as one that somebody has.
 */

import { hash, verify } from '@node-rs/argon2';

import { fail, ok, type Result } from '@segue/core/base/result.ts';

import type { Refusal } from './catalog.ts';
import { passwordCharactersMax, passwordCharactersMin } from './limits.ts';

const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } as const;
const runningMax = 2;
const waitingMax = 64;
const tooMany: Refusal = {
  code: 'access/too-many-sign-ins',
  message: 'Too many people sign in at once; try again in a few seconds.',
};

/** What is wrong with a password that somebody wants to have, or undefined. */
export function passwordProblem(password: string): Refusal | undefined {
  const { length } = password;
  if (length >= passwordCharactersMin && length <= passwordCharactersMax) return undefined;
  return {
    code: 'users/password',
    message: `The password has ${length} characters; expected ${passwordCharactersMin} to ${passwordCharactersMax}. Choose another.`,
  };
}

export class Passwords {
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  /** Of no password at all; made when first needed. */
  #nobody: Promise<string> | undefined;

  /** In PHC form. */
  async hash(password: string): Promise<Result<string, Refusal>> {
    return this.#inTurn(() => hash(normalised(password), parameters));
  }

  /** `kept` undefined: there is nobody, which takes as long to say. */
  async matches(kept: string | undefined, password: string): Promise<Result<boolean, Refusal>> {
    const given = normalised(password.slice(0, passwordCharactersMax + 1));
    return this.#inTurn(async () => {
      if (kept !== undefined) return verify(kept, given);
      this.#nobody ??= hash('nobody has this password', parameters);
      await verify(await this.#nobody, given);
      return false;
    });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<Result<T, Refusal>> {
    if (this.#running < runningMax) this.#running += 1;
    else if (this.#waiting.length >= waitingMax) return fail(tooMany);
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return ok(await work());
    } finally {
      // Whoever waits longest takes over the place; nobody can slip in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

/** The same letters typed on different keyboards are the same password. */
function normalised(password: string): string {
  return password.normalize('NFC');
}
