/** Small fields that stand in a line: a name with suggestions, a number, a choice. */

import { type JSX, useEffect, useState } from 'react';

import { Combobox, type Suggestion } from './combobox.tsx';

/** A text that counts when the field is left or Enter is pressed, so that half a word is never a rule. */
export function NameField({
  label,
  value,
  suggestions,
  size = 16,
  onChange,
  onType,
}: {
  readonly label: string;
  readonly value: string;
  /** What there is; without them it is a plain field. */
  readonly suggestions?: readonly Suggestion[];
  readonly size?: number;
  readonly onChange: (value: string) => void;
  readonly onType?: (typed: string) => void;
}): JSX.Element {
  if (suggestions !== undefined) {
    return (
      <Combobox
        label={label}
        value={value}
        suggestions={suggestions}
        size={size}
        onChange={onChange}
        onType={onType}
      />
    );
  }
  return <PlainField label={label} value={value} size={size} onChange={onChange} />;
}

function PlainField({
  label,
  value,
  size,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly size: number;
  readonly onChange: (value: string) => void;
}): JSX.Element {
  const [typed, setTyped] = useState(value);
  useEffect(() => {
    setTyped(value);
  }, [value]);
  const settle = (): void => {
    if (typed !== value) onChange(typed);
  };
  return (
    <input
      className="input inline"
      aria-label={label}
      placeholder={label}
      size={size}
      value={typed}
      onChange={(event) => {
        setTyped(event.target.value);
      }}
      onBlur={settle}
      onKeyDown={(event) => {
        if (event.key === 'Enter') settle();
      }}
    />
  );
}

export function NumberField({
  label,
  value,
  min,
  onChange,
}: {
  readonly label: string;
  readonly value: number;
  readonly min?: number;
  readonly onChange: (value: number) => void;
}): JSX.Element {
  return (
    <input
      className="input inline numbers"
      type="number"
      aria-label={label}
      value={value}
      {...(min === undefined ? {} : { min })}
      step="any"
      style={{ width: '5rem' }}
      onChange={(event) => {
        const { valueAsNumber } = event.target;
        if (Number.isFinite(valueAsNumber)) onChange(valueAsNumber);
      }}
    />
  );
}

export function Pick<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [value: T, text: string])[];
  readonly onChange: (value: T) => void;
}): JSX.Element {
  return (
    <select
      className="input inline"
      aria-label={label}
      value={value}
      onChange={(event) => {
        onChange(event.target.value as T);
      }}
    >
      {options.map(([option, text]) => (
        <option key={option} value={option}>
          {text}
        </option>
      ))}
    </select>
  );
}
