/** Who of a segment is in others too: the largest parts first. */

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { JSX } from 'react';

import { Answer } from '../../data/answer.tsx';
import { overlapQuery, segmentsQuery } from '../../data/queries.ts';
import { Card } from '../../design/layout.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';

/** Compared with at most; the API compares twenty. */
const othersMax = 19;

export function Overlap({ name }: { readonly name: string }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const all = useQuery(segmentsQuery).data ?? [];
  const others = all
    .filter((segment) => segment.name !== name && segment.size > 0)
    .sort((a, b) => b.size - a.size)
    .slice(0, othersMax)
    .map((segment) => segment.name);
  const overlap = useQuery({ ...overlapQuery([name, ...others]), enabled: others.length > 0 });
  if (others.length === 0) return <Card>{t('segment.overlap.alone')}</Card>;
  return (
    <Card title={t('segment.overlap')}>
      <Answer of={overlap} lines={6}>
        {({ pairs }) => (
          <ul className="stack">
            {pairs
              .filter(({ a, b }) => a === name || b === name)
              .map(({ a, b, both, shareOfA, shareOfB }) => ({
                other: a === name ? b : a,
                both,
                share: a === name ? shareOfA : shareOfB,
              }))
              .sort((x, y) => y.both - x.both)
              .map(({ other, both, share }) => (
                <li key={other} className="size-line">
                  <Link to="/segments/$name" params={{ name: other }}>
                    {other}
                  </Link>
                  <span className="size-bar" aria-hidden>
                    <span style={{ width: `${String(100 * share)}%` }} />
                  </span>
                  <span className="numbers">
                    {formats.number(both)} <span className="quiet">{formats.percent(share)}</span>
                  </span>
                </li>
              ))}
          </ul>
        )}
      </Answer>
    </Card>
  );
}
