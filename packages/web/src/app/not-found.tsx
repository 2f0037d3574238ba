/** An address that leads nowhere. */

import { Link } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import type { JSX } from 'react';

import { Empty } from '../design/layout.tsx';
import { useTexts } from '../texts/use-texts.ts';

export function NotFound(): JSX.Element {
  const t = useTexts();
  return (
    <main className="view" id="view">
      <Empty icon={<Compass aria-hidden />} title={t('state.notFound.title')}>
        <p>{t('state.notFound.text')}</p>
        <Link to="/" className="button">
          {t('state.notFound.back')}
        </Link>
      </Empty>
    </main>
  );
}
