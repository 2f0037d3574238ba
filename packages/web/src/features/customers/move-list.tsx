/** Entries, exits and moves of one customer that would come, one below the other. */

import { ArrowDownRight, ArrowRight, ArrowUpRight } from 'lucide-react';
import type { JSX } from 'react';

import { useFormats, useTexts, type Words } from '../../texts/use-texts.ts';
import { causeText } from '../live/change-list.tsx';
import type { WhatIf } from './asked.ts';

type Move = Omit<WhatIf['changes'][number], 'step'>;

export function MoveList({ moves }: { readonly moves: readonly Move[] }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  return (
    <ol className="timeline">
      {moves.map((move, i) => (
        <li key={i}>
          <MoveIcon move={move} />
          <p>
            {sentenceOf(t, move)} <span className="quiet">· {causeText(t, move.cause)}</span>
          </p>
          <time dateTime={move.at} title={formats.exact(move.at)} className="numbers">
            {formats.instant(move.at)}
          </time>
        </li>
      ))}
    </ol>
  );
}

function MoveIcon({ move: { change } }: { readonly move: Move }): JSX.Element {
  if (change === 'entered') return <ArrowUpRight aria-hidden style={{ color: 'var(--good)' }} />;
  if (change === 'exited') return <ArrowDownRight aria-hidden style={{ color: 'var(--bad)' }} />;
  return <ArrowRight aria-hidden />;
}

function sentenceOf(t: Words, { change, segment = '', lifecycle = '', from, to = '–' }: Move): string {
  if (change === 'entered') return t('whatIf.enters', { segment });
  if (change === 'exited') return t('whatIf.leaves', { segment });
  return from === undefined
    ? t('customer.stage.first', { lifecycle, to })
    : t('customer.stage', { lifecycle, from, to });
}
