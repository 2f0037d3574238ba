/** What needs attention, in sentences, and where the messages come from. */

import { CircleCheck } from 'lucide-react';
import type { JSX } from 'react';

import type { OverviewNow } from '../../data/live-overview.ts';
import { Badge, Notice } from '../../design/layout.tsx';
import { useRefusals } from '../../texts/use-refusals.ts';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import { type Matter, mattersOf } from './attention.ts';

export function NeedsAttention({ overview }: { readonly overview: OverviewNow }): JSX.Element {
  const t = useTexts();
  const matters = mattersOf(overview);
  if (matters.length === 0) {
    return (
      <p className="all-well quiet">
        <CircleCheck aria-hidden size={16} />
        {t('overview.attention.none')}
      </p>
    );
  }
  return (
    <div className="stack">
      {matters.map((matter) => (
        <MatterNotice key={keyOf(matter)} matter={matter} now={Date.parse(overview.at)} />
      ))}
    </div>
  );
}

function keyOf(matter: Matter): string {
  if (matter.kind === 'silent') return `silent ${matter.source}`;
  return matter.kind === 'webhook' ? `webhook ${matter.id}` : matter.kind;
}

function MatterNotice({ matter, now }: { readonly matter: Matter; readonly now: number }): JSX.Element {
  const t = useTexts();
  const refusalOf = useRefusals();
  const formats = useFormats();
  switch (matter.kind) {
    case 'intake':
      return <Notice tone="bad">{t('overview.matter.intake', { message: refusalOf(matter) })}</Notice>;
    case 'silent': {
      const { source, since } = matter;
      return (
        <Notice tone="warn">{t('overview.matter.silent', { source, ago: formats.ago(since, now) })}</Notice>
      );
    }
    case 'refused': {
      const { messages: n, since } = matter;
      return <Notice tone="warn">{t('overview.matter.refused', { n, ago: formats.ago(since, now) })}</Notice>;
    }
    case 'history':
      return (
        <Notice tone="warn">
          {t(matter.state === 'away' ? 'overview.matter.history' : 'overview.matter.rebuilding')}
        </Notice>
      );
    case 'behind': {
      const { seconds, entries } = matter;
      return <Notice tone="warn">{t('overview.matter.behind', { seconds, entries })}</Notice>;
    }
    case 'webhook': {
      const { url, since } = matter;
      return (
        <Notice tone="bad">{t('overview.matter.webhook', { url, ago: formats.ago(since, now) })}</Notice>
      );
    }
    case 'building': {
      const { revision, share } = matter;
      return <Notice>{t('overview.matter.building', { revision, share: formats.percent(share) })}</Notice>;
    }
  }
}

export function Sources({ overview }: { readonly overview: OverviewNow }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const now = Date.parse(overview.at);
  return (
    <div className="table-scroll">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('overview.sources.name')}</th>
            <th scope="col">{t('overview.sources.today')}</th>
            <th scope="col">{t('overview.sources.last')}</th>
          </tr>
        </thead>
        <tbody>
          {overview.sources.map(({ name, today, lastAt, silent }) => (
            <tr key={name}>
              <td>{name}</td>
              <td className="numbers">{formats.number(today)}</td>
              <td title={formats.exact(lastAt)}>
                {formats.ago(lastAt, now)}{' '}
                {silent && <Badge tone="warn">{t('overview.sources.silent')}</Badge>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
