/** The people behind a figure. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { JSX } from 'react';

import { Behind } from '../../charts/behind.tsx';
import { Answer } from '../../data/answer.tsx';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { type Formats, useFormats, useTexts, type Words } from '../../texts/use-texts.ts';
import { peopleQuery, type Wanted } from './asked.ts';
import { type RfmPick, ruleOf } from './rfm-cells.ts';

export function PeopleDialog({
  wanted,
  onClose,
}: {
  readonly wanted: Wanted;
  readonly onClose: () => void;
}): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const people = useInfiniteQuery(peopleQuery(wanted));
  return (
    <Dialog
      open
      onClose={onClose}
      title={titleOf(wanted, t)}
      about={whenOf(wanted, t, formats)}
      footer={<Button onClick={onClose}>{t('settings.done')}</Button>}
    >
      <Answer of={people} lines={6}>
        {({ pages }) => (
          <div className="stack">
            {pages[0]?.asOf !== undefined && <Behind asOf={pages[0].asOf} until={untilOf(wanted)} />}
            {wanted.kind === 'scores' && wanted.at === undefined && (
              <pre className="rule" tabIndex={0}>
                {ruleOf(wanted.pick)}
              </pre>
            )}
            {pages[0]?.measuredAt !== undefined && (
              <p className="quiet">
                {t('rfm.people.measured', { at: formats.instant(pages[0].measuredAt) })}
              </p>
            )}
            <p className="quiet">{t('lifecycles.people.count', { n: pages[0]?.size ?? 0 })}</p>
            <ul className="people">
              {pages
                .flatMap(({ members }) => members)
                .map(({ id, displayId, since }) => (
                  <li key={id} className="row">
                    {displayId === undefined ? (
                      <span className="quiet">{t('lifecycles.people.gone')}</span>
                    ) : (
                      <Link to="/customers/$identifier" params={{ identifier: displayId }}>
                        {displayId}
                      </Link>
                    )}
                    {since !== undefined && (
                      <span className="quiet">
                        {t('customer.sinceShort', { date: formats.instant(since) })}
                      </span>
                    )}
                  </li>
                ))}
            </ul>
            {people.hasNextPage && (
              <Button
                disabled={people.isFetchingNextPage}
                onClick={() => {
                  void people.fetchNextPage();
                }}
              >
                {t('settings.more')}
              </Button>
            )}
          </div>
        )}
      </Answer>
    </Dialog>
  );
}

function pickTitle(pick: RfmPick, t: Words): string {
  return pick.kind === 'group'
    ? pick.group
    : t('rfm.cell.title', { recency: pick.recency, frequency: pick.frequency });
}

function titleOf(wanted: Wanted, t: Words): string {
  switch (wanted.kind) {
    case 'stage':
      return t('lifecycles.people.in', { stage: wanted.stage });
    case 'scores':
      return pickTitle(wanted.pick, t);
    case 'flow': {
      const stageText = (stage: string): string => (stage === '' ? t('lifecycles.nobody') : stage);
      return t('lifecycles.people.from', { from: stageText(wanted.from), to: stageText(wanted.to) });
    }
  }
}

/** Of which instant, or which period, these people are. */
function whenOf(wanted: Wanted, t: Words, formats: Formats): string {
  switch (wanted.kind) {
    case 'stage':
      return wanted.until === undefined
        ? t('lifecycles.people.now')
        : t('lifecycles.people.then', { at: formats.instant(wanted.until) });
    case 'scores':
      return wanted.at === undefined
        ? t('lifecycles.people.now')
        : t('rfm.people.then', { at: formats.instant(wanted.at) });
    case 'flow': {
      const { from, to } = wanted.period;
      return t('lifecycles.people.over', { from: formats.instant(from), to: formats.instant(to) });
    }
  }
}

function untilOf(wanted: Wanted): string | undefined {
  switch (wanted.kind) {
    case 'stage':
      return wanted.until;
    case 'scores':
      return wanted.at;
    case 'flow':
      return wanted.period.to;
  }
}
