/** A fixed value: a number, a length of time, a date, or a text with what has come; and several of them, one of which it must be. */

import type { DurationLiteral, Literal } from '@segue/core/rules/tree.ts';
import { X } from 'lucide-react';
import type { JSX } from 'react';

import { useTexts } from '../../../texts/use-texts.ts';
import type { Suggestion } from './combobox.tsx';
import { DateField } from './date-field.tsx';
import { DurationForm } from './duration-form.tsx';
import { NameField, NumberField, Pick } from './fields.tsx';
import { literalOf, literalText, textOf, textShown } from './literal-text.ts';

type Props = {
  readonly value: Literal;
  readonly onChange: (value: Literal) => void;
};
type LiteralKind = Literal['kind'];
type Sign = 'plus' | 'minus';

const kinds: readonly LiteralKind[] = ['number', 'string', 'boolean', 'date', 'duration'];

/** A fixed value that stands alone, of any kind. */
export function LiteralField({ value, onChange }: Props): JSX.Element {
  const t = useTexts();
  return (
    <>
      <Pick<LiteralKind>
        label={t('rule.literal')}
        value={value.kind}
        options={kinds.map((kind) => [kind, t(`rule.measure.literal.${kind}`)])}
        onChange={(kind) => {
          onChange(kind === value.kind ? value : beginnings[kind]);
        }}
      />
      <TypedField value={value} isSigned onChange={onChange} />
    </>
  );
}

const beginnings: Readonly<Record<LiteralKind, Literal>> = {
  number: { kind: 'number', value: 1 },
  string: { kind: 'string', value: '' },
  boolean: { kind: 'boolean', value: true },
  date: { kind: 'date', text: '2026-01-01' },
  duration: { kind: 'duration', text: '30d' },
};

/** A fixed value of one kind: the field that fits it. */
export function TypedField({
  value,
  isSigned = false,
  onChange,
}: Props & {
  /** Whether a length of time may well be one that is negative. */
  readonly isSigned?: boolean;
}): JSX.Element {
  const t = useTexts();
  const label = t('rule.value');
  switch (value.kind) {
    case 'number':
      return (
        <NumberField
          label={label}
          value={value.value}
          onChange={(n) => {
            onChange({ ...value, value: n });
          }}
        />
      );
    case 'string':
      return (
        <NameField
          label={label}
          value={textShown(value.value)}
          onChange={(typed) => {
            onChange({ ...value, value: textOf(typed) });
          }}
        />
      );
    case 'boolean':
      return (
        <Pick
          label={label}
          value={String(value.value)}
          options={[
            ['true', t('rule.true')],
            ['false', t('rule.false')],
          ]}
          onChange={(chosen) => {
            onChange({ ...value, value: chosen === 'true' });
          }}
        />
      );
    case 'date':
      return <DateField label={label} value={value} onChange={onChange} />;
    case 'duration':
      return <SignedDuration value={value} isSigned={isSigned} onChange={onChange} />;
  }
}

/** What lies ahead has a time since that is negative, and what is past a time until. */
function SignedDuration({
  value,
  isSigned,
  onChange,
}: {
  readonly value: DurationLiteral;
  readonly isSigned: boolean;
  readonly onChange: (value: Literal) => void;
}): JSX.Element {
  const t = useTexts();
  const put = (text: string, sign: Sign): void => {
    onChange({ kind: 'duration', text, ...(sign === 'minus' ? { negative: true } : {}) });
  };
  const sign: Sign = value.negative === true ? 'minus' : 'plus';
  return (
    <>
      {(isSigned || sign === 'minus') && (
        <Pick<Sign>
          label={t('rule.sign')}
          value={sign}
          options={[
            ['plus', '+'],
            ['minus', '−'],
          ]}
          onChange={(chosen) => {
            put(value.text, chosen);
          }}
        />
      )}
      <DurationForm
        label={t('rule.value')}
        value={value.text}
        onChange={(text) => {
          put(text, sign);
        }}
      />
    </>
  );
}

/** A fixed value of any kind as people type it. */
export function FreeField({ value, suggestions, onType, onChange }: Props & Offers): JSX.Element {
  const t = useTexts();
  return (
    <NameField
      label={t('rule.value')}
      value={literalText(value)}
      suggestions={suggestions}
      onType={onType}
      onChange={(typed) => {
        onChange(literalOf(typed));
      }}
    />
  );
}

type Offers = {
  readonly suggestions: readonly Suggestion[];
  readonly onType: (typed: string) => void;
};

/** As many as one looks through; of longer lists the rest stands in the text. */
const shownMax = 40;

/** Several values, one of which it must be. The last one stays. */
export function ValuesField({
  values,
  suggestions,
  onType,
  onChange,
}: Offers & {
  readonly values: readonly Literal[];
  readonly onChange: (values: readonly Literal[]) => void;
}): JSX.Element {
  const t = useTexts();
  const texts = values.map(literalText);
  const rest = values.length - shownMax;
  return (
    <>
      <ul className="chips" aria-label={t('rule.values')}>
        {texts.slice(0, shownMax).map((text, i) => (
          <li key={`${text} ${String(i)}`} className="chip">
            <span>{text === '' ? '""' : text}</span>
            <button
              type="button"
              aria-label={t('rule.values.remove', { name: text })}
              disabled={values.length === 1}
              onClick={() => {
                onChange(values.filter((_, j) => i !== j));
              }}
            >
              <X aria-hidden />
            </button>
          </li>
        ))}
        {rest > 0 && <li className="quiet">{t('rule.values.more', { n: rest })}</li>}
      </ul>
      <NameField
        label={t('rule.values.add')}
        value=""
        size={10}
        isAdding
        suggestions={suggestions.filter(({ value }) => !texts.includes(value))}
        onType={onType}
        onChange={(typed) => {
          const literal = literalOf(typed);
          if (!texts.includes(literalText(literal))) onChange([...values, literal]);
        }}
      />
    </>
  );
}
