/** What a customer did, newest first, further back as it is wanted. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { CircleDot, Contact, FileText, Link2, MonitorSmartphone, Users } from 'lucide-react';
import type { JSX } from 'react';

import { Answer } from '../../data/answer.tsx';
import { timelineQuery } from '../../data/queries.ts';
import { Button } from '../../design/button.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';

/** As the API gives it. */
type Item = {
  readonly position: number;
  readonly type: 'track' | 'identify' | 'page' | 'screen' | 'group' | 'alias';
  readonly timestamp: string;
  readonly name?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly traits?: Readonly<Record<string, unknown>>;
};

const icons: Readonly<Record<Item['type'], JSX.Element>> = {
  track: <CircleDot aria-hidden />,
  identify: <Contact aria-hidden />,
  page: <FileText aria-hidden />,
  screen: <MonitorSmartphone aria-hidden />,
  group: <Users aria-hidden />,
  alias: <Link2 aria-hidden />,
};

export function Timeline({ identifier }: { readonly identifier: string }): JSX.Element {
  const t = useTexts();
  const timeline = useInfiniteQuery(timelineQuery(identifier));
  return (
    <Answer of={timeline} lines={6}>
      {({ pages }) => {
        const items = pages.flatMap((page) => page.items as readonly Item[]);
        if (items.length === 0) return <p className="quiet">{t('customer.timeline.empty')}</p>;
        return (
          <>
            <ol className="timeline">
              {items.map((item) => (
                <TimelineItem key={item.position} item={item} />
              ))}
            </ol>
            {timeline.hasNextPage && (
              <Button
                disabled={timeline.isFetchingNextPage}
                onClick={() => {
                  void timeline.fetchNextPage();
                }}
              >
                {t('customer.timeline.more')}
              </Button>
            )}
          </>
        );
      }}
    </Answer>
  );
}

function TimelineItem({ item }: { readonly item: Item }): JSX.Element {
  const formats = useFormats();
  const said = Object.entries({ ...item.traits, ...item.properties });
  return (
    <li>
      {icons[item.type]}
      <div>
        <p>{item.name ?? item.type}</p>
        {said.length > 0 && (
          <p className="quiet said">
            {said.map(([name, value]) => (
              <span key={name}>
                {name}{' '}
                <span className="mono">{typeof value === 'string' ? value : JSON.stringify(value)}</span>
              </span>
            ))}
          </p>
        )}
      </div>
      <time dateTime={item.timestamp} title={formats.exact(item.timestamp)} className="numbers">
        {formats.instant(item.timestamp)}
      </time>
    </li>
  );
}
