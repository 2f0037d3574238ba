/** What has just happened to a segment: who entered and left, as it happens, and who changed its rule, when and why. */

import { useQuery } from '@tanstack/react-query';
import { Radio } from 'lucide-react';
import type { JSX } from 'react';

import { Answer } from '../../data/answer.tsx';
import { versionsQuery } from '../../data/queries.ts';
import { useLive } from '../../data/use-live.ts';
import { Card, Empty } from '../../design/layout.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import { ChangeList } from '../live/change-list.tsx';

export function Activity({ name }: { readonly name: string }): JSX.Element {
  const t = useTexts();
  const changes = useLive().changes.filter(({ segment }) => segment === name);
  return (
    <div className="editor">
      <Card title={t('segment.activity.now')}>
        {changes.length === 0 ? (
          <Empty icon={<Radio aria-hidden />} title={t('segment.activity.empty')} />
        ) : (
          <ChangeList changes={changes} hidesSegment />
        )}
      </Card>
      <Authors name={name} />
    </div>
  );
}

function Authors({ name }: { readonly name: string }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const versions = useQuery(versionsQuery(name));
  return (
    <Card title={t('segment.activity.authors')}>
      <Answer of={versions} lines={3}>
        {({ items }) => (
          <ol className="stack">
            {items.map(({ version, at, author, reason, definition }) => (
              <li key={version} className="stack tight">
                <p>
                  <strong>{author}</strong>{' '}
                  <span className="quiet">
                    {definition === undefined
                      ? t('segment.version.removed')
                      : t('segment.version', { n: version })}
                  </span>
                </p>
                {reason !== '' && <p>{reason}</p>}
                <time className="quiet" dateTime={at} title={formats.exact(at)}>
                  {formats.instant(at)}
                </time>
              </li>
            ))}
          </ol>
        )}
      </Answer>
    </Card>
  );
}
