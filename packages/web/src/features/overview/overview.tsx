/** The first view: how many, what moves, what needs somebody. */

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleCheck, Radio } from 'lucide-react';
import type { JSX } from 'react';

import { Answer } from '../../data/answer.tsx';
import { quarantineCountsQuery, type Segment, segmentsQuery } from '../../data/queries.ts';
import { useLive } from '../../data/use-live.ts';
import { Card, Empty, Notice, View } from '../../design/layout.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import { ChangeList } from '../live/change-list.tsx';
import { FirstEvent } from './first-event.tsx';

export function Overview(): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const segments = useQuery(segmentsQuery);
  const live = useLive();
  const recent = live.changes.slice(0, 12);
  return (
    <View title={t('overview.title')} about={t('overview.about')}>
      <div className="grid">
        <Figure
          name={t('overview.segments')}
          value={segments.data === undefined ? '…' : formats.number(segments.data.length)}
        />
        <Figure name={t('overview.entries')} value={formats.number(live.entered)} />
        <Figure name={t('overview.exits')} value={formats.number(live.exited)} />
      </div>
      <div className="grid" data-size="wide">
        <Card title={t('overview.biggest')}>
          <Answer of={segments}>{(all) => <Biggest segments={all} />}</Answer>
        </Card>
        <Card title={t('overview.now')} aside={<Link to="/live">{t('nav.live')}</Link>}>
          {recent.length === 0 ? (
            <Empty icon={<Radio aria-hidden />} title={t('live.empty')}>
              <p>{t('overview.now.empty')}</p>
            </Empty>
          ) : (
            <ChangeList changes={recent} />
          )}
        </Card>
      </div>
      <Card title={t('overview.attention')}>
        <Attention />
      </Card>
    </View>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: string }): JSX.Element {
  return (
    <section className="card">
      <p className="quiet">{name}</p>
      <p className="figure-value numbers">{value}</p>
    </section>
  );
}

const shownMax = 8;

function Biggest({ segments }: { readonly segments: readonly Segment[] }): JSX.Element {
  const formats = useFormats();
  if (segments.length === 0) return <FirstEvent />;
  const shown = [...segments].sort((a, b) => b.size - a.size).slice(0, shownMax);
  const most = Math.max(1, ...shown.map(({ size }) => size));
  return (
    <ul className="stack">
      {shown.map((segment) => (
        <li key={segment.name} className="size-line">
          <Link to="/segments/$name" params={{ name: segment.name }} title={segment.english}>
            {segment.name}
          </Link>
          <span className="size-bar" aria-hidden>
            <span style={{ width: `${String((100 * segment.size) / most)}%` }} />
          </span>
          <span className="numbers">{formats.number(segment.size)}</span>
        </li>
      ))}
    </ul>
  );
}

function Attention(): JSX.Element {
  const t = useTexts();
  const counts = useQuery(quarantineCountsQuery);
  return (
    <Answer of={counts} lines={1}>
      {({ counts: bySource }) => {
        const some = Object.entries(bySource).filter(([, n]) => n > 0);
        if (some.length === 0) {
          return (
            <p className="row quiet">
              <CircleCheck aria-hidden size={16} />
              {t('overview.attention.none')}
            </p>
          );
        }
        return (
          <div className="stack">
            {some.map(([source, n]) => (
              <Notice key={source} tone="warn">
                {t('overview.quarantine', { n, source })}
              </Notice>
            ))}
          </div>
        );
      }}
    </Answer>
  );
}
