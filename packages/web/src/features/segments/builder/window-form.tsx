/** When something must have happened. What has no field here is written as text. */

import { formatWindow } from '@segue/core/rules/format.ts';
import { parseWindow } from '@segue/core/rules/parse.ts';
import type { CalendarUnit, Window } from '@segue/core/rules/tree.ts';
import type { JSX } from 'react';

import { useTexts } from '../../../texts/use-texts.ts';
import { DurationForm, plainDuration } from './duration-form.tsx';
import { NameField, NumberField, Pick } from './fields.tsx';

type Kind = 'ever' | 'last' | 'calendar' | 'since' | 'text';

const beginnings: Readonly<Record<Exclude<Kind, 'ever'>, Window>> = {
  last: { kind: 'last', duration: '30d' },
  calendar: { kind: 'calendar', n: 1, unit: 'month' },
  since: { kind: 'since', from: { kind: 'date', text: '2026-01-01' } },
  text: { kind: 'ago', from: '60d', to: '30d' },
};

export function WindowForm({
  window,
  onChange,
}: {
  readonly window: Window | undefined;
  readonly onChange: (window: Window | undefined) => void;
}): JSX.Element {
  const t = useTexts();
  const kind = kindOf(window);
  return (
    <>
      <Pick<Kind>
        label={t('rule.when')}
        value={kind}
        options={[
          ['ever', t('rule.window.ever')],
          ['last', t('rule.window.last')],
          ['calendar', t('rule.window.calendar')],
          ['since', t('rule.window.since')],
          ['text', t('rule.window.other')],
        ]}
        onChange={(chosen) => {
          onChange(chosen === 'ever' ? undefined : beginnings[chosen]);
        }}
      />
      {window !== undefined && <Details window={window} onChange={onChange} />}
    </>
  );
}

function kindOf(window: Window | undefined): Kind {
  if (window === undefined) return 'ever';
  if (window.kind === 'last') return plainDuration(window.duration) === undefined ? 'text' : 'last';
  return window.kind === 'calendar' || window.kind === 'since' ? window.kind : 'text';
}

function Details({
  window,
  onChange,
}: {
  readonly window: Window;
  readonly onChange: (window: Window) => void;
}): JSX.Element {
  const t = useTexts();
  if (window.kind === 'last' && plainDuration(window.duration) !== undefined) {
    return (
      <DurationForm
        label={t('rule.window.last')}
        value={window.duration}
        onChange={(duration) => {
          onChange({ kind: 'last', duration });
        }}
      />
    );
  }
  if (window.kind === 'calendar') return <Calendar window={window} onChange={onChange} />;
  if (window.kind === 'since') {
    return (
      <input
        className="input inline"
        type="date"
        aria-label={t('rule.window.since')}
        value={window.from.text.slice(0, 10)}
        onChange={(event) => {
          if (event.target.value !== '') {
            onChange({ kind: 'since', from: { kind: 'date', text: event.target.value } });
          }
        }}
      />
    );
  }
  return (
    <NameField
      label={t('rule.window.other')}
      value={formatWindow(window)}
      onChange={(text) => {
        const { tree } = parseWindow(text);
        if (tree !== undefined) onChange(tree);
      }}
    />
  );
}

function Calendar({
  window,
  onChange,
}: {
  readonly window: Extract<Window, { readonly kind: 'calendar' }>;
  readonly onChange: (window: Window) => void;
}): JSX.Element {
  const t = useTexts();
  return (
    <>
      <NumberField
        label={t('rule.window.calendar')}
        value={window.n}
        min={1}
        onChange={(n) => {
          if (Number.isInteger(n) && n > 0) onChange({ ...window, n });
        }}
      />
      <Pick<CalendarUnit>
        label={t('rule.unit')}
        value={window.unit}
        options={(['day', 'week', 'month', 'quarter', 'year'] as const).map((unit) => [
          unit,
          t(`rule.unit.${unit}`),
        ])}
        onChange={(unit) => {
          onChange({ ...window, unit });
        }}
      />
    </>
  );
}
