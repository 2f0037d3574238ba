/** Where something stands in a file, and diagnostics that say so. */

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';

/** Line and column count from 1; columns in UTF-16 units, as editors do. */
export type Place = { readonly line: number; readonly column: number };

/** A diagnostic whose line and column are those of the file. */
export type PlacedDiagnostic = Diagnostic & { readonly file: string };

export function placed(
  file: string,
  place: Place | undefined,
  diagnostic: Omit<Diagnostic, 'severity' | 'line' | 'column'> & {
    readonly severity?: Diagnostic['severity'];
  },
): PlacedDiagnostic {
  const where = place === undefined ? {} : { line: place.line, column: place.column };
  return { severity: 'error', ...diagnostic, ...where, file };
}
