/** What the change of a rule is: as it is in force, and as it would be, in words and as text. */

import type { Definitions } from '@segue/core/model/definitions.ts';
import type { JSX } from 'react';

import { useRuleSentence } from '../../texts/use-speech.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { readRule } from './read-rule.ts';

export function Difference({
  before,
  after,
  definitions,
}: {
  readonly before: string;
  readonly after: string;
  readonly definitions: Definitions;
}): JSX.Element | null {
  const t = useTexts();
  const sentence = useRuleSentence();
  const was = readRule(before, definitions);
  const will = readRule(after, definitions);
  if (was.formatted === will.formatted) return null;
  const sides = [
    ['del', t('builder.difference.was'), was.formatted ?? before, was.english],
    ['ins', t('builder.difference.will'), will.formatted ?? after, will.english],
  ] as const;
  return (
    <section className="stack tight" aria-label={t('builder.difference')}>
      <p className="quiet">{t('builder.difference')}</p>
      {sides.map(([Tag, word, text, english]) => (
        <div key={Tag} className="side-of" data-side={Tag}>
          <p className="quiet">{word}</p>
          <Tag>
            <pre tabIndex={0} aria-label={word}>
              {text}
            </pre>
          </Tag>
          {english !== undefined && <p>{sentence(text, english)}</p>}
        </div>
      ))}
    </section>
  );
}
