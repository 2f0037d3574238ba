/** Small fields that stand in a line: a name with suggestions, a number, a choice. */

import { type JSX, useEffect, useId, useState } from 'react';

/** A text that counts when the field is left or Enter is pressed, so that half a word is never a rule. */
export function NameField({
  label,
  value,
  suggestions = [],
  size = 16,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly suggestions?: readonly string[];
  readonly size?: number;
  readonly onChange: (value: string) => void;
}): JSX.Element {
  const id = useId();
  const [typed, setTyped] = useState(value);
  useEffect(() => {
    setTyped(value);
  }, [value]);
  const settle = (): void => {
    if (typed !== value) onChange(typed);
  };
  return (
    <>
      <input
        className="input inline"
        aria-label={label}
        placeholder={label}
        size={size}
        value={typed}
        {...(suggestions.length === 0 ? {} : { list: id })}
        onChange={(event) => {
          setTyped(event.target.value);
          // A suggestion that was chosen comes whole.
          if (suggestions.includes(event.target.value)) onChange(event.target.value);
        }}
        onBlur={settle}
        onKeyDown={(event) => {
          if (event.key === 'Enter') settle();
        }}
      />
      {suggestions.length > 0 && (
        <datalist id={id}>
          {suggestions.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      )}
    </>
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
      style={{ width: '6rem' }}
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
