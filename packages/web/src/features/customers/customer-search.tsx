/** Everybody, found by anything that is known of them, within segments and stages, in an order. What is asked is in the address. */

import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Search, UsersRound } from 'lucide-react';
import { type JSX, useDeferredValue, useState } from 'react';

import { lifecyclesQuery, segmentsQuery } from '../../data/queries.ts';
import { Choice, TextField } from '../../design/field.tsx';
import { Card, Empty, View } from '../../design/layout.tsx';
import { useTexts } from '../../texts/use-texts.ts';
import { stagesOf } from '../lifecycles/stages.ts';
import type { CustomerQuestion } from './asked.ts';
import { CustomerTable } from './customer-table.tsx';

const standardSort = '-lastSeen';

export function CustomerSearch(): JSX.Element {
  const t = useTexts();
  const navigate = useNavigate();
  const asked = useSearch({ from: '/inside/customers' });
  const [typed, setTyped] = useState(asked.q ?? '');
  const [shown, setShown] = useState(asked.columns ?? '');
  const q = useDeferredValue(typed.trim());
  const columns = useDeferredValue(shown);
  const { segment, stage, sort = standardSort } = asked;
  const question: CustomerQuestion = {
    q,
    segment: segment === undefined ? [] : [segment],
    stage: stage === undefined ? [] : [stage],
    sort,
    columns: namesIn(columns),
  };
  const ask = (change: typeof asked): void => {
    const next = { ...asked, ...change };
    const search = Object.fromEntries(Object.entries(next).filter(([, value]) => value !== ''));
    void navigate({ to: '/customers', search, replace: true, resetScroll: false });
  };
  const isNarrow = q !== '' || segment !== undefined || stage !== undefined;
  return (
    <View title={t('customers.title')} about={t('customers.about')}>
      <div className="customers-filters">
        <div role="search">
          <TextField
            label={t('customers.find')}
            type="search"
            value={typed}
            maxLength={200}
            placeholder={t('customers.search')}
            autoFocus
            onChange={({ currentTarget: { value } }) => {
              setTyped(value);
              ask({ q: value.trim() });
            }}
          />
        </div>
        <Filters segment={segment} stage={stage} onAsk={ask} />
        <TextField
          label={t('customers.columns')}
          value={shown}
          placeholder="city, plan"
          onChange={({ currentTarget: { value } }) => {
            setShown(value);
            ask({ columns: value });
          }}
        />
      </div>
      <Card>
        <CustomerTable
          question={question}
          label={t('customers.title')}
          onSort={(by) => {
            ask({ sort: by });
          }}
          empty={<Nobody q={q} isNarrow={isNarrow} />}
        />
      </Card>
    </View>
  );
}

function Nobody({ q, isNarrow }: { readonly q: string; readonly isNarrow: boolean }): JSX.Element {
  const t = useTexts();
  if (!isNarrow) {
    return (
      <Empty icon={<UsersRound aria-hidden />} title={t('customers.empty')}>
        <p>{t('customers.empty.text')}</p>
      </Empty>
    );
  }
  return (
    <Empty
      icon={<Search aria-hidden />}
      title={q === '' ? t('customers.nobody') : t('customers.none', { identifier: q })}
    >
      <p>{t('customers.hint')}</p>
    </Empty>
  );
}

type Asked = { readonly segment?: string; readonly stage?: string };

function Filters({
  segment,
  stage,
  onAsk,
}: {
  readonly segment: string | undefined;
  readonly stage: string | undefined;
  readonly onAsk: (change: Asked) => void;
}): JSX.Element {
  const t = useTexts();
  const segments = useQuery(segmentsQuery).data ?? [];
  const lifecycles = useQuery(lifecyclesQuery).data?.items ?? [];
  const stages = lifecycles.flatMap((one) =>
    stagesOf(one.definition).map(({ name }): readonly [string, string] => [
      `${one.name}.${name}`,
      `${one.name}: ${name}`,
    ]),
  );
  return (
    <>
      <Choice
        label={t('customers.segment')}
        value={segment ?? ''}
        options={[['', t('customers.any')], ...segments.map(({ name }) => [name, name] as const)]}
        onChange={({ currentTarget: { value } }) => {
          onAsk({ segment: value });
        }}
      />
      {stages.length > 0 && (
        <Choice
          label={t('customers.stage')}
          value={stage ?? ''}
          options={[['', t('customers.any')], ...stages]}
          onChange={({ currentTarget: { value } }) => {
            onAsk({ stage: value });
          }}
        />
      )}
    </>
  );
}

function namesIn(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ''))].slice(0, 6);
}
