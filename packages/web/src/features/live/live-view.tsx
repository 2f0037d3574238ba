/** Everything that happens, as it happens: filtered, paused, looked at, and made a test of. */

import { Link } from '@tanstack/react-router';
import { CircleDot, Pause, Play, Radio } from 'lucide-react';
import { type JSX, useDeferredValue, useMemo, useState } from 'react';

import { Button } from '../../design/button.tsx';
import { Badge, Card, Empty, Notice, View } from '../../design/layout.tsx';
import { useFormats, useTexts, type Words } from '../../texts/use-texts.ts';
import { causeText, ChangeIcon, sentenceOfChange } from './change-list.tsx';
import { Inspector } from './inspector.tsx';
import type { Seen, SeenState } from './seen-state.ts';
import { useSeen } from './seen.ts';

const shownMax = 200;
const kinds = ['all', 'changes', 'messages'] as const;
type Kind = (typeof kinds)[number];

export function LiveView(): JSX.Element {
  const t = useTexts();
  const live = useSeen();
  const [frozen, setFrozen] = useState<SeenState>();
  const [filter, setFilter] = useState('');
  const [kind, setKind] = useState<Kind>('all');
  const [inspected, setInspected] = useState<Seen>();
  const { items } = frozen ?? live;
  const waiting = frozen === undefined ? 0 : live.count - frozen.count;
  const wanted = useDeferredValue(filter.trim().toLowerCase());
  const shown = useMemo(
    () => items.filter((seen) => isOfKind(seen, kind) && isWanted(seen, wanted)).slice(0, shownMax),
    [items, kind, wanted],
  );
  return (
    <View
      title={t('live.title')}
      about={t('live.about')}
      actions={
        <Button
          onClick={() => {
            setFrozen(frozen === undefined ? live : undefined);
          }}
        >
          {frozen === undefined ? <Pause aria-hidden /> : <Play aria-hidden />}
          {t(frozen === undefined ? 'live.pause' : 'live.resume')}
        </Button>
      }
    >
      <Filters filter={filter} kind={kind} onFilter={setFilter} onKind={setKind} />
      {live.hasGap && <Notice tone="warn">{t('live.gap')}</Notice>}
      {waiting > 0 && (
        <p role="status" className="quiet">
          {t('live.waiting', { n: waiting })}
        </p>
      )}
      <Card>
        {shown.length === 0 ? (
          <Empty icon={<Radio aria-hidden />} title={t(items.length === 0 ? 'live.empty' : 'live.noMatch')}>
            <p>{t('live.empty.text')}</p>
          </Empty>
        ) : (
          <SeenTable items={shown} onInspect={setInspected} />
        )}
      </Card>
      {inspected !== undefined && (
        <Inspector
          seen={inspected}
          onClose={() => {
            setInspected(undefined);
          }}
        />
      )}
    </View>
  );
}

function Filters({
  filter,
  kind,
  onFilter,
  onKind,
}: {
  readonly filter: string;
  readonly kind: Kind;
  readonly onFilter: (filter: string) => void;
  readonly onKind: (kind: Kind) => void;
}): JSX.Element {
  const t = useTexts();
  return (
    <div className="row">
      <input
        className="input"
        style={{ flex: 1, width: 'auto', minWidth: '12rem' }}
        type="search"
        value={filter}
        aria-label={t('live.filter')}
        placeholder={t('live.filter')}
        onChange={(event) => {
          onFilter(event.target.value);
        }}
      />
      <select
        className="input inline"
        aria-label={t('live.kind')}
        value={kind}
        onChange={(event) => {
          onKind(kinds.find((each) => each === event.target.value) ?? 'all');
        }}
      >
        <option value="all">{t('live.kind.all')}</option>
        <option value="changes">{t('live.kind.changes')}</option>
        <option value="messages">{t('live.kind.messages')}</option>
      </select>
    </div>
  );
}

function SeenTable({
  items,
  onInspect,
}: {
  readonly items: readonly Seen[];
  readonly onInspect: (seen: Seen) => void;
}): JSX.Element {
  const t = useTexts();
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label={t('live.title')}>
      <table className="table">
        <thead>
          <tr>
            <th>{t('live.when')}</th>
            <th>{t('live.what')}</th>
            <th>{t('live.who')}</th>
            <th>{t('live.cause')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((seen) =>
            seen.kind === 'skipped' ? (
              <tr key={seen.key}>
                <td colSpan={4} className="quiet">
                  {t('live.skipped', { n: seen.n })}
                </td>
              </tr>
            ) : (
              <SeenRow key={seen.key} seen={seen} onInspect={onInspect} />
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}

function SeenRow({
  seen,
  onInspect,
}: {
  readonly seen: Exclude<Seen, { readonly kind: 'skipped' }>;
  readonly onInspect: (seen: Seen) => void;
}): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const at = seen.kind === 'change' ? seen.change.at : seen.message.timestamp;
  const who = seen.kind === 'change' ? seen.change.customer.displayId : (seen.message.customer ?? '');
  return (
    <tr>
      <td className="numbers quiet">
        <time dateTime={at} title={formats.exact(at)}>
          {formats.clock(at)}
        </time>
      </td>
      <td>
        <span className="row what">
          {seen.kind === 'change' ? (
            <ChangeIcon change={seen.change} />
          ) : (
            <CircleDot aria-hidden className="quiet" />
          )}
          <button
            type="button"
            className="link"
            onClick={() => {
              onInspect(seen);
            }}
          >
            {sentenceOfSeen(t, seen)}
          </button>
        </span>
      </td>
      <td>
        {who !== '' && (
          <Link to="/customers/$identifier" params={{ identifier: who }}>
            {who}
          </Link>
        )}
      </td>
      <td>
        {seen.kind === 'change' ? (
          <Badge tone={seen.change.cause === 'time' ? 'accent' : 'plain'}>
            {causeText(t, seen.change.cause)}
          </Badge>
        ) : (
          <span className="quiet">{seen.message.source}</span>
        )}
      </td>
    </tr>
  );
}

function sentenceOfSeen(t: Words, seen: Exclude<Seen, { readonly kind: 'skipped' }>): string {
  if (seen.kind === 'change') return sentenceOfChange(t, seen.change);
  const { type, name } = seen.message;
  return name === undefined ? type : `${type} · ${name}`;
}

function isOfKind(seen: Seen, kind: Kind): boolean {
  if (kind === 'all') return true;
  return (seen.kind === 'change') === (kind === 'changes');
}

function isWanted(seen: Seen, wanted: string): boolean {
  if (wanted === '') return true;
  if (seen.kind === 'skipped') return false;
  return textOf(seen).toLowerCase().includes(wanted);
}

function textOf(seen: Exclude<Seen, { readonly kind: 'skipped' }>): string {
  if (seen.kind === 'message') {
    const { type, name, customer, source, properties, traits } = seen.message;
    return [type, name, customer, source, JSON.stringify(properties ?? traits ?? {})].join(' ');
  }
  const { segment, lifecycle, from, to, customer } = seen.change;
  const names = customer.identifiers.map(({ value }) => value);
  return [segment, lifecycle, from, to, customer.displayId, ...names].join(' ');
}
