/**
 * One thing that is wrong with something a person wrote: what, where, what was expected and what to do.
 * Codes are stable and listed in docs/errors.md.
 */
export type Diagnostic = {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** One sentence: what is wrong, what was expected, what to do. */
  readonly message: string;
  /** From 1, in the text of the rule (or of the file, once the file's reader has shifted them). */
  readonly line?: number;
  readonly column?: number;
  /** Number of characters that are wrong, for underlining. */
  readonly length?: number;
  /** JSON pointer (RFC 6901) to what is wrong, where a tree came as JSON. */
  readonly pointer?: string;
  /** What would have been accepted here. */
  readonly expected?: string;
  /** The nearest valid name, where a name is unknown. */
  readonly nearest?: string;
  /** The definition concerned, e.g. `segments.vip`. */
  readonly definition?: string;
};
