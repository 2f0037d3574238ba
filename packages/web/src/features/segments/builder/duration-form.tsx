/** A length of time: a number and a unit; what is made of several units is written as text. */

import { readDuration } from '@segue/core/rules/parse-literal.ts';
import type { JSX } from 'react';

import { useTexts } from '../../../texts/use-texts.ts';
import { NumberField, Pick, ReadField } from './fields.tsx';

type Unit = 'ms' | 's' | 'm' | 'h' | 'd' | 'w';
const units: readonly Unit[] = ['s', 'm', 'h', 'd', 'w'];

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
      <ReadField
        label={label}
        value={value}
        size={6}
        read={durationOf}
        expected={t('rule.problem.duration')}
        onChange={onChange}
      />
    );
  }
  const [n, unit] = plain;
  const put = (chosen: number, chosenUnit: Unit): void => {
    const duration = durationOf(`${String(chosen)}${chosenUnit}`);
    if (duration !== undefined) onChange(duration);
  };
  return (
    <>
      <NumberField
        label={label}
        value={n}
        min={0}
        onChange={(chosen) => {
          put(chosen, unit);
        }}
      />
      <Pick<Unit>
        label={t('rule.unit')}
        value={unit}
        options={(unit === 'ms' ? [unit, ...units] : units).map((each) => [each, t(`rule.unit.${each}`)])}
        onChange={(chosen) => {
          put(n, chosen);
        }}
      />
    </>
  );
}

/** `1d12h`, as it is written; undefined where it is none. */
function durationOf(text: string): string | undefined {
  const trimmed = text.trim();
  return readDuration(trimmed).ok ? trimmed : undefined;
}

/** A duration of one unit, whose number is written as the form writes it. */
export function plainDuration(text: string): readonly [n: number, unit: Unit] | undefined {
  const found = /^(\d+(?:\.\d+)?)(ms|[smhdw])$/.exec(text);
  const n = Number(found?.[1]);
  return found !== null && String(n) === found[1] ? [n, found[2] as Unit] : undefined;
}
