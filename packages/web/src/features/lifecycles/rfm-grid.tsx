/**
 * The grid: recency from the top down, frequency from left to right, the colour by how many. In each cell how many, beside a
 * period ago, and their mean monetary score.
 */

import type { JSX } from 'react';

import { Heat } from '../../charts/heat.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import { Beside } from './period-before.tsx';
import { type Cell, keyOf, sumsOf } from './rfm-cells.ts';

const fromBest = [5, 4, 3, 2, 1];
const fromLeast = [1, 2, 3, 4, 5];

export function RfmGrid({
  cells,
  before,
  onPick,
}: {
  readonly cells: readonly Cell[];
  readonly before: readonly Cell[] | undefined;
  readonly onPick: (recency: number, frequency: number) => void;
}): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const sums = sumsOf(cells);
  const were = before === undefined ? undefined : sumsOf(before);
  const most = Math.max(1, ...[...sums.values()].map(({ size }) => size));
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label={t('rfm.grid')}>
      <table className="heat rfm-grid">
        <caption className="quiet">{t('rfm.grid.about')}</caption>
        <thead>
          <tr>
            <th>{t('rfm.axes')}</th>
            {fromLeast.map((frequency) => (
              <th key={frequency} scope="col">
                {t('rfm.frequency', { n: frequency })}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {fromBest.map((recency) => (
            <tr key={recency}>
              <th scope="row">{t('rfm.recency', { n: recency })}</th>
              {fromLeast.map((frequency) => {
                const { size = 0, monetary = 0 } = sums.get(keyOf(recency, frequency)) ?? {};
                const was = were === undefined ? undefined : (were.get(keyOf(recency, frequency))?.size ?? 0);
                return (
                  <Heat key={frequency} share={size / most}>
                    {size === 0 && (was ?? 0) === 0 ? (
                      <span aria-label={formats.number(0)}>·</span>
                    ) : (
                      <button
                        type="button"
                        className="cell"
                        onClick={() => {
                          onPick(recency, frequency);
                        }}
                      >
                        <span className="visually-hidden">
                          {t('rfm.cell.title', { recency, frequency })}{' '}
                        </span>
                        <b>{formats.number(size)}</b>
                        <Beside now={size} before={was} />
                        {size > 0 && (
                          <small>
                            {t('rfm.monetary', { n: formats.number(Math.round(10 * monetary) / 10) })}
                          </small>
                        )}
                      </button>
                    )}
                  </Heat>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
