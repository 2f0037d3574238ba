/** Who is in a segment now: searched, in an order, live. */

import { UsersRound } from 'lucide-react';
import { type JSX, useDeferredValue, useState } from 'react';

import { TextField } from '../../design/field.tsx';
import { Card, Empty } from '../../design/layout.tsx';
import { useTexts } from '../../texts/use-texts.ts';
import { CustomerTable } from '../customers/customer-table.tsx';

export function Members({ name }: { readonly name: string }): JSX.Element {
  const t = useTexts();
  const [typed, setTyped] = useState('');
  const [sort, setSort] = useState('-since');
  const q = useDeferredValue(typed.trim());
  return (
    <Card>
      <div className="stack">
        <div role="search">
          <TextField
            label={t('members.search')}
            type="search"
            value={typed}
            maxLength={200}
            placeholder={t('customers.search')}
            onChange={({ currentTarget: { value } }) => {
              setTyped(value);
            }}
          />
        </div>
        <CustomerTable
          question={{ q, segment: [name], stage: [], sort, columns: [] }}
          label={t('segment.members')}
          since
          onSort={setSort}
          empty={
            q === '' ? (
              <Empty icon={<UsersRound aria-hidden />} title={t('segment.members.empty')} />
            ) : (
              <p className="quiet">{t('customers.none', { identifier: q })}</p>
            )
          }
        />
      </div>
    </Card>
  );
}
