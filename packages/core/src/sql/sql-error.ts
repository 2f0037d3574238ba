/** What SQL cannot say: thrown inside the compiler, a diagnostic for whoever called it. */

export class SqlRefusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
