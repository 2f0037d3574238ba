/** The people behind a figure. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { JSX } from 'react';

import { Behind } from '../../charts/behind.tsx';
import { Answer } from '../../data/answer.tsx';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import { peopleQuery, type Wanted } from './asked.ts';

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
  const stageText = (stage: string): string => (stage === '' ? t('lifecycles.nobody') : stage);
  const title =
    wanted.kind === 'stage'
      ? t('lifecycles.people.in', { stage: wanted.stage })
      : t('lifecycles.people.from', { from: stageText(wanted.from), to: stageText(wanted.to) });
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      footer={<Button onClick={onClose}>{t('settings.done')}</Button>}
    >
      <Answer of={people} lines={6}>
        {({ pages }) => (
          <div className="stack">
            {pages[0] !== undefined && <Behind asOf={pages[0].asOf} />}
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
