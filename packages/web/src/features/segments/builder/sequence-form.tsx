/** Things in an order: one step below the other, each within a time of the one before, perhaps with one that did not follow. */

import type { Condition } from '@segue/core/rules/tree.ts';
import { Plus, X } from 'lucide-react';
import type { JSX, ReactNode } from 'react';

import { Button, IconButton } from '../../../design/button.tsx';
import { useTexts } from '../../../texts/use-texts.ts';
import { DurationForm } from './duration-form.tsx';
import { EventDetails, SourceFields } from './event-form.tsx';
import { ReadField } from './fields.tsx';
import { pathOf, pathText } from './literal-text.ts';
import { useProperties } from './seen.ts';
import {
  type Sequence,
  withAbsent,
  withEvents,
  withOn,
  withoutStep,
  withStep,
  withWindow,
  withWithin,
} from './sequence-edits.ts';
import { WindowDetails, WindowForm } from './window-form.tsx';

type Props = { readonly sequence: Sequence; readonly onChange: (condition: Condition) => void };

export function SequenceForm({ sequence, onChange }: Props): JSX.Element {
  const t = useTexts();
  const { steps, absent, window } = sequence;
  return (
    <div className="stack tight">
      <ol className="steps">
        {steps.map((_, i) => (
          <li key={i}>
            <Step sequence={sequence} step={i} onChange={onChange} />
          </li>
        ))}
        {absent !== undefined && (
          <li>
            <Absent sequence={sequence} absent={absent} onChange={onChange} />
          </li>
        )}
      </ol>
      <div className="row">
        <AddButton
          text={t('rule.sequence.addStep')}
          onClick={() => {
            onChange(withStep(sequence));
          }}
        />
        {absent === undefined && (
          <AddButton
            text={t('rule.sequence.addAbsent')}
            onClick={() => {
              onChange(withAbsent(sequence, 'usual'));
            }}
          />
        )}
      </div>
      <div className="row">
        <On sequence={sequence} onChange={onChange} />
      </div>
      <div className="row">
        <span className="quiet">{t('rule.sequence.ended')}</span>
        <WindowForm
          window={window}
          onChange={(chosen) => {
            onChange(withWindow(sequence, chosen));
          }}
        />
      </div>
      <WindowDetails
        window={window}
        onChange={(chosen) => {
          onChange(withWindow(sequence, chosen));
        }}
      />
    </div>
  );
}

function Step({ sequence, step: i, onChange }: Props & { readonly step: number }): JSX.Element {
  const t = useTexts();
  const step = sequence.steps[i];
  if (step === undefined) return <></>;
  return (
    <div className="stack tight">
      <div className="row">
        <span className="quiet">{t(i === 0 ? 'rule.sequence.first' : 'rule.sequence.then')}</span>
        <SourceFields
          source={step.events.source}
          onChange={(source) => {
            onChange(withEvents(sequence, i, { ...step.events, source }));
          }}
        />
        {i > 0 && (
          <Within
            within={step.within}
            onChange={(within) => {
              onChange(withWithin(sequence, i, within));
            }}
          />
        )}
        {sequence.steps.length > 1 && (
          <IconButton
            label={t('rule.remove')}
            onClick={() => {
              onChange(withoutStep(sequence, i));
            }}
          >
            <X aria-hidden />
          </IconButton>
        )}
      </div>
      <EventDetails
        events={step.events}
        onChange={(events) => {
          onChange(withEvents(sequence, i, events));
        }}
      />
    </div>
  );
}

/** However long after, or within a time. */
function Within({
  within,
  onChange,
}: {
  readonly within: string | undefined;
  readonly onChange: (within: string | undefined) => void;
}): JSX.Element {
  const t = useTexts();
  return (
    <>
      <label className="row quiet">
        <input
          type="checkbox"
          checked={within !== undefined}
          onChange={(event) => {
            onChange(event.target.checked ? '1d' : undefined);
          }}
        />
        {t('rule.sequence.within')}
      </label>
      {within !== undefined && (
        <DurationForm label={t('rule.sequence.within')} value={within} onChange={onChange} />
      )}
    </>
  );
}

function Absent({
  sequence,
  absent,
  onChange,
}: Props & { readonly absent: NonNullable<Sequence['absent']> }): JSX.Element {
  const t = useTexts();
  const { events, within } = absent;
  return (
    <div className="stack tight">
      <div className="row">
        <span className="quiet">{t('rule.sequence.not')}</span>
        <SourceFields
          source={events.source}
          onChange={(source) => {
            onChange(withAbsent(sequence, { events: { ...events, source }, within }));
          }}
        />
        <span className="quiet">{t('rule.sequence.within')}</span>
        <DurationForm
          label={t('rule.sequence.within')}
          value={within}
          onChange={(chosen) => {
            onChange(withAbsent(sequence, { events, within: chosen }));
          }}
        />
        <IconButton
          label={t('rule.remove')}
          onClick={() => {
            onChange(withAbsent(sequence, undefined));
          }}
        >
          <X aria-hidden />
        </IconButton>
      </div>
      <EventDetails
        events={events}
        onChange={(chosen) => {
          onChange(withAbsent(sequence, { events: chosen, within }));
        }}
      />
    </div>
  );
}

/** All steps about the same thing: one product, one cart. */
function On({ sequence, onChange }: Props): ReactNode {
  const t = useTexts();
  const { on, steps } = sequence;
  const source = steps[0]?.events.source ?? { kind: 'any' };
  const { suggestions } = useProperties(source);
  return (
    <>
      <label className="row quiet">
        <input
          type="checkbox"
          checked={on !== undefined}
          onChange={(event) => {
            onChange(withOn(sequence, event.target.checked ? ['product_id'] : undefined));
          }}
        />
        {t('rule.sequence.on')}
      </label>
      {on !== undefined && (
        <ReadField
          label={t('rule.sequence.on')}
          value={pathText(on)}
          suggestions={suggestions}
          read={pathOf}
          expected={t('rule.problem.property')}
          onChange={(path) => {
            onChange(withOn(sequence, path));
          }}
        />
      )}
    </>
  );
}

function AddButton({ text, onClick }: { readonly text: string; readonly onClick: () => void }): JSX.Element {
  return (
    <Button kind="plain" onClick={onClick}>
      <Plus aria-hidden />
      {text}
    </Button>
  );
}
