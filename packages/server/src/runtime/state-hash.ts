/** A short name of a state: equal states have equal hashes, on any machine. */

import { createHash } from 'node:crypto';

import type { Engine } from '@segue/core/engine/engine.ts';

/** Which columns have ever held a negative number decides how thresholds are looked for, never what is found. */
const withoutTraces = /"negatives":\[.*?\],"seen"/;

/** SHA-256 of all that the engine knows, in hexadecimal digits. Takes as long as writing all of it down. */
export function stateHash(engine: Engine): string {
  const hash = createHash('sha256');
  let isHeader = true;
  for (const line of engine.serialize()) {
    hash.update(isHeader ? line.replace(withoutTraces, '"seen"') : line).update('\n');
    isHeader = false;
  }
  return hash.digest('hex');
}
