/** Changes one below the other, newest first. */

import { Link } from '@tanstack/react-router';
import { ArrowDownRight, ArrowRight, ArrowUpRight } from 'lucide-react';
import type { JSX } from 'react';

import type { Change } from '../../data/live-changes.ts';
import type { TextName } from '../../texts/en.ts';
import { en } from '../../texts/en.ts';
import { useFormats, useTexts, type Words } from '../../texts/use-texts.ts';

export function ChangeList({
  changes,
  hidesSegment,
}: {
  readonly changes: readonly Change[];
  readonly hidesSegment?: true;
}): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  return (
    <ol className="timeline">
      {changes.map((change) => (
        <li key={change.seq}>
          <ChangeIcon change={change} />
          <p>
            <Link to="/customers/$identifier" params={{ identifier: change.customer.displayId }}>
              {change.customer.displayId}
            </Link>{' '}
            <span className="quiet">
              {hidesSegment === true ? wordOf(t, change) : sentenceOfChange(t, change)}
            </span>
          </p>
          <time dateTime={change.at} title={formats.exact(change.at)} className="numbers">
            {formats.clock(change.at)}
          </time>
        </li>
      ))}
    </ol>
  );
}

export function ChangeIcon({ change }: { readonly change: Change }): JSX.Element {
  if (change.change === 'entered') return <ArrowUpRight aria-hidden style={{ color: 'var(--good)' }} />;
  if (change.change === 'exited') return <ArrowDownRight aria-hidden style={{ color: 'var(--bad)' }} />;
  return <ArrowRight aria-hidden />;
}

/** “entered churn_risk, because of time”. */
export function sentenceOfChange(t: Words, change: Change): string {
  const { lifecycle, segment = '', from, to = '–' } = change;
  if (lifecycle !== undefined) {
    return from === undefined
      ? t('customer.stage.first', { lifecycle, to })
      : t('customer.stage', { lifecycle, from, to });
  }
  return change.change === 'entered' ? t('customer.entered', { segment }) : t('customer.exited', { segment });
}

function wordOf(t: Words, change: Change): string {
  return `${sentenceOfChange(t, change)} · ${causeText(t, change.cause)}`;
}

export function causeText(t: Words, cause: string): string {
  const name = `cause.${cause}`;
  return Object.hasOwn(en, name) ? t(name as TextName) : cause;
}
