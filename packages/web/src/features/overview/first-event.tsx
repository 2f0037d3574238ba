/** How the first event gets in: shown while there is nothing else to show. */

import { Send } from 'lucide-react';
import type { JSX } from 'react';

import { Empty } from '../../design/layout.tsx';
import { useTexts } from '../../texts/use-texts.ts';

export function FirstEvent(): JSX.Element {
  const t = useTexts();
  const command = [
    `curl ${location.origin}/v1/track \\`,
    `  -u "WRITE_KEY:" -H "Content-Type: application/json" \\`,
    `  -d '{"userId":"asha","event":"Product Viewed","properties":{"price":12.5}}'`,
  ].join('\n');
  return (
    <Empty icon={<Send aria-hidden />} title={t('overview.begin.title')}>
      <p>{t('overview.begin.text')}</p>
      <pre tabIndex={0}>{command}</pre>
    </Empty>
  );
}
