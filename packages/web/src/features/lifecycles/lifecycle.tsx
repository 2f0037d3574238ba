/** One lifecycle: how many are in each stage now, where they went over a period, and how that was in the one before. */

import { useQuery } from '@tanstack/react-query';
import { type JSX, useMemo, useState } from 'react';

import { Behind } from '../../charts/behind.tsx';
import { type Days, usePeriod } from '../../charts/period.tsx';
import { sentenceOf } from '../../data/client.ts';
import { liveSizesQuery } from '../../data/queries.ts';
import { Button } from '../../design/button.tsx';
import { Card, Notice } from '../../design/layout.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import { flowsQuery, periodsOf, type Wanted } from './asked.ts';
import { ConversionTable } from './conversion-table.tsx';
import { PeopleDialog } from './people-dialog.tsx';
import { Beside } from './period-before.tsx';
import { StageFlows } from './stage-flows.tsx';
import { type Stage, stagesOf } from './stages.ts';
import { StayAndReturns } from './stay-and-returns.tsx';

export function Lifecycle({
  name,
  definition,
}: {
  readonly name: string;
  readonly definition: unknown;
}): JSX.Element {
  const { days, until, isPast, picker } = usePeriod(30);
  const [wanted, setWanted] = useState<Wanted>();
  const stages = useMemo(() => stagesOf(definition), [definition]);
  const periods = useMemo(() => periodsOf(days, until), [days, until]);
  const flows = useQuery(flowsQuery(name, periods.now));
  return (
    <section className="stack" aria-label={name}>
      <Card title={name} aside={picker}>
        <div className="stack">
          {flows.error !== null && <Away error={flows.error} onAgain={() => void flows.refetch()} />}
          {flows.data !== undefined && <Behind asOf={flows.data.asOf} />}
          <Board
            lifecycle={name}
            stages={stages}
            before={isPast ? undefined : flows.data?.nodes}
            onStage={(stage) => {
              setWanted({ kind: 'stage', lifecycle: name, stage });
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
          <StageStay lifecycle={name} stages={stages} days={days} until={until} />
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
  return (
    <Notice tone="warn">
      <p>{sentenceOf(error)}</p>
      <div>
        <Button onClick={onAgain}>{t('state.tryAgain')}</Button>
      </div>
    </Notice>
  );
}

/** The stages side by side, with their sizes as they are at this moment. */
function Board({
  lifecycle,
  stages,
  before,
  onStage,
}: {
  readonly lifecycle: string;
  readonly stages: readonly Stage[];
  /** How many were in each when the period began. */
  readonly before: readonly { readonly stage: string; readonly before: number }[] | undefined;
  readonly onStage: (stage: string) => void;
}): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const sizes = useQuery(liveSizesQuery).data?.lifecycles.get(lifecycle);
  const all = [...(sizes?.values() ?? [])].reduce((sum, size) => sum + size, 0);
  return (
    <ul className="board">
      {stages.map(({ name, rule }) => {
        const size = sizes?.get(name) ?? 0;
        const share = all === 0 ? 0 : size / all;
        const was =
          before === undefined ? undefined : (before.find(({ stage }) => stage === name)?.before ?? 0);
        return (
          <li key={name}>
            <button
              type="button"
              className="stage"
              onClick={() => {
                onStage(name);
              }}
            >
              <span className="stage-name">{name}</span>
              <span className="figure-value numbers">{sizes === undefined ? '–' : formats.number(size)}</span>
              <span className="row quiet numbers">
                {formats.percent(share)}
                {sizes !== undefined && <Beside now={size} before={was} />}
              </span>
              <span className="size-bar" aria-hidden>
                <span style={{ width: `${String(100 * share)}%` }} />
              </span>
              <span className="quiet cut" title={rule}>
                {rule ?? t('lifecycles.otherwise')}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function StageStay({
  lifecycle,
  stages,
  days,
  until,
}: {
  readonly lifecycle: string;
  readonly stages: readonly Stage[];
  readonly days: Days;
  readonly until: number;
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
