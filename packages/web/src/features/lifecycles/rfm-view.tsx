/** Customers by how recently, how often and for how much they bought: as a grid and in named groups, at both ends of a period. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Grid3x3 } from 'lucide-react';
import { type JSX, useMemo, useState } from 'react';

import { Behind } from '../../charts/behind.tsx';
import { periodsOf } from '../../charts/days.ts';
import { useZone } from '../../charts/period.tsx';
import { Answer } from '../../data/answer.tsx';
import { Card, Empty } from '../../design/layout.tsx';
import { useRefusals } from '../../texts/use-refusals.ts';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import { type Chosen, rfmModelsQuery, type RfmTable, rfmTableQuery, rfmThenQuery } from './asked.ts';
import { PeopleDialog } from './people-dialog.tsx';
import { Beside } from './period-before.tsx';
import type { RfmPick } from './rfm-cells.ts';
import { RfmGrid } from './rfm-grid.tsx';
import { RfmRefresh } from './rfm-refresh.tsx';

export function RfmView({ chosen }: { readonly chosen: Chosen }): JSX.Element {
  const t = useTexts();
  const models = useQuery(rfmModelsQuery);
  return (
    <Answer of={models} lines={8}>
      {({ items }) =>
        items.length === 0 ? (
          <Card>
            <Empty icon={<Grid3x3 aria-hidden />} title={t('rfm.empty.title')}>
              <p>{t('rfm.empty.text')}</p>
              <pre tabIndex={0}>{example}</pre>
            </Empty>
          </Card>
        ) : (
          <>
            {items.map(({ name }) => (
              <Model key={name} name={name} chosen={chosen} />
            ))}
            {/* It is about now. */}
            {!chosen.isPast && <RfmRefresh />}
          </>
        )
      }
    </Answer>
  );
}

const example = `rfm:
  default:
    purchase: '"Order Completed"'
    value: revenue
    window: last 365d`;

function Model({
  name,
  chosen: { days, until, isPast },
}: {
  readonly name: string;
  readonly chosen: Chosen;
}): JSX.Element {
  const t = useTexts();
  const refusalOf = useRefusals();
  const zone = useZone();
  const formats = useFormats();
  const [pick, setPick] = useState<RfmPick>();
  const { from, to } = useMemo(() => periodsOf(zone, days, until).now, [zone, days, until]);
  const live = useQuery({ ...rfmTableQuery(name), enabled: !isPast });
  const past = useQuery({ ...rfmThenQuery(name, to), enabled: isPast });
  const then = useQuery(rfmThenQuery(name, from));
  const queryClient = useQueryClient();
  const look = (wanted: RfmPick): void => {
    setPick(wanted);
    // The list is of the moment at which it is opened, and the grid behind it is to say the same.
    if (!isPast) void queryClient.invalidateQueries({ queryKey: rfmTableQuery(name).queryKey });
  };
  const close = (): void => {
    setPick(undefined);
  };
  return (
    <section className="stack" aria-label={name}>
      <Card title={t('rfm.model', { name })}>
        <Answer of={isPast ? past : live} lines={8}>
          {(now: RfmTable) => (
            <div className="stack">
              <p className="quiet">
                {t('rfm.about', { at: formats.instant(now.at), none: now.none })}{' '}
                {now.measuredAt !== undefined && t('rfm.measured', { at: formats.instant(now.measuredAt) })}{' '}
                {isPast && t('rfm.then')} {t('rfm.compared', { at: formats.instant(from) })}
              </p>
              {then.error !== null && <p className="quiet">{refusalOf(then.error)}</p>}
              {/* That of the end of the period knows the most. */}
              {isPast && past.data !== undefined ? (
                <Behind asOf={past.data.asOf} until={to} />
              ) : (
                then.data !== undefined && <Behind asOf={then.data.asOf} until={from} />
              )}
              <div className="rfm">
                <RfmGrid
                  cells={now.cells}
                  before={then.data?.cells}
                  onPick={(recency, frequency) => {
                    look({ kind: 'cell', model: name, recency, frequency });
                  }}
                />
                <Groups
                  now={now}
                  before={then.data?.groups}
                  onPick={(group) => {
                    look({ kind: 'group', model: name, group });
                  }}
                />
              </div>
            </div>
          )}
        </Answer>
      </Card>
      {pick !== undefined && (
        <PeopleDialog wanted={{ kind: 'scores', pick, at: isPast ? to : undefined }} onClose={close} />
      )}
    </section>
  );
}

function Groups({
  now,
  before,
  onPick,
}: {
  readonly now: RfmTable;
  readonly before: RfmTable['groups'] | undefined;
  readonly onPick: (group: RfmTable['groups'][number]['group']) => void;
}): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const scored = now.groups.reduce((sum, { size }) => sum + size, 0);
  return (
    <table className="table">
      <thead>
        <tr>
          <th>{t('rfm.group')}</th>
          <th data-align="end">{t('nav.customers')}</th>
          <th data-align="end">{t('rfm.share')}</th>
        </tr>
      </thead>
      <tbody>
        {now.groups.map(({ group, size }) => (
          <tr key={group}>
            <td>
              <button
                type="button"
                className="link"
                onClick={() => {
                  onPick(group);
                }}
              >
                {group}
              </button>
            </td>
            <td className="numbers" data-align="end">
              {formats.number(size)}{' '}
              <Beside now={size} before={before?.find((one) => one.group === group)?.size} />
            </td>
            <td className="numbers quiet" data-align="end">
              {formats.percent(scored === 0 ? 0 : size / scored)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
