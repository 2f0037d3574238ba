/** A soft word about a name or value that has never come: it may be right and yet to come, or a slip. */

import { nearestName } from '@segue/core/rules/names.ts';
import type { JSX } from 'react';

import type { TextName } from '../../../texts/en.ts';
import { useTexts } from '../../../texts/use-texts.ts';

export function Unseen({
  text,
  name,
  seen,
  onTake,
}: {
  readonly text: Extract<TextName, `rule.unseen.${string}`>;
  readonly name: string;
  /** Undefined: nobody knows. */
  readonly seen: readonly string[] | undefined;
  readonly onTake: (name: string) => void;
}): JSX.Element | null {
  const t = useTexts();
  if (seen === undefined || name === '' || seen.includes(name)) return null;
  const nearest = nearestName(name, seen);
  return (
    <p className="unseen" role="status">
      {t(text, { name })}
      {nearest !== undefined && (
        <button
          type="button"
          className="link"
          onClick={() => {
            onTake(nearest);
          }}
        >
          {t('rule.nearest', { name: nearest })}
        </button>
      )}
    </p>
  );
}
