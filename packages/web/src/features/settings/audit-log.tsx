/** Who did what, newest first; by person and by what was done. */

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { type JSX, useDeferredValue, useState } from 'react';

import { Answer } from '../../data/answer.tsx';
import { auditQuery, usersQuery } from '../../data/queries.ts';
import { Button } from '../../design/button.tsx';
import { DataTable } from '../../design/data-table.tsx';
import { Card } from '../../design/layout.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';

export function AuditLog(): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const [actor, setActor] = useState('');
  const [filter, setFilter] = useState('');
  const wanted = useDeferredValue(filter.trim().toLowerCase());
  const audit = useInfiniteQuery(auditQuery(actor));
  return (
    <Card title={t('settings.audit')}>
      <Filters actor={actor} filter={filter} onActor={setActor} onFilter={setFilter} />
      <Answer of={audit} lines={8}>
        {({ pages }) => (
          <DataTable
            label={t('settings.audit')}
            columns={[
              {
                title: t('settings.when'),
                isQuiet: true,
                cell: ({ at }) => <span title={formats.exact(at)}>{formats.instant(at)}</span>,
              },
              { title: t('settings.who'), cell: (row) => row.actor.name },
              { title: t('settings.what'), cell: ({ action }) => action },
              { title: t('settings.object'), isQuiet: true, cell: ({ object }) => object },
            ]}
            rows={pages
              .flatMap(({ items }) => items)
              .filter((row) =>
                `${row.actor.name} ${row.action} ${row.object}`.toLowerCase().includes(wanted),
              )}
            keyOf={({ id }) => id}
            empty={t('settings.audit.none')}
          />
        )}
      </Answer>
      {audit.hasNextPage && (
        <Button
          disabled={audit.isFetchingNextPage}
          onClick={() => {
            void audit.fetchNextPage();
          }}
        >
          {t('settings.more')}
        </Button>
      )}
    </Card>
  );
}

function Filters({
  actor,
  filter,
  onActor,
  onFilter,
}: {
  readonly actor: string;
  readonly filter: string;
  readonly onActor: (actor: string) => void;
  readonly onFilter: (filter: string) => void;
}): JSX.Element {
  const t = useTexts();
  const users = useQuery(usersQuery).data?.items ?? [];
  return (
    <div className="row">
      <select
        className="input inline"
        aria-label={t('settings.who')}
        value={actor}
        onChange={(event) => {
          onActor(event.target.value);
        }}
      >
        <option value="">{t('settings.everybody')}</option>
        {users.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      <input
        className="input inline"
        type="search"
        value={filter}
        aria-label={t('settings.filter')}
        placeholder={t('settings.filter')}
        onChange={(event) => {
          onFilter(event.target.value);
        }}
      />
    </div>
  );
}
