/** Finding somebody by any name they are known by. */

import { useNavigate } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import type { JSX, SubmitEvent } from 'react';

import { Button } from '../../design/button.tsx';
import { Card, Empty, View } from '../../design/layout.tsx';
import { useTexts } from '../../texts/use-texts.ts';

export function CustomerSearch(): JSX.Element {
  const t = useTexts();
  const navigate = useNavigate();
  const onSubmit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget).get('identifier');
    if (typeof typed !== 'string' || typed.trim() === '') return;
    void navigate({ to: '/customers/$identifier', params: { identifier: typed.trim() } });
  };
  return (
    <View title={t('customers.title')} about={t('customers.about')}>
      <form className="row" role="search" onSubmit={onSubmit}>
        <input
          className="input"
          style={{ flex: '1 1 16rem', width: 'auto' }}
          type="search"
          name="identifier"
          aria-label={t('customers.search')}
          placeholder={t('customers.search')}
          autoFocus
        />
        <Button kind="primary" type="submit">
          {t('customers.find')}
        </Button>
      </form>
      <Card>
        <Empty icon={<Search aria-hidden />} title={t('customers.title')}>
          <p>{t('customers.hint')}</p>
        </Empty>
      </Card>
    </View>
  );
}
