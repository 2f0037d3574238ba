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
import { pickTitle } from './rfm-people.tsx';

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
            {pages[0] !== undefined && <Behind asOf={pages[0].asOf} until={untilOf(wanted)} />}
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
      return t('rfm.people.then', { at: formats.instant(wanted.at) });
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
