/** One lifecycle: how many are in each stage at the end of a period, where they went over it, and how that was in the one before. */

import { useQuery } from '@tanstack/react-query';
import { type JSX, useMemo, useState } from 'react';

import { Behind } from '../../charts/behind.tsx';
import { type Period, periodsOf } from '../../charts/days.ts';
import { useZone } from '../../charts/period.tsx';
import { liveSizesQuery } from '../../data/queries.ts';
import { Button } from '../../design/button.tsx';
import { Card, Notice } from '../../design/layout.tsx';
import { useRefusals } from '../../texts/use-refusals.ts';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import { type Chosen, type Flows, flowsQuery, type Wanted } from './asked.ts';
import { ConversionTable } from './conversion-table.tsx';
import { PeopleDialog } from './people-dialog.tsx';
import { Beside } from './period-before.tsx';
import { StageFlows } from './stage-flows.tsx';
import { type Stage, stagesOf } from './stages.ts';
import { StayAndReturns } from './stay-and-returns.tsx';

export function Lifecycle({
  name,
  definition,
  chosen: { days, until, isPast },
}: {
  readonly name: string;
  readonly definition: unknown;
  readonly chosen: Chosen;
}): JSX.Element {
  const [wanted, setWanted] = useState<Wanted>();
  const zone = useZone();
  const stages = useMemo(() => stagesOf(definition), [definition]);
  const periods = useMemo(() => periodsOf(zone, days, until), [zone, days, until]);
  const flows = useQuery(flowsQuery(name, periods.now));
  return (
    <section className="stack" aria-label={name}>
      <Card title={name}>
        <div className="stack">
          {flows.error !== null && <Away error={flows.error} onAgain={() => void flows.refetch()} />}
          {flows.data !== undefined && <Behind asOf={flows.data.asOf} until={periods.now.to} />}
          <Board
            lifecycle={name}
            stages={stages}
            nodes={flows.data?.nodes}
            period={periods.now}
            isPast={isPast}
            onStage={(stage) => {
              const to = isPast ? periods.now.to : undefined;
              setWanted({ kind: 'stage', lifecycle: name, stage, until: to });
            }}
          />
        </div>
      </Card>
      {flows.error === null && (
        <>
          <ConversionTable lifecycle={name} stages={stages} periods={periods} />
          <StageFlows
            of={flows}
            onFlow={(from, to) => {
              setWanted({ kind: 'flow', lifecycle: name, from, to, period: periods.now });
            }}
          />
          <StageStay lifecycle={name} stages={stages} chosen={{ days, until }} />
        </>
      )}
      {wanted !== undefined && (
        <PeopleDialog
          wanted={wanted}
          onClose={() => {
            setWanted(undefined);
          }}
        />
      )}
    </section>
  );
}

/** There is no history to answer: sizes of this moment are known all the same. */
function Away({ error, onAgain }: { readonly error: Error; readonly onAgain: () => void }): JSX.Element {
  const t = useTexts();
  const refusalOf = useRefusals();
  return (
    <Notice tone="warn">
      <p>{refusalOf(error)}</p>
      <div>
        <Button onClick={onAgain}>{t('state.tryAgain')}</Button>
      </div>
    </Notice>
  );
}

/**
 * The stages side by side, with their sizes: up to now as the stream tells them at this moment, at the end of a period of the
 * past as they were then, with those that are defined no more.
 */
function Board({
  lifecycle,
  stages,
  nodes,
  period,
  isPast,
  onStage,
}: {
  readonly lifecycle: string;
  readonly stages: readonly Stage[];
  /** How many were in each when the period began, and when it ended. */
  readonly nodes: Flows['nodes'] | undefined;
  readonly period: Period;
  readonly isPast: boolean;
  readonly onStage: (stage: string) => void;
}): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const live = useQuery(liveSizesQuery).data?.lifecycles.get(lifecycle);
  const [from, to] = [formats.instant(period.from), formats.instant(period.to)];
  const found = nodes?.filter(({ before, after }) => before > 0 || after > 0);
  const sizes = isPast ? found && new Map(found.map(({ stage, after }) => [stage, after])) : live;
  const all = [...(sizes?.values() ?? [])].reduce((sum, size) => sum + size, 0);
  return (
    <>
      <p className="quiet">
        {isPast
          ? t('lifecycles.board.then', { at: to, before: from })
          : t('lifecycles.board.now', { before: from })}
      </p>
      <ul className="board">
        {(isPast ? withRemoved(stages, found) : stages).map((stage) => (
          <StageCard
            key={stage.name}
            stage={stage}
            size={sizes === undefined ? undefined : (sizes.get(stage.name) ?? 0)}
            all={all}
            before={
              nodes === undefined ? undefined : (nodes.find((node) => node.stage === stage.name)?.before ?? 0)
            }
            onStage={onStage}
          />
        ))}
      </ul>
    </>
  );
}

type Shown = Stage & { readonly isRemoved?: boolean };

/** Stages that customers were in, though they are defined no more, come last. */
function withRemoved(stages: readonly Stage[], found: Flows['nodes'] | undefined): readonly Shown[] {
  const defined = new Set(stages.map(({ name }) => name));
  const removed = (found ?? []).filter(({ stage }) => !defined.has(stage));
  return [...stages, ...removed.map(({ stage }) => ({ name: stage, rule: undefined, isRemoved: true }))];
}

function StageCard({
  stage: { name, rule, isRemoved = false },
  size,
  all,
  before,
  onStage,
}: {
  readonly stage: Shown;
  /** Undefined while it is not known. */
  readonly size: number | undefined;
  /** Of all stages together. */
  readonly all: number;
  readonly before: number | undefined;
  readonly onStage: (stage: string) => void;
}): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const share = all === 0 ? 0 : (size ?? 0) / all;
  return (
    <li>
      <button
        type="button"
        className="stage"
        onClick={() => {
          onStage(name);
        }}
      >
        <span className="stage-name">{name}</span>
        <span className="figure-value numbers">{size === undefined ? '–' : formats.number(size)}</span>
        <span className="row quiet numbers">
          {formats.percent(share)}
          {size !== undefined && <Beside now={size} before={before} />}
        </span>
        <span className="size-bar" aria-hidden>
          <span style={{ width: `${String(100 * share)}%` }} />
        </span>
        <span className="quiet cut" title={rule}>
          {rule ?? t(isRemoved ? 'lifecycles.removed' : 'lifecycles.otherwise')}
        </span>
      </button>
    </li>
  );
}

function StageStay({
  lifecycle,
  stages,
  chosen: { days, until },
}: {
  readonly lifecycle: string;
  readonly stages: readonly Stage[];
  readonly chosen: Pick<Chosen, 'days' | 'until'>;
}): JSX.Element {
  const t = useTexts();
  const [stage, setStage] = useState(() => stages[0]?.name ?? '');
  return (
    <StayAndReturns
      of={`${lifecycle}.${stage}`}
      days={days}
      until={until}
      aside={
        <select
          className="input inline"
          aria-label={t('lifecycles.stage')}
          value={stage}
          onChange={(event) => {
            setStage(event.target.value);
          }}
        >
          {stages.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      }
    />
  );
}
