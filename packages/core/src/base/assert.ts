/** A broken invariant is a bug: it stops the program, in production too. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${message}`);
}

/** Narrows away `undefined` where an invariant says that the value is there. */
export function defined<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`Invariant broken: ${what} is missing`);
  return value;
}

/** The compiler's proof that a switch over a union covers every kind. */
export function unreachable(value: never): never {
  throw new Error(`Invariant broken: unexpected ${JSON.stringify(value)}`);
}
