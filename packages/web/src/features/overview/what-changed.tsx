/** What changed today, and why: the causes, and the segments with most movement. */

import { Link } from '@tanstack/react-router';
import { MoveRight } from 'lucide-react';
import type { JSX } from 'react';

import { Badge, Empty } from '../../design/layout.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import { causeText } from '../live/change-list.tsx';
import type { MovesSoFar, SegmentMoves } from './moves-so-far.ts';

const shownMax = 8;

export function WhatChanged({ moves }: { readonly moves: MovesSoFar }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  if (moves.segments.length === 0) {
    return (
      <Empty icon={<MoveRight aria-hidden />} title={t('overview.moves.empty')}>
        <p>{t('overview.now.empty')}</p>
      </Empty>
    );
  }
  const most = Math.max(1, ...moves.segments.map(({ entered, exited }) => Math.max(entered, exited)));
  return (
    <div className="stack">
      <p className="causes">
        <span className="quiet">{t('overview.moves.because')}</span>
        {moves.causes.map(([cause, n]) => (
          <Badge key={cause} tone={cause === 'time' ? 'accent' : 'plain'}>
            {causeText(t, cause)} <span className="numbers">{formats.number(n)}</span>
          </Badge>
        ))}
      </p>
      <ul className="moves">
        {moves.segments.slice(0, shownMax).map((of) => (
          <Line key={of.segment} of={of} most={most} />
        ))}
      </ul>
    </div>
  );
}

function Line({ of, most }: { readonly of: SegmentMoves; readonly most: number }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const { segment, entered, exited, causes } = of;
  const [main] = Object.entries(causes).sort((a, b) => b[1] - a[1]);
  const share = (n: number): string => `${String((100 * n) / most)}%`;
  return (
    <li>
      <Link to="/segments/$name" params={{ name: segment }}>
        {segment}
      </Link>
      <span className="quiet why">{main === undefined ? '' : causeText(t, main[0])}</span>
      <span className="both" aria-hidden>
        <span className="out">
          <span style={{ width: share(exited) }} />
        </span>
        <span className="in">
          <span style={{ width: share(entered) }} />
        </span>
      </span>
      <span className="numbers entered" aria-label={t('overview.moves.entered', { n: entered })}>
        +{formats.number(entered)}
      </span>
      <span className="numbers exited" aria-label={t('overview.moves.exited', { n: exited })}>
        −{formats.number(exited)}
      </span>
    </li>
  );
}
