/** What would happen if: events, traits and time, tried on a copy of the customer. Nothing does happen. */

import type { PlainValue } from '@segue/core/engine/explain-findings.ts';
import { useMutation } from '@tanstack/react-query';
import { FlaskConical, Plus, Trash2 } from 'lucide-react';
import { type JSX, useState } from 'react';

import { api } from '../../data/client.ts';
import { Refused } from '../../data/refused.tsx';
import { Button, IconButton } from '../../design/button.tsx';
import { Choice, TextField } from '../../design/field.tsx';
import { Card, Notice } from '../../design/layout.tsx';
import { useSpeech } from '../../texts/use-speech.ts';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import type { WhatIf } from './asked.ts';
import { type DraftStep, emptyStep, type StepKind, stepOf, stepsMax } from './what-if-steps.ts';
import { MoveList } from './move-list.tsx';
import { WhyTree } from './why-tree.tsx';

export function WhatIfBox({
  identifier,
  events,
}: {
  readonly identifier: string;
  /** Names that come to mind: those that the customer has done. */
  readonly events: readonly string[];
}): JSX.Element {
  const t = useTexts();
  const [steps, setSteps] = useState<readonly DraftStep[]>([emptyStep('event', events[0] ?? '')]);
  const asked = useMutation({
    mutationFn: (drafts: readonly DraftStep[]) =>
      api.call('tryWhatIf', { path: { identifier }, body: { steps: drafts.map(stepOf) } }),
  });
  const change = (place: number, step: DraftStep): void => {
    setSteps(steps.with(place, step));
  };
  return (
    <Card title={t('whatIf.title')}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          asked.mutate(steps);
        }}
      >
        <p className="quiet">{t('whatIf.about')}</p>
        {steps.map((step, place) => (
          <Step
            key={place}
            step={step}
            place={place}
            events={events}
            onChange={(next) => {
              change(place, next);
            }}
            onRemove={
              steps.length === 1
                ? undefined
                : () => {
                    setSteps(steps.toSpliced(place, 1));
                  }
            }
          />
        ))}
        <div className="row">
          <Button
            disabled={steps.length >= stepsMax}
            onClick={() => {
              setSteps([...steps, emptyStep('wait', '7d')]);
            }}
          >
            <Plus aria-hidden />
            {t('whatIf.add')}
          </Button>
          <Button kind="primary" type="submit" disabled={asked.isPending}>
            <FlaskConical aria-hidden />
            {t('whatIf.try')}
          </Button>
        </div>
      </form>
      <div aria-live="polite" className="stack">
        <Refused error={asked.error} />
        {asked.data !== undefined && <Outcome of={asked.data} />}
      </div>
    </Card>
  );
}

const kinds = ['event', 'trait', 'wait'] as const satisfies readonly StepKind[];
const kindTexts = { event: 'whatIf.event', trait: 'whatIf.trait', wait: 'whatIf.wait' } as const;

function Step({
  step,
  place,
  events,
  onChange,
  onRemove,
}: {
  readonly step: DraftStep;
  readonly place: number;
  readonly events: readonly string[];
  readonly onChange: (step: DraftStep) => void;
  readonly onRemove: (() => void) | undefined;
}): JSX.Element {
  const t = useTexts();
  const set: Setter = (field) => (event) => {
    onChange({ ...step, [field]: event.currentTarget.value });
  };
  const names = `what-if-events-${String(place)}`;
  return (
    <fieldset className="what-if-step">
      <legend className="visually-hidden">{t('whatIf.step', { n: place + 1 })}</legend>
      <Choice
        label={t('whatIf.kind')}
        value={step.kind}
        options={kinds.map((kind) => [kind, t(kindTexts[kind])])}
        onChange={({ currentTarget: { value } }) => {
          const kind = kinds.find((one) => one === value) ?? 'event';
          onChange(emptyStep(kind, kind === 'wait' ? '7d' : ''));
        }}
      />
      {step.kind === 'wait' ? (
        <TextField
          label={t('whatIf.duration')}
          value={step.name}
          placeholder="7d"
          onChange={set('name')}
          required
        />
      ) : (
        <Said step={step} names={names} events={events} set={set} />
      )}
      {onRemove !== undefined && (
        <IconButton label={t('whatIf.remove')} onClick={onRemove}>
          <Trash2 aria-hidden />
        </IconButton>
      )}
    </fieldset>
  );
}

type Setter = (
  field: 'name' | 'value' | 'at',
) => (event: { readonly currentTarget: { value: string } }) => void;

/** What an event or trait is, and with which values. */
function Said({
  step,
  names,
  events,
  set,
}: {
  readonly step: DraftStep;
  readonly names: string;
  readonly events: readonly string[];
  readonly set: Setter;
}): JSX.Element {
  const t = useTexts();
  const isEvent = step.kind === 'event';
  return (
    <div className="what-if-said">
      <TextField
        label={t(kindTexts[step.kind])}
        value={step.name}
        list={isEvent ? names : undefined}
        placeholder={isEvent ? 'Order Completed' : 'plan'}
        onChange={set('name')}
        required
      />
      <TextField
        label={t(isEvent ? 'whatIf.properties' : 'whatIf.value')}
        value={step.value}
        placeholder={isEvent ? 'revenue: 80, category: shoes' : 'pro'}
        onChange={set('value')}
      />
      {isEvent && (
        <TextField label={t('whatIf.at')} type="datetime-local" value={step.at} onChange={set('at')} />
      )}
      <datalist id={names}>
        {events.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </div>
  );
}

function Outcome({ of }: { readonly of: WhatIf }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const speech = useSpeech();
  return (
    <div className="stack">
      <h3>{t('whatIf.outcome', { date: formats.exact(of.until) })}</h3>
      {of.cut && <Notice tone="warn">{t('whatIf.cut')}</Notice>}
      {of.restsOnOthers && <p className="quiet">{t('whatIf.others')}</p>}
      {of.notices.map((notice) => (
        <Notice key={notice} tone="warn">
          {notice}
        </Notice>
      ))}
      {of.changes.length === 0 ? <p>{t('whatIf.nothing')}</p> : <MoveList moves={of.changes} />}
      {speech !== undefined && of.values.length > 0 && (
        <dl className="was-is">
          {of.values.map(({ of: value, english, before, after }) => (
            <div key={value} style={{ display: 'contents' }}>
              <dt title={value}>{speech.finding({ of: value, english })}</dt>
              <dd className="numbers">
                {speech.found(before as PlainValue)} → <strong>{speech.found(after as PlainValue)}</strong>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {of.why.map(({ segment, explanation }) => (
        <details key={segment}>
          <summary>{t('whatIf.why', { segment })}</summary>
          <WhyTree explanation={explanation} />
        </details>
      ))}
    </div>
  );
}
