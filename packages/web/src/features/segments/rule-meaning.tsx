/** A rule in words, or what is wrong with it and where. */

import type { JSX } from 'react';

import { Notice } from '../../design/layout.tsx';
import { useRefusals } from '../../texts/use-refusals.ts';
import { useRuleSentence } from '../../texts/use-speech.ts';
import { useTexts } from '../../texts/use-texts.ts';
import type { ReadRule } from './read-rule.ts';

export function RuleMeaning({
  read: { diagnostics, english, isRight, formatted },
  isSaidAbove,
}: {
  readonly read: ReadRule;
  /** What is wrong with the conditions of a rule stands at them already. */
  readonly isSaidAbove: boolean;
}): JSX.Element {
  const t = useTexts();
  const refusalOf = useRefusals();
  const sentence = useRuleSentence();
  const shown = isSaidAbove && formatted !== undefined ? [] : diagnostics;
  return (
    <div className="stack" aria-live="polite">
      {shown.map((one, i) => (
        <Notice key={`${one.code} ${String(i)}`} tone={one.severity === 'error' ? 'bad' : 'warn'}>
          <p>
            {one.line !== undefined && one.column !== undefined && (
              <strong>{t('builder.line', { line: one.line, column: one.column })}: </strong>
            )}
            {refusalOf(one)}
          </p>
        </Notice>
      ))}
      {isRight && english !== undefined && (
        <div>
          <p className="quiet">{t('builder.means')}</p>
          <p>{sentence(formatted ?? '', english)}</p>
        </div>
      )}
    </div>
  );
}
