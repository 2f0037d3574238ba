/** What a customer did, newest first, further back as one scrolls; of some events alone where that is asked. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { CircleDot, Contact, FileText, Link2, MonitorSmartphone, Users } from 'lucide-react';
import { type JSX, useEffect, useRef, useState } from 'react';

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

export function Timeline({
  identifier,
  events,
}: {
  readonly identifier: string;
  /** Those that there are, with how many, the most frequent first. */
  readonly events: readonly { readonly name: string; readonly count: number }[];
}): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const [only, setOnly] = useState('');
  const timeline = useInfiniteQuery(timelineQuery(identifier, only === '' ? [] : [only]));
  return (
    <div className="stack">
      {events.length > 1 && (
        <select
          className="input"
          aria-label={t('customer.timeline.only')}
          value={only}
          onChange={({ currentTarget: { value } }) => {
            setOnly(value);
          }}
        >
          <option value="">{t('customer.timeline.all')}</option>
          {events.map(({ name, count }) => (
            <option key={name} value={name}>
              {name} ({formats.number(count)})
            </option>
          ))}
        </select>
      )}
      <Answer of={timeline} lines={6}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items as readonly Item[]);
          return (
            <>
              {items.length === 0 && !timeline.hasNextPage && (
                <p className="quiet">{t('customer.timeline.empty')}</p>
              )}
              <ol className="timeline">
                {items.map((item) => (
                  <TimelineItem key={item.position} item={item} />
                ))}
              </ol>
              {timeline.hasNextPage && (
                <More
                  isOn={timeline.isFetchingNextPage}
                  onMore={() => {
                    void timeline.fetchNextPage();
                  }}
                />
              )}
            </>
          );
        }}
      </Answer>
    </div>
  );
}

/** Asks for more when it comes into sight, or when it is pressed. */
function More({ isOn, onMore }: { readonly isOn: boolean; readonly onMore: () => void }): JSX.Element {
  const t = useTexts();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null || isOn) return;
    const sight = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) onMore();
    });
    sight.observe(element);
    return () => {
      sight.disconnect();
    };
  }, [isOn, onMore]);
  return (
    <div ref={place}>
      <Button disabled={isOn} onClick={onMore}>
        {t('customer.timeline.more')}
      </Button>
    </div>
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
          <div className="quiet said">
            {said.map(([name, value]) => (
              <span key={name}>
                {name} <Said value={value} />
              </span>
            ))}
          </div>
        )}
      </div>
      <time dateTime={item.timestamp} title={formats.exact(item.timestamp)} className="numbers">
        {formats.instant(item.timestamp)}
      </time>
    </li>
  );
}

/** What stands in a line; above it, a list of products say, there is how much it is until somebody asks. */
const shortCharacters = 120;

function Said({ value }: { readonly value: unknown }): JSX.Element {
  const t = useTexts();
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (typeof value !== 'object' || value === null || text.length <= shortCharacters) {
    return <span className="mono">{text}</span>;
  }
  const n = Object.keys(value).length;
  return (
    <details className="long-value">
      <summary>
        {t(Array.isArray(value) ? 'customer.timeline.entries' : 'customer.timeline.fields', { n })}
      </summary>
      <pre className="rule" tabIndex={0}>
        {JSON.stringify(value, undefined, 2)}
      </pre>
    </details>
  );
}
