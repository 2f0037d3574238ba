/** Why something was not done, where somebody asked for it; nothing where it was, or was not asked for. */

import type { JSX } from 'react';

import { Notice } from '../design/layout.tsx';
import { useRefusals } from '../texts/use-refusals.ts';

export function Refused({ error }: { readonly error: Error | null }): JSX.Element | null {
  const refusalOf = useRefusals();
  return error === null ? null : <Notice tone="bad">{refusalOf(error)}</Notice>;
}
