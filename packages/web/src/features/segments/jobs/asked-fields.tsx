/** What a backtest and a suggestion are both asked: from when and until when, which outcome, within how long. */

import { useQuery } from '@tanstack/react-query';
import { type JSX, useId, useState } from 'react';

import { useZone } from '../../../charts/period.tsx';
import { seenEventsQuery } from '../../../data/authoring-queries.ts';
import { Choice, TextField } from '../../../design/field.tsx';
import { useTexts } from '../../../texts/use-texts.ts';

export type Asked = {
  /** The first day, as in 2026-01-31. */
  readonly from: string;
  /** The last one, up to now unless given. */
  readonly lastDay?: string;
  readonly outcome: string;
  readonly within: string;
};

const dayMs = 86_400_000;
const daysBack = 180;
const withins = ['7d', '14d', '30d', '60d', '90d'] as const;

/** At first half a year, and whether they buy within a month. */
export function useAsked(): readonly [Asked, (asked: Asked) => void] {
  const zone = useZone();
  return useState<Asked>(() => ({
    from: zone.format(zone.daysBefore(Date.now(), daysBack)).slice(0, 10),
    outcome: 'Order Completed',
    within: '30d',
  }));
}

/** As the API asks for it: up to where a day begins. */
export function periodAsked({ lastDay, ...rest }: Asked): Omit<Asked, 'lastDay'> & { readonly to?: string } {
  const begins = lastDay === undefined ? NaN : Date.parse(lastDay);
  return Number.isNaN(begins) ? rest : { ...rest, to: new Date(begins + dayMs).toISOString().slice(0, 10) };
}

export function AskedFields({
  asked,
  onChange,
}: {
  readonly asked: Asked;
  readonly onChange: (asked: Asked) => void;
}): JSX.Element {
  const t = useTexts();
  const list = useId();
  const today = useZone().format(Date.now()).slice(0, 10);
  const events = useQuery(seenEventsQuery).data?.items ?? [];
  return (
    <>
      <TextField
        label={t('asked.from')}
        type="date"
        value={asked.from}
        max={asked.lastDay ?? today}
        required
        onChange={(event) => {
          onChange({ ...asked, from: event.target.value });
        }}
      />
      <TextField
        label={t('asked.to')}
        type="date"
        value={asked.lastDay ?? ''}
        max={today}
        onChange={({ target: { value } }) => {
          const { lastDay: _, ...rest } = asked;
          onChange(value === '' ? rest : { ...rest, lastDay: value });
        }}
      />
      <TextField
        label={t('asked.outcome')}
        value={asked.outcome}
        required
        list={list}
        onChange={(event) => {
          onChange({ ...asked, outcome: event.target.value });
        }}
      />
      <datalist id={list}>
        {events
          .filter(({ kind }) => kind === 'track')
          .map(({ name }) => (
            <option key={name} value={name} />
          ))}
      </datalist>
      <Choice
        label={t('asked.within')}
        value={asked.within}
        options={withins.map((each) => [each, t('asked.days', { n: Number.parseInt(each, 10) })])}
        onChange={(event) => {
          onChange({ ...asked, within: event.target.value });
        }}
      />
    </>
  );
}
