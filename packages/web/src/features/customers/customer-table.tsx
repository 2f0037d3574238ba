/** Customers one below the other, however many: rows are asked for when they come into sight, and keep their places. */

import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type JSX, type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

import { Answer } from '../../data/answer.tsx';
import { useLive } from '../../data/use-live.ts';
import { Badge, Notice } from '../../design/layout.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import {
  type CustomerPage,
  type CustomerQuestion,
  customerRowsQuery,
  customersQuery,
  type CustomerRow,
  pageRows,
} from './asked.ts';
import './customers.css';
import { LongScroll } from './long-scroll.ts';

const rowPixels = 44;
const overscanRows = 12;
/** How soon a list is made anew after somebody moved. */
const freshMs = 1_000;

export function CustomerTable({
  question,
  label,
  since,
  onSort,
  empty,
}: {
  readonly question: CustomerQuestion;
  readonly label: string;
  /** Of one segment: since when they are in it. */
  readonly since?: true;
  readonly onSort: (sort: string) => void;
  /** What is said where nobody is found. */
  readonly empty: ReactNode;
}): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const list = useQuery(customersQuery(question));
  useFreshWhenMoved(question);
  return (
    <Answer of={list} lines={10}>
      {(data) => (
        <div className="stack" aria-busy={list.isFetching}>
          <p className="quiet customers-count" role="status">
            {data.searched < 1
              ? t('customers.reading', { share: formats.percent(data.searched) })
              : t('customers.count', { n: data.total, everybody: formats.number(data.everybody) })}
          </p>
          {list.error !== null && <Notice tone="warn">{t('customers.stale')}</Notice>}
          {data.total === 0 ? (
            empty
          ) : (
            <Rows
              key={`${question.q} ${question.sort} ${question.segment.join()} ${question.stage.join()}`}
              question={question}
              data={data}
              label={label}
              since={since === true}
              onSort={onSort}
            />
          )}
        </div>
      )}
    </Answer>
  );
}

/** Members come and go: the list of a segment is made anew a moment after somebody did. */
function useFreshWhenMoved({ segment, stage }: CustomerQuestion): void {
  const queryClient = useQueryClient();
  const [name] = segment;
  const newest = useLive().changes.find((change) => name !== undefined && change.segment === name)?.seq;
  const lifecycles = stage.map((one) => one.split('.', 1)[0]);
  const moved = useLive().changes.find(({ lifecycle }) => lifecycles.includes(lifecycle))?.seq;
  const last = Math.max(newest ?? -1, moved ?? -1);
  useEffect(() => {
    if (last < 0) return;
    const timer = setTimeout(() => {
      void queryClient.invalidateQueries({ queryKey: ['customers', 'list'] });
    }, freshMs);
    return () => {
      clearTimeout(timer);
    };
  }, [last, queryClient]);
}

function Rows({
  question,
  data,
  label,
  since,
  onSort,
}: {
  readonly question: CustomerQuestion;
  readonly data: CustomerPage;
  readonly label: string;
  readonly since: boolean;
  readonly onSort: (sort: string) => void;
}): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const { virtual, shift, height } = useLongRows(place, data.total);
  const items = virtual.getVirtualItems();
  const rowAt = useRows(question, data, items[0]?.index ?? 0, items.at(-1)?.index ?? 0);
  const columns = `minmax(11rem, 2fr) minmax(0, 1.4fr) 5rem${' minmax(0, 1fr)'.repeat(question.columns.length)} 10.5rem 8rem`;
  return (
    <div
      className="rows customer-rows"
      ref={place}
      tabIndex={0}
      role="table"
      aria-rowcount={data.total + 1}
      aria-label={label}
      style={{ ['--columns' as string]: columns }}
    >
      <Head question={question} since={since} onSort={onSort} />
      <div role="rowgroup" style={{ height, position: 'relative' }}>
        {items.map(({ index, start }) => (
          <Row
            key={index}
            row={rowAt(index)}
            index={index}
            top={start + shift}
            columns={question.columns}
            since={since}
          />
        ))}
      </div>
    </div>
  );
}

/** Rows in sight of a list of any length; `shift` is what their places are moved by in what scrolls. */
function useLongRows(place: React.RefObject<HTMLDivElement | null>, count: number) {
  const content = count * rowPixels;
  const [scroll, setScroll] = useState(() => new LongScroll(content, 1, { top: 0, offset: 0 }));
  const kept = useRef(scroll);
  useLayoutEffect(() => {
    const view = place.current?.clientHeight ?? 1;
    kept.current = new LongScroll(content, view, kept.current);
    setScroll(kept.current);
  }, [content, place]);
  const [shift, setShift] = useState(0);
  const observeElementOffset = useCallback(
    (_: unknown, tell: (offset: number, isScrolling: boolean) => void) => {
      const element = place.current;
      if (element === null) return;
      const onScroll = (): void => {
        kept.current.scrolledTo(element.scrollTop);
        setShift(kept.current.top - kept.current.offset);
        tell(kept.current.offset, true);
      };
      tell(kept.current.offset, false);
      element.addEventListener('scroll', onScroll, { passive: true });
      return () => {
        element.removeEventListener('scroll', onScroll);
      };
    },
    [place],
  );
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => place.current,
    estimateSize: () => rowPixels,
    overscan: overscanRows,
    observeElementOffset,
    scrollToFn: () => undefined,
  });
  return { virtual, shift, height: scroll.shownPixels };
}

/** The rows of the pages in sight, as they come. */
function useRows(
  question: CustomerQuestion,
  data: CustomerPage,
  first: number,
  last: number,
): (index: number) => CustomerRow | undefined {
  const from = Math.max(1, Math.floor(first / pageRows));
  const to = Math.floor(last / pageRows);
  const pages = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
  const answers = useQueries({ queries: pages.map((page) => customerRowsQuery(question, data.list, page)) });
  return (index) => {
    const page = Math.floor(index / pageRows);
    const items = page === 0 ? data.items : answers[page - from]?.data?.items;
    return items?.[index - page * pageRows];
  };
}

function Head({
  question: { sort, columns },
  since,
  onSort,
}: {
  readonly question: CustomerQuestion;
  readonly since: boolean;
  readonly onSort: (sort: string) => void;
}): JSX.Element {
  const t = useTexts();
  const header = (by: string, text: string, isDownFirst: boolean, className?: string): JSX.Element => {
    const isThis = sort === by || sort === `-${by}`;
    const isDown = sort.startsWith('-');
    return (
      <span
        key={by}
        role="columnheader"
        className={className}
        aria-sort={isThis ? (isDown ? 'descending' : 'ascending') : 'none'}
      >
        <button
          type="button"
          className="sort"
          onClick={() => {
            const down = isThis ? !isDown : isDownFirst;
            onSort(down ? `-${by}` : by);
          }}
        >
          {text}
          {isThis && (isDown ? <ArrowDown aria-hidden /> : <ArrowUp aria-hidden />)}
        </button>
      </span>
    );
  };
  return (
    <div role="rowgroup" className="rows-head">
      <div role="row" aria-rowindex={1} className="customer-row">
        {header('name', t('customers.name'), false)}
        <span role="columnheader" className="wide">
          {t('customer.stages')}
        </span>
        <span role="columnheader" className="wide">
          {t('customers.segments')}
        </span>
        {columns.map((trait) => header(`trait.${trait}`, trait, false, 'wide'))}
        {since ? header('since', t('customers.in'), true) : header('lastSeen', t('customers.lastSeen'), true)}
        {header('firstSeen', t('customers.firstSeen'), true, 'wide')}
      </div>
    </div>
  );
}

function Row({
  row,
  index,
  top,
  columns,
  since,
}: {
  readonly row: CustomerRow | undefined;
  readonly index: number;
  readonly top: number;
  readonly columns: readonly string[];
  readonly since: boolean;
}): JSX.Element {
  const t = useTexts();
  const around = {
    role: 'row',
    'aria-rowindex': index + 2,
    className: 'customer-row',
    style: { height: rowPixels, transform: `translateY(${String(top)}px)` },
  } as const;
  if (row === undefined) {
    return (
      <div {...around}>
        <span role="cell">
          <span className="skeleton" style={{ width: `${String(50 + ((index * 17) % 40))}%` }} />
        </span>
      </div>
    );
  }
  if (row.gone === true) {
    return (
      <div {...around}>
        <span role="cell" className="quiet">
          {t('customers.gone')}
        </span>
      </div>
    );
  }
  return (
    <div {...around}>
      <span role="cell" className="cut">
        <Link to="/customers/$identifier" params={{ identifier: row.displayId }} title={row.displayId}>
          {row.name ?? row.email ?? row.displayId}
        </Link>
        {(row.name ?? row.email) !== undefined && (
          <span className="quiet">
            {' '}
            {row.name === undefined ? row.displayId : (row.email ?? row.displayId)}
          </span>
        )}
      </span>
      <span role="cell" className="wide cut customer-stages">
        {Object.entries(row.stages).map(([lifecycle, stage]) => (
          <Badge key={lifecycle}>{stage}</Badge>
        ))}
      </span>
      <span role="cell" className="numbers quiet wide">
        {row.segments}
      </span>
      {columns.map((trait) => (
        <span role="cell" key={trait} className="wide cut">
          {textOf(row.columns[trait])}
        </span>
      ))}
      <When at={since ? row.since : row.lastSeen} />
      <When at={row.firstSeen} isDay className="wide" />
    </div>
  );
}

function When({
  at,
  isDay,
  className = '',
}: {
  readonly at: string | undefined;
  readonly isDay?: true;
  readonly className?: string;
}): JSX.Element {
  const formats = useFormats();
  return (
    <span
      role="cell"
      className={`numbers quiet cut ${className}`}
      title={at === undefined ? undefined : formats.exact(at)}
    >
      {at === undefined ? '–' : isDay === true ? formats.day(at) : formats.instant(at)}
    </span>
  );
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
