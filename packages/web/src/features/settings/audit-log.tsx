/** Who did what, newest first. */

import { useInfiniteQuery } from '@tanstack/react-query';
import type { JSX } from 'react';

import { Answer } from '../../data/answer.tsx';
import { auditQuery } from '../../data/queries.ts';
import { Button } from '../../design/button.tsx';
import { Card } from '../../design/layout.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';

export function AuditLog(): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const audit = useInfiniteQuery(auditQuery);
  return (
    <Card title={t('settings.audit')}>
      <Answer of={audit} lines={8}>
        {({ pages }) => (
          <div className="scroll">
            <table className="table">
              <thead>
                <tr>
                  <th>{t('settings.when')}</th>
                  <th>{t('settings.who')}</th>
                  <th>{t('settings.what')}</th>
                  <th>{t('settings.object')}</th>
                </tr>
              </thead>
              <tbody>
                {pages
                  .flatMap(({ items }) => items)
                  .map(({ id, at, actor, action, object }) => (
                    <tr key={id}>
                      <td className="numbers quiet" title={formats.exact(at)}>
                        {formats.instant(at)}
                      </td>
                      <td>{actor.name}</td>
                      <td>{action}</td>
                      <td className="quiet">{object}</td>
                    </tr>
                  ))}
              </tbody>
            </table>
          </div>
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
