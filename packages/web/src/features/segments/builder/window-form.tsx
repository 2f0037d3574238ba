/** When something must have happened: the choice and its fields stand in a line; events within a window have details below. */

import type { CalendarUnit, Window } from '@segue/core/rules/tree.ts';
import type { JSX } from 'react';

import { useTexts } from '../../../texts/use-texts.ts';
import { DateField } from './date-field.tsx';
import { DurationForm } from './duration-form.tsx';
import { EventDetails, SourceFields } from './event-form.tsx';
import { NumberField, Pick } from './fields.tsx';
import { type WindowKind, windowKindOf, windowKinds, withWindowKind } from './windows.ts';

export function WindowForm({
  window,
  onChange,
}: {
  readonly window: Window | undefined;
  readonly onChange: (window: Window | undefined) => void;
}): JSX.Element {
  const t = useTexts();
  return (
    <>
      <Pick<WindowKind>
        label={t('rule.when')}
        value={windowKindOf(window)}
        options={windowKinds.map((kind) => [kind, t(`rule.window.${kind}`)])}
        onChange={(kind) => {
          onChange(withWindowKind(window, kind, new Date().toISOString().slice(0, 10)));
        }}
      />
      {window !== undefined && <Fields window={window} onChange={onChange} />}
    </>
  );
}

/** What the events of a window had to say. */
export function WindowDetails({
  window,
  onChange,
}: {
  readonly window: Window | undefined;
  readonly onChange: (window: Window) => void;
}): JSX.Element | null {
  const t = useTexts();
  if (window?.kind !== 'after_last') return null;
  return (
    <div className="within">
      <span className="quiet">{t('rule.window.details')}</span>
      <EventDetails
        events={window.events}
        onChange={(events) => {
          onChange({ ...window, events });
        }}
      />
    </div>
  );
}

type Props<W extends Window = Window> = { readonly window: W; readonly onChange: (window: Window) => void };
type Is<K extends Window['kind']> = Extract<Window, { readonly kind: K }>;

function Fields({ window, onChange }: Props): JSX.Element {
  const t = useTexts();
  switch (window.kind) {
    case 'last':
      return (
        <DurationForm
          label={t('rule.window.last')}
          value={window.duration}
          onChange={(duration) => {
            onChange({ ...window, duration });
          }}
        />
      );
    case 'ago':
      return <Ago window={window} onChange={onChange} />;
    case 'calendar':
      return <Calendar window={window} onChange={onChange} />;
    case 'since':
      return (
        <DateField
          label={t('rule.window.since')}
          value={window.from}
          onChange={(from) => {
            onChange({ ...window, from });
          }}
        />
      );
    case 'before':
      return (
        <DateField
          label={t('rule.window.before')}
          value={window.to}
          onChange={(to) => {
            onChange({ ...window, to });
          }}
        />
      );
    case 'between':
      return <Between window={window} onChange={onChange} />;
    case 'after_last':
      return (
        <SourceFields
          source={window.events.source}
          onChange={(source) => {
            onChange({ ...window, events: { ...window.events, source } });
          }}
        />
      );
  }
}

function Ago({ window, onChange }: Props<Is<'ago'>>): JSX.Element {
  const t = useTexts();
  return (
    <>
      <DurationForm
        label={t('rule.window.from')}
        value={window.from}
        onChange={(from) => {
          onChange({ ...window, from });
        }}
      />
      <span className="quiet">{t('rule.window.and')}</span>
      <DurationForm
        label={t('rule.window.to')}
        value={window.to}
        onChange={(to) => {
          onChange({ ...window, to });
        }}
      />
      <span className="quiet">{t('rule.window.isAgo')}</span>
    </>
  );
}

function Between({ window, onChange }: Props<Is<'between'>>): JSX.Element {
  const t = useTexts();
  return (
    <>
      <DateField
        label={t('rule.window.from')}
        value={window.from}
        onChange={(from) => {
          onChange({ ...window, from });
        }}
      />
      <span className="quiet">{t('rule.window.untilDate')}</span>
      <DateField
        label={t('rule.window.to')}
        value={window.to}
        onChange={(to) => {
          onChange({ ...window, to });
        }}
      />
    </>
  );
}

function Calendar({ window, onChange }: Props<Is<'calendar'>>): JSX.Element {
  const t = useTexts();
  return (
    <>
      <NumberField
        label={t('rule.window.calendar')}
        value={window.n}
        min={1}
        isWhole
        onChange={(n) => {
          onChange({ ...window, n });
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
