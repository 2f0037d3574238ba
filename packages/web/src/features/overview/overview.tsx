/** The first view: how many, what arrives, what moved today and why, what needs somebody. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Radio } from 'lucide-react';
import { type JSX, type ReactNode, useEffect, useState } from 'react';

import { Answer } from '../../data/answer.tsx';
import { keptChangesMax } from '../../data/live-changes.ts';
import { type OverviewNow, useLiveOverview } from '../../data/live-overview.ts';
import { segmentsQuery, type Segment } from '../../data/queries.ts';
import { useLive } from '../../data/use-live.ts';
import { type Moves, movesQuery, overviewQuery } from '../../data/workspace-queries.ts';
import { Card, Empty, Notice, Skeleton, View } from '../../design/layout.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import { ChangeList } from '../live/change-list.tsx';
import { useSegmentSentence } from '../segments/segment-sentence.ts';
import { FirstEvent } from './first-event.tsx';
import { Minutes } from './minutes.tsx';
import { hasHole, type MovesSoFar, movesSoFar } from './moves-so-far.ts';
import { NeedsAttention, Sources } from './needs-attention.tsx';
import { WhatChanged } from './what-changed.tsx';
import './overview.css';

export function Overview(): JSX.Element {
  const t = useTexts();
  const streamed = useLiveOverview();
  const asked = useQuery(overviewQuery);
  // The stream says all that the answer says, and later.
  const overview = { ...asked, data: streamed ?? asked.data };
  return (
    <View title={t('overview.title')} about={t('overview.about')}>
      <Answer of={overview} lines={8}>
        {(now) =>
          now.customers === 0 && now.sources.length === 0 ? (
            <Card>
              <FirstEvent />
            </Card>
          ) : (
            <Filled now={now} />
          )
        }
      </Answer>
    </View>
  );
}

function Filled({ now }: { readonly now: OverviewNow }): JSX.Element {
  const t = useTexts();
  // That somebody is there at all is no news here.
  const recent = useLive().changes.filter(({ segment, from }) => segment !== undefined || from !== undefined);
  const moves = useMovesToday(now);
  return (
    <>
      <Figures now={now} moves={moves.soFar} />
      <div className="overview-wide">
        <Card title={t('overview.minutes')}>
          <Minutes events={now.events} />
        </Card>
        <Card title={t('overview.attention')}>
          <NeedsAttention overview={now} />
        </Card>
      </div>
      <div className="overview-wide">
        <Card title={t('overview.moves')}>
          {moves.isSinceOpened && <Notice>{t('overview.moves.partial')}</Notice>}
          {moves.soFar === undefined ? <Skeleton lines={6} /> : <WhatChanged moves={moves.soFar} />}
        </Card>
        <Card title={t('overview.now')} aside={<Link to="/live">{t('nav.live')}</Link>}>
          {recent.length === 0 ? (
            <Empty icon={<Radio aria-hidden />} title={t('overview.now.empty')} />
          ) : (
            <ChangeList changes={recent.slice(0, shownMax)} />
          )}
        </Card>
      </div>
      <div className="overview-wide">
        <Card title={t('overview.biggest')} aside={<Link to="/segments">{t('nav.segments')}</Link>}>
          <Biggest />
        </Card>
        <Card title={t('overview.sources')}>
          <Sources overview={now} />
        </Card>
      </div>
    </>
  );
}

/** `soFar`: undefined until history has answered. `isSinceOpened`: history cannot say what was before, so only what streamed in is counted. */
function useMovesToday({ events: { day }, history }: OverviewNow): {
  readonly soFar: MovesSoFar | undefined;
  readonly isSinceOpened: boolean;
} {
  const { changes, hasGap } = useLive();
  const queryClient = useQueryClient();
  const { data, error, dataUpdatedAt } = useQuery(movesQuery(day));
  // Also where history was away, or had much to catch up with, and is there now.
  const isLate = data === undefined ? error !== null : knewTooLittle(data, dataUpdatedAt);
  const isThere = history.state === 'running' && history.lagMs < lateMs;
  const asksAgain = hasGap || hasHole(data, changes, keptChangesMax) || (isLate && isThere);
  useEffect(() => {
    if (asksAgain) void queryClient.invalidateQueries({ queryKey: movesQuery(day).queryKey });
  }, [asksAgain, day, queryClient]);
  const isSinceOpened = data === undefined && error !== null;
  return {
    soFar: data === undefined && !isSinceOpened ? undefined : movesSoFar(data, changes, Date.parse(day)),
    isSinceOpened,
  };
}

const lateMs = 5_000;

/** Whether history was far behind when it answered. */
function knewTooLittle({ asOf: { at, behind } }: Moves, answeredAt: number): boolean {
  return behind > 0 && (at === undefined || Date.parse(at) < answeredAt - lateMs);
}

function Figures({
  now,
  moves,
}: {
  readonly now: OverviewNow;
  readonly moves: MovesSoFar | undefined;
}): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const { customers, segments, events } = now;
  // The last whole minute: the one that is running grows.
  const lastMinute = events.minutes.at(-2) ?? 0;
  return (
    <div className="overview-figures">
      <Figure name={t('overview.customers')} value={formats.number(customers)} />
      <Figure
        name={t('overview.events')}
        value={formats.number(events.today)}
        more={t('overview.events.minute', { n: lastMinute })}
      />
      <Figure name={t('overview.segments')} value={formats.number(segments)} />
      <Figure
        name={t('overview.flows')}
        value={
          moves === undefined ? (
            <span className="quiet">…</span>
          ) : (
            <>
              <span className="entered">+{formats.number(moves.entered)}</span>{' '}
              <span className="exited">−{formats.number(moves.exited)}</span>
            </>
          )
        }
        more={t('overview.flows.hint')}
      />
    </div>
  );
}

function Figure({
  name,
  value,
  more,
}: {
  readonly name: string;
  readonly value: ReactNode;
  readonly more?: string;
}): JSX.Element {
  return (
    <section className="card">
      <p className="quiet">{name}</p>
      <p className="figure-value numbers">{value}</p>
      {more !== undefined && <p className="quiet numbers">{more}</p>}
    </section>
  );
}

const shownMax = 8;

function Biggest(): JSX.Element {
  const t = useTexts();
  const segments = useQuery(segmentsQuery);
  return (
    <Answer of={segments}>
      {(all) =>
        all.length === 0 ? (
          <p>
            <Link to="/segments/new">{t('segments.new')}</Link>
          </p>
        ) : (
          <BiggestList segments={all} />
        )
      }
    </Answer>
  );
}

function BiggestList({ segments }: { readonly segments: readonly Segment[] }): JSX.Element {
  const formats = useFormats();
  const [isPointedAt, setPointedAt] = useState(false);
  // What says it is loaded for whoever asks: the first view is small.
  const sentenceOf = useSegmentSentence(isPointedAt);
  const shown = [...segments].sort((a, b) => b.size - a.size).slice(0, shownMax);
  const most = Math.max(1, ...shown.map(({ size }) => size));
  return (
    <ul
      className="stack"
      onPointerEnter={() => {
        setPointedAt(true);
      }}
    >
      {shown.map((segment) => (
        <li key={segment.name} className="size-line">
          <Link to="/segments/$name" params={{ name: segment.name }} title={sentenceOf(segment)}>
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
