/** Segments one below the other, sorted by a column; only what is seen is drawn. */

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type JSX, type ReactNode, useMemo, useRef, useState } from 'react';

import { Behind } from '../../charts/behind.tsx';
import { Sparkline } from '../../charts/sparkline.tsx';
import { liveSizesQuery, type Segment, sizesOfAllQuery } from '../../data/queries.ts';
import { useRefusals } from '../../texts/use-refusals.ts';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import { Beside } from '../lifecycles/period-before.tsx';
import { useSegmentSentence } from './segment-sentence.ts';

type Column = 'name' | 'size' | 'change';
type Order = { readonly by: Column; readonly isUp: boolean };

type Row = {
  readonly segment: Segment;
  readonly size: number;
  /** By day, the oldest first; undefined while it is not known. */
  readonly past: readonly number[] | undefined;
  readonly change: number | undefined;
};

const rowPixels = 49;
const overscanRows = 8;

export function SegmentTable({ segments }: { readonly segments: readonly Segment[] }): JSX.Element {
  const t = useTexts();
  const refusalOf = useRefusals();
  const [order, setOrder] = useState<Order>({ by: 'name', isUp: true });
  const past = useQuery(sizesOfAllQuery);
  const rows = useRows(segments, past.data, order);
  const place = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => place.current,
    estimateSize: () => rowPixels,
    overscan: overscanRows,
  });
  const header = (by: Column, text: string, align?: 'end'): JSX.Element => (
    <Header by={by} order={order} align={align} onOrder={setOrder}>
      {text}
    </Header>
  );
  return (
    <div className="stack">
      {past.error !== null && <p className="quiet">{refusalOf(past.error)}</p>}
      {past.data !== undefined && <Behind asOf={past.data.asOf} />}
      <div
        className="rows"
        ref={place}
        tabIndex={0}
        role="table"
        aria-rowcount={rows.length + 1}
        aria-label={t('segments.title')}
      >
        <div role="rowgroup" className="rows-head">
          <div role="row" aria-rowindex={1} className="segment-row">
            {header('name', t('segments.name'))}
            <span role="columnheader" className="wide">
              {t('segments.rule')}
            </span>
            <span role="columnheader" className="wide">
              {t('segments.past')}
            </span>
            {header('change', t('segments.change'), 'end')}
            {header('size', t('segments.size'), 'end')}
          </div>
        </div>
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const row = rows[index];
            return row === undefined ? null : (
              <SegmentRow key={row.segment.name} row={row} index={index} top={start} />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Header({
  by,
  order,
  align,
  onOrder,
  children,
}: {
  readonly by: Column;
  readonly order: Order;
  readonly align: 'end' | undefined;
  readonly onOrder: (order: Order) => void;
  readonly children: ReactNode;
}): JSX.Element {
  const isThis = order.by === by;
  const sorted = isThis ? (order.isUp ? 'ascending' : 'descending') : 'none';
  return (
    <span role="columnheader" aria-sort={sorted} data-align={align}>
      <button
        type="button"
        className="sort"
        onClick={() => {
          // Names begin with a, figures with the greatest.
          onOrder({ by, isUp: isThis ? !order.isUp : by === 'name' });
        }}
      >
        {children}
        {isThis && (order.isUp ? <ArrowUp aria-hidden /> : <ArrowDown aria-hidden />)}
      </button>
    </span>
  );
}

function SegmentRow({
  row,
  index,
  top,
}: {
  readonly row: Row;
  readonly index: number;
  readonly top: number;
}): JSX.Element {
  const formats = useFormats();
  const { segment, size, past } = row;
  const sentence = useSegmentSentence()(segment);
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className="segment-row"
      style={{
        position: 'absolute',
        top: 0,
        left: 0,
        right: 0,
        height: rowPixels,
        transform: `translateY(${String(top)}px)`,
      }}
    >
      <span role="cell" className="cut">
        <Link to="/segments/$name" params={{ name: segment.name }}>
          {segment.name}
        </Link>
      </span>
      <span role="cell" className="quiet cut wide" title={sentence}>
        {sentence}
      </span>
      <span role="cell" className="wide">
        {past !== undefined && <Sparkline values={[...past.slice(0, -1), size]} />}
      </span>
      <span role="cell" className="numbers" data-align="end">
        <Beside now={size} before={past?.[0]} />
      </span>
      <span role="cell" className="numbers" data-align="end">
        {formats.number(size)}
      </span>
    </div>
  );
}

type Past = { readonly segments: readonly { readonly segment: string; readonly sizes: readonly number[] }[] };

function useRows(segments: readonly Segment[], past: Past | undefined, order: Order): readonly Row[] {
  const live = useQuery(liveSizesQuery).data;
  const pastOf = useMemo(() => new Map(past?.segments.map(({ segment, sizes }) => [segment, sizes])), [past]);
  return useMemo(() => {
    const rows = segments.map((segment): Row => {
      const size = live?.segments.get(segment.name) ?? segment.size;
      const sizes = pastOf.get(segment.name);
      const [first] = sizes ?? [];
      return { segment, size, past: sizes, change: first === undefined ? undefined : size - first };
    });
    const way = order.isUp ? 1 : -1;
    return rows.sort((a, b) => way * compareBy(order.by, a, b) || compareNames(a, b));
  }, [segments, live, pastOf, order]);
}

function compareBy(by: Column, a: Row, b: Row): number {
  switch (by) {
    case 'name':
      return compareNames(a, b);
    case 'size':
      return a.size - b.size;
    case 'change':
      return (a.change ?? 0) - (b.change ?? 0);
  }
}

function compareNames(a: Row, b: Row): number {
  return a.segment.name < b.segment.name ? -1 : a.segment.name > b.segment.name ? 1 : 0;
}
