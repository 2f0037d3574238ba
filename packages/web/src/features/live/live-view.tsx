/** Everything that changes, as it changes: filtered, paused, looked at. */

import { Pause, Play, Radio } from 'lucide-react';
import { Link } from '@tanstack/react-router';
import { type JSX, useState } from 'react';

import type { Change } from '../../data/live-changes.ts';
import { useLive } from '../../data/use-live.ts';
import { Button } from '../../design/button.tsx';
import { Badge, Card, Empty, Notice, View } from '../../design/layout.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import { causeText, ChangeIcon, sentenceOfChange } from './change-list.tsx';

const shownMax = 200;

export function LiveView(): JSX.Element {
  const t = useTexts();
  const live = useLive();
  const [frozen, setFrozen] = useState<readonly Change[]>();
  const [filter, setFilter] = useState('');
  const changes = frozen ?? live.changes;
  const newest = frozen?.[0]?.seq;
  const waiting = newest === undefined ? 0 : live.changes.filter(({ seq }) => seq > newest).length;
  const wanted = filter.trim().toLowerCase();
  const shown = changes
    .filter((change) => wanted === '' || textOf(change).includes(wanted))
    .slice(0, shownMax);
  return (
    <View
      title={t('live.title')}
      about={t('live.about')}
      actions={
        <Button
          onClick={() => {
            setFrozen(frozen === undefined ? live.changes : undefined);
          }}
        >
          {frozen === undefined ? <Pause aria-hidden /> : <Play aria-hidden />}
          {t(frozen === undefined ? 'live.pause' : 'live.resume')}
        </Button>
      }
    >
      <input
        className="input"
        type="search"
        value={filter}
        aria-label={t('live.filter')}
        placeholder={t('live.filter')}
        onChange={(event) => {
          setFilter(event.target.value);
        }}
      />
      {live.hasGap && <Notice tone="warn">{t('live.gap')}</Notice>}
      {waiting > 0 && (
        <p role="status" className="quiet">
          {t('live.waiting', { n: waiting })}
        </p>
      )}
      <Card>
        {shown.length === 0 ? (
          <Empty icon={<Radio aria-hidden />} title={t('live.empty')}>
            <p>{t('overview.now.empty')}</p>
          </Empty>
        ) : (
          <ChangeTable changes={shown} />
        )}
      </Card>
    </View>
  );
}

function ChangeTable({ changes }: { readonly changes: readonly Change[] }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  return (
    <div className="scroll">
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
          {changes.map((change) => (
            <tr key={change.seq}>
              <td className="numbers quiet">
                <time dateTime={change.at} title={formats.exact(change.at)}>
                  {formats.clock(change.at)}
                </time>
              </td>
              <td>
                <span className="row">
                  <ChangeIcon change={change} />
                  {sentenceOfChange(t, change)}
                </span>
              </td>
              <td>
                <Link to="/customers/$identifier" params={{ identifier: change.customer.displayId }}>
                  {change.customer.displayId}
                </Link>
              </td>
              <td>
                <Badge tone={change.cause === 'time' ? 'accent' : 'plain'}>
                  {causeText(t, change.cause)}
                </Badge>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function textOf({ segment, lifecycle, from, to, customer }: Change): string {
  const names = customer.identifiers.map(({ value }) => value);
  return [segment, lifecycle, from, to, customer.displayId, ...names].join(' ').toLowerCase();
}
