/**
 * Small fields that stand in a line: a text with suggestions, a number, a choice. A text counts when the field is left or Enter is
 * pressed, so that half a word is never a rule. What cannot count stays with what is wrong with it, and the rule as it was.
 */

import { type JSX, type ReactNode, useEffect, useState } from 'react';

import { useTexts } from '../../../texts/use-texts.ts';
import { Combobox, type Suggestion } from './combobox.tsx';

const none: readonly Suggestion[] = [];

export function NameField({
  label,
  value,
  suggestions = none,
  size = 16,
  refuse,
  isAdding,
  onChange,
  onType,
}: {
  readonly label: string;
  readonly value: string;
  /** What there is; without them it is a plain field. */
  readonly suggestions?: readonly Suggestion[] | undefined;
  readonly size?: number;
  /** What is wrong with what was typed. */
  readonly refuse?: (typed: string) => string | undefined;
  readonly isAdding?: boolean;
  readonly onChange: (value: string) => void;
  readonly onType?: (typed: string) => void;
}): JSX.Element {
  return (
    <Combobox
      label={label}
      value={value}
      suggestions={suggestions}
      size={size}
      refuse={refuse}
      isAdding={isAdding}
      onChange={onChange}
      onType={onType}
    />
  );
}

/** A text that has to be read: what cannot be is said at the field, and changes nothing. */
export function ReadField<T>({
  label,
  value,
  suggestions,
  size,
  read,
  expected,
  onChange,
  onType,
}: {
  readonly label: string;
  readonly value: string;
  readonly suggestions?: readonly Suggestion[];
  readonly size?: number;
  readonly read: (typed: string) => T | undefined;
  /** What is wrong with what cannot be read. */
  readonly expected: string;
  readonly onChange: (value: T) => void;
  readonly onType?: (typed: string) => void;
}): JSX.Element {
  return (
    <NameField
      label={label}
      value={value}
      suggestions={suggestions}
      {...(size === undefined ? {} : { size })}
      refuse={(typed) => (read(typed) === undefined ? expected : undefined)}
      onChange={(typed) => {
        const found = read(typed);
        if (found !== undefined) onChange(found);
      }}
      {...(onType === undefined ? {} : { onType })}
    />
  );
}

/** A number that counts while it is typed. */
export function NumberField({
  label,
  value,
  min,
  max,
  isWhole = false,
  onChange,
}: {
  readonly label: string;
  readonly value: number;
  readonly min?: number;
  readonly max?: number;
  readonly isWhole?: boolean;
  readonly onChange: (value: number) => void;
}): JSX.Element {
  const t = useTexts();
  const [typed, setTyped] = useState(String(value));
  useEffect(() => {
    // What is typed may be written otherwise: 1.0, or 1e3.
    setTyped((now) => (now !== '' && Number(now) === value ? now : String(value)));
  }, [value]);
  const n = typed.trim() === '' ? Number.NaN : Number(typed);
  const isRight =
    Number.isFinite(n) &&
    (min === undefined || n >= min) &&
    (max === undefined || n <= max) &&
    (!isWhole || Number.isInteger(n));
  return (
    <>
      <input
        className="input inline numbers"
        type="number"
        aria-label={label}
        value={typed}
        {...(min === undefined ? {} : { min })}
        {...(max === undefined ? {} : { max })}
        {...(isRight ? {} : { 'aria-invalid': true })}
        step={isWhole ? 1 : 'any'}
        style={{ width: '4.5rem' }}
        onChange={(event) => {
          const text = event.target.value;
          setTyped(text);
          const found = event.target.valueAsNumber;
          if (Number.isFinite(found) && event.target.validity.valid) onChange(found);
        }}
      />
      {!isRight && (
        <span className="problem" role="alert">
          {t('rule.problem.number')}
        </span>
      )}
    </>
  );
}

type Options<T extends string> = readonly (readonly [value: T, text: string])[];

export function Pick<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: T;
  readonly options: Options<T>;
  readonly onChange: (value: T) => void;
}): JSX.Element {
  return <GroupedPick<T> label={label} value={value} groups={[[undefined, options]]} onChange={onChange} />;
}

/** Choices under headings. */
export function GroupedPick<T extends string>({
  label,
  value,
  groups,
  onChange,
}: {
  readonly label: string;
  readonly value: T;
  readonly groups: readonly (readonly [heading: string | undefined, options: Options<T>])[];
  readonly onChange: (value: T) => void;
}): JSX.Element {
  const optionsOf = (options: Options<T>): ReactNode =>
    options.map(([option, text]) => (
      <option key={option} value={option}>
        {text}
      </option>
    ));
  return (
    <select
      className="input inline"
      aria-label={label}
      value={value}
      onChange={(event) => {
        onChange(event.target.value as T);
      }}
    >
      {groups.map(([heading, options]) =>
        heading === undefined ? (
          optionsOf(options)
        ) : (
          <optgroup key={heading} label={heading}>
            {optionsOf(options)}
          </optgroup>
        ),
      )}
    </select>
  );
}
