/** A length of time: a number and a unit; what is made of several units is written as text. */

import type { JSX } from 'react';

import { useTexts } from '../../../texts/use-texts.ts';
import { NameField, NumberField, Pick } from './fields.tsx';

type Unit = 'm' | 'h' | 'd' | 'w';
const units: readonly Unit[] = ['m', 'h', 'd', 'w'];

export function DurationForm({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (duration: string) => void;
}): JSX.Element {
  const t = useTexts();
  const plain = plainDuration(value);
  if (plain === undefined) {
    return (
      <NameField
        label={label}
        value={value}
        size={6}
        onChange={(typed) => {
          if (isDuration(typed)) onChange(typed);
        }}
      />
    );
  }
  const [n, unit] = plain;
  return (
    <>
      <NumberField
        label={label}
        value={n}
        min={1}
        onChange={(chosen) => {
          if (chosen > 0) onChange(`${String(chosen)}${unit}`);
        }}
      />
      <Pick<Unit>
        label={t('rule.unit')}
        value={unit}
        options={units.map((each) => [each, t(`rule.unit.${each}`)])}
        onChange={(chosen) => {
          onChange(`${String(n)}${chosen}`);
        }}
      />
    </>
  );
}

/** `1d12h` */
export function isDuration(text: string): boolean {
  return /^(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/.test(text);
}

/** A duration of one unit that is a choice of the form. */
export function plainDuration(text: string): readonly [n: number, unit: Unit] | undefined {
  const found = /^(\d+(?:\.\d+)?)([mhdw])$/.exec(text);
  return found === null ? undefined : [Number(found[1]), found[2] as Unit];
}
