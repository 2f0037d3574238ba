/** What somebody did, how often or how much, when, and what the events had to say. */

import type { CompareOperator } from '@segue/core/rules/tree.ts';
import type { JSX } from 'react';

import { useTexts } from '../../../texts/use-texts.ts';
import { EventDetails, SourceFields } from './event-form.tsx';
import { NameField, NumberField, Pick } from './fields.tsx';
import { type Behaviour, compareOperators, type NumberFunction, numberFunctions } from './leaf-kinds.ts';
import { pathOf, pathText } from './literal-text.ts';
import { useProperties } from './seen.ts';
import { Unseen } from './unseen.tsx';
import { WindowForm } from './window-form.tsx';

type MeasureWord = 'did' | 'did_not' | 'count' | 'days' | NumberFunction;
type Props = { readonly behaviour: Behaviour; readonly onChange: (behaviour: Behaviour) => void };

export function BehaviourForm({ behaviour, onChange }: Props): JSX.Element {
  const { window } = behaviour;
  return (
    <div className="stack tight">
      <div className="row">
        <Measure behaviour={behaviour} onChange={onChange} />
        <SourceFields
          source={behaviour.events.source}
          onChange={(source) => {
            onChange({ ...behaviour, events: { ...behaviour.events, source } });
          }}
        />
        <Comparison behaviour={behaviour} onChange={onChange} />
        <WindowForm
          window={window}
          onChange={(chosen) => {
            onChange({ ...behaviour, window: chosen });
          }}
        />
      </div>
      <UnseenProperty behaviour={behaviour} onChange={onChange} />
      <EventDetails
        events={behaviour.events}
        onChange={(events) => {
          onChange({ ...behaviour, events });
        }}
      />
    </div>
  );
}

/** The property that is measured need not have come; it may be a slip. */
function UnseenProperty({ behaviour, onChange }: Props): JSX.Element | null {
  const { measure, events } = behaviour;
  const { seen } = useProperties(events.source);
  if (measure.kind !== 'aggregate') return null;
  return (
    <Unseen
      text="rule.unseen.property"
      name={pathText(measure.property)}
      seen={seen}
      onTake={(name) => {
        const property = pathOf(name);
        if (property !== undefined) onChange({ ...behaviour, measure: { ...measure, property } });
      }}
    />
  );
}

function wordOf({ measure }: Behaviour): MeasureWord {
  if (measure.kind === 'did') return measure.negated ? 'did_not' : 'did';
  return measure.kind === 'aggregate' ? measure.fn : measure.kind;
}

function Measure({ behaviour, onChange }: Props): JSX.Element {
  const t = useTexts();
  const { suggestions } = useProperties(behaviour.events.source);
  const { measure } = behaviour;
  const compared = measure.kind === 'did' ? { op: '>=' as const, than: 1 } : measure;
  const words: readonly MeasureWord[] = ['did', 'did_not', 'count', 'days', ...numberFunctions];
  return (
    <>
      <Pick<MeasureWord>
        label={t('rule.measure')}
        value={wordOf(behaviour)}
        options={words.map((word) => [word, t(`rule.measure.${word}`)])}
        onChange={(word) => {
          const { op, than } = compared;
          if (word === 'did' || word === 'did_not') {
            onChange({ ...behaviour, measure: { kind: 'did', negated: word === 'did_not' } });
          } else if (word === 'count' || word === 'days') {
            onChange({ ...behaviour, measure: { kind: word, op, than } });
          } else {
            const property = measure.kind === 'aggregate' ? measure.property : ['revenue'];
            onChange({ ...behaviour, measure: { kind: 'aggregate', fn: word, property, op, than } });
          }
        }}
      />
      {measure.kind === 'aggregate' && (
        <>
          <NameField
            label={t('rule.property')}
            value={pathText(measure.property)}
            suggestions={suggestions}
            size={10}
            onChange={(text) => {
              const property = pathOf(text);
              if (property !== undefined) onChange({ ...behaviour, measure: { ...measure, property } });
            }}
          />
          <span className="quiet">{t('rule.of')}</span>
        </>
      )}
    </>
  );
}

function Comparison({ behaviour, onChange }: Props): JSX.Element | null {
  const t = useTexts();
  const { measure } = behaviour;
  if (measure.kind === 'did') return null;
  return (
    <>
      <Pick<CompareOperator>
        label={t('rule.operator')}
        value={measure.op}
        options={compareOperators.map((op) => [op, op])}
        onChange={(op) => {
          onChange({ ...behaviour, measure: { ...measure, op } });
        }}
      />
      <NumberField
        label={t('rule.value')}
        value={measure.than}
        onChange={(than) => {
          onChange({ ...behaviour, measure: { ...measure, than } });
        }}
      />
    </>
  );
}
