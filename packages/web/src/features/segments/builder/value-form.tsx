/**
 * Any value of a rule. Its line says what it is, with the fields that fit beside it; its details stand below: what events had to say,
 * and the values that it is made of, each a form of the same kind.
 */

import type { ArithmeticOperator, EventSource, RfmPart, Value } from '@segue/core/rules/tree.ts';
import { Plus, X } from 'lucide-react';
import { createContext, type JSX, type ReactNode, use } from 'react';

import { Button, IconButton } from '../../../design/button.tsx';
import { useTexts, type Words } from '../../../texts/use-texts.ts';
import { EventDetails, SourceFields } from './event-form.tsx';
import { GroupedPick, Pick, ReadField } from './fields.tsx';
import { LiteralField } from './literal-field.tsx';
import { pathOf, pathText, traitPathOf, traitText } from './literal-text.ts';
import { nameOf, NamesContext } from './names.ts';
import { useProperties, useTraits } from './seen.ts';
import { Unseen } from './unseen.tsx';
import {
  customerKinds,
  eventKinds,
  type EventValue,
  isEventValue,
  isLiteral,
  kindOf,
  madeKinds,
  standingKinds,
  usualLiteral,
  type ValueKind,
  withKind,
} from './values.ts';
import { WindowDetails, WindowForm } from './window-form.tsx';

/** Within `where`: the events whose properties are asked. */
export const SourceContext = createContext<EventSource | undefined>(undefined);

type Is<K extends Value['kind']> = Extract<Value, { readonly kind: K }>;
type Props<V extends Value = Value> = { readonly value: V; readonly onChange: (value: Value) => void };

/** A value with its kind, its line and its details: one that stands within another, or on the other side of a comparison. */
export function ValueForm({ value, onChange }: Props): JSX.Element {
  const t = useTexts();
  const { kinds, names } = useKinds();
  return (
    <div className="stack tight value">
      <div className="row">
        <GroupedPick<ValueKind>
          label={t('rule.measure')}
          value={kindOf(value)}
          groups={kinds}
          onChange={(kind) => {
            onChange(withKind(value, kind, names));
          }}
        />
        <ValueLine value={value} onChange={onChange} />
      </div>
      <ValueDetails value={value} onChange={onChange} />
    </div>
  );
}

type Groups = readonly (readonly [string, readonly (readonly [ValueKind, string])[]])[];

/** What a value may be here, and the names that there are. */
export function useKinds() {
  const t = useTexts();
  const names = use(NamesContext);
  const isWhere = use(SourceContext) !== undefined;
  return { kinds: isWhere ? kindsOfWhere(t) : kindsOf(t), names };
}

function kindsOf(t: Words): Groups {
  const named = (kinds: readonly ValueKind[]): readonly (readonly [ValueKind, string])[] =>
    kinds.map((kind) => [kind, t(`rule.measure.${kind}`)]);
  return [
    [t('rule.kinds.did'), named(eventKinds)],
    [t('rule.kinds.are'), named(customerKinds)],
    [t('rule.kinds.standing'), named(standingKinds)],
    [t('rule.kinds.made'), named(madeKinds)],
  ];
}

function kindsOfWhere(t: Words): Groups {
  const kinds: readonly ValueKind[] = ['property', ...madeKinds];
  return [[t('rule.kinds.event'), kinds.map((kind) => [kind, t(`rule.measure.${kind}`)])]];
}

/** The fields that stand in a line. */
export function ValueLine({ value, onChange }: Props): ReactNode {
  const t = useTexts();
  const names = use(NamesContext);
  if (isEventValue(value)) return <EventLine value={value} onChange={onChange} />;
  if (isLiteral(value)) return <LiteralField value={value} onChange={onChange} />;
  switch (value.kind) {
    case 'trait':
      return <TraitField value={value} onChange={onChange} />;
    case 'property':
      return <PropertyField value={value} onChange={onChange} />;
    case 'age_in_segment':
      return (
        <Pick
          label={t('rule.segment')}
          value={value.segment}
          options={choices(value.segment, names.segments)}
          onChange={(segment) => {
            onChange({ ...value, segment });
          }}
        />
      );
    case 'stage':
      return (
        <Pick
          label={t('nav.lifecycles')}
          value={value.lifecycle}
          options={choices(value.lifecycle, [...names.stages.keys()])}
          onChange={(lifecycle) => {
            onChange({ ...value, lifecycle });
          }}
        />
      );
    case 'score':
      return (
        <ReadField
          label={t('rule.measure.score')}
          value={value.name}
          suggestions={names.scores.map((name) => ({ value: name }))}
          size={10}
          read={nameOf}
          expected={t('rule.problem.name')}
          onChange={(name) => {
            onChange({ ...value, name });
          }}
        />
      );
    case 'rfm':
      return <RfmFields value={value} onChange={onChange} />;
    case 'age':
    case 'until':
    case 'days_until_anniversary':
    case 'percentile':
    case 'quintile':
    case 'coalesce':
    case 'arithmetic':
      return null;
  }
}

/** One that is named, though it may not be there, and those that are. */
export function choices(named: string, known: readonly string[]): readonly (readonly [string, string])[] {
  return [...new Set([named, ...known])].map((name) => [name, name]);
}

function EventLine({ value, onChange }: Props<EventValue>): JSX.Element {
  const t = useTexts();
  const { events, window } = value;
  const { suggestions } = useProperties(events.source);
  return (
    <>
      {value.kind === 'aggregate' && (
        <>
          <ReadField
            label={t('rule.property')}
            value={pathText(value.property)}
            suggestions={suggestions}
            size={10}
            read={pathOf}
            expected={t('rule.problem.property')}
            onChange={(property) => {
              onChange({ ...value, property });
            }}
          />
          <span className="quiet">{t('rule.of')}</span>
        </>
      )}
      <SourceFields
        source={events.source}
        onChange={(source) => {
          onChange({ ...value, events: { ...events, source } });
        }}
      />
      <WindowForm
        window={window}
        onChange={(chosen) => {
          const { window: _, ...rest } = value;
          onChange(chosen === undefined ? rest : { ...rest, window: chosen });
        }}
      />
    </>
  );
}

function TraitField({ value, onChange }: Props<Is<'trait'>>): JSX.Element {
  const t = useTexts();
  const { suggestions } = useTraits();
  return (
    <ReadField
      label={t('rule.trait')}
      value={traitText(value.path)}
      suggestions={suggestions}
      read={traitPathOf}
      expected={t('rule.problem.trait')}
      onChange={(path) => {
        onChange({ kind: 'trait', path });
      }}
    />
  );
}

const anyEvent: EventSource = { kind: 'any' };

function PropertyField({ value, onChange }: Props<Is<'property'>>): JSX.Element {
  const t = useTexts();
  const { suggestions } = useProperties(use(SourceContext) ?? anyEvent);
  return (
    <ReadField
      label={t('rule.property')}
      value={pathText(value.path)}
      suggestions={suggestions}
      read={pathOf}
      expected={t('rule.problem.property')}
      onChange={(path) => {
        onChange({ kind: 'property', path });
      }}
    />
  );
}

const rfmParts: readonly RfmPart[] = ['group', 'recency', 'frequency', 'monetary'];

function RfmFields({ value, onChange }: Props<Is<'rfm'>>): JSX.Element {
  const t = useTexts();
  const { rfm } = use(NamesContext);
  const model = value.model ?? 'default';
  const models = choices(model, rfm);
  return (
    <>
      <Pick<RfmPart>
        label={t('rule.rfm.part')}
        value={value.part}
        options={rfmParts.map((part) => [part, t(`rule.measure.rfm.${part}`)])}
        onChange={(part) => {
          onChange({ ...value, part });
        }}
      />
      {models.length > 1 && (
        <Pick
          label={t('rule.rfm.model')}
          value={model}
          options={models}
          onChange={(chosen) => {
            const { model: _, ...rest } = value;
            onChange(chosen === 'default' ? rest : { ...rest, model: chosen });
          }}
        />
      )}
    </>
  );
}

/** What stands below the line. */
export function ValueDetails({ value, onChange }: Props): ReactNode {
  if (isEventValue(value)) return <EventValueDetails value={value} onChange={onChange} />;
  switch (value.kind) {
    case 'trait':
      return <UnseenTrait value={value} onChange={onChange} />;
    case 'property':
      return <UnseenProperty value={value} onChange={onChange} />;
    case 'age':
    case 'until':
    case 'days_until_anniversary':
    case 'percentile':
    case 'quintile':
      return (
        <Within>
          <ValueForm
            value={value.of}
            onChange={(of) => {
              onChange({ ...value, of });
            }}
          />
        </Within>
      );
    case 'arithmetic':
      return <Arithmetic value={value} onChange={onChange} />;
    case 'coalesce':
      return <Coalesce value={value} onChange={onChange} />;
    case 'number':
    case 'string':
    case 'boolean':
    case 'date':
    case 'duration':
    case 'age_in_segment':
    case 'stage':
    case 'score':
    case 'rfm':
      return null;
  }
}

function Within({ children }: { readonly children: ReactNode }): JSX.Element {
  return <div className="within">{children}</div>;
}

function EventValueDetails({ value, onChange }: Props<EventValue>): JSX.Element {
  const { seen } = useProperties(value.events.source);
  return (
    <>
      {value.kind === 'aggregate' && (
        <Unseen
          text="rule.unseen.property"
          name={pathText(value.property)}
          seen={seen}
          onTake={(name) => {
            const property = pathOf(name);
            if (property !== undefined) onChange({ ...value, property });
          }}
        />
      )}
      <EventDetails
        events={value.events}
        onChange={(events) => {
          onChange({ ...value, events });
        }}
      />
      <WindowDetails
        window={value.window}
        onChange={(window) => {
          onChange({ ...value, window });
        }}
      />
    </>
  );
}

function UnseenTrait({ value, onChange }: Props<Is<'trait'>>): JSX.Element {
  const { seen } = useTraits();
  return (
    <Unseen
      text="rule.unseen.trait"
      name={traitText(value.path.slice(0, 1))}
      seen={seen}
      onTake={(name) => {
        const path = traitPathOf(name);
        if (path !== undefined) onChange({ kind: 'trait', path });
      }}
    />
  );
}

function UnseenProperty({ value, onChange }: Props<Is<'property'>>): JSX.Element {
  const { seen } = useProperties(use(SourceContext) ?? anyEvent);
  return (
    <Unseen
      text="rule.unseen.property"
      name={pathText(value.path)}
      seen={seen}
      onTake={(name) => {
        const path = pathOf(name);
        if (path !== undefined) onChange({ kind: 'property', path });
      }}
    />
  );
}

const operators: readonly (readonly [ArithmeticOperator, string])[] = [
  ['+', '+'],
  ['-', '−'],
  ['*', '×'],
  ['/', '÷'],
];

function Arithmetic({ value, onChange }: Props<Is<'arithmetic'>>): JSX.Element {
  const t = useTexts();
  return (
    <Within>
      <ValueForm
        value={value.left}
        onChange={(left) => {
          onChange({ ...value, left });
        }}
      />
      <div className="row">
        <Pick<ArithmeticOperator>
          label={t('rule.arithmetic')}
          value={value.op}
          options={operators}
          onChange={(op) => {
            onChange({ ...value, op });
          }}
        />
      </div>
      <ValueForm
        value={value.right}
        onChange={(right) => {
          onChange({ ...value, right });
        }}
      />
    </Within>
  );
}

function Coalesce({ value, onChange }: Props<Is<'coalesce'>>): JSX.Element {
  const t = useTexts();
  const names = use(NamesContext);
  const { values } = value;
  const [first] = values;
  return (
    <Within>
      {values.map((each, i) => (
        <div key={i} className="removable">
          <ValueForm
            value={each}
            onChange={(changed) => {
              onChange({ ...value, values: values.map((one, j) => (i === j ? changed : one)) });
            }}
          />
          <IconButton
            label={t('rule.remove')}
            disabled={values.length === 1}
            onClick={() => {
              onChange({ ...value, values: values.filter((_, j) => i !== j) });
            }}
          >
            <X aria-hidden />
          </IconButton>
        </div>
      ))}
      <Button
        kind="plain"
        onClick={() => {
          if (first !== undefined) onChange({ ...value, values: [...values, usualLiteral(first, names)] });
        }}
      >
        <Plus aria-hidden />
        {t('rule.coalesce.add')}
      </Button>
    </Within>
  );
}
