/** A date, chosen from a calendar; with a time of day it is written: in the workspace's time zone, or with an offset. */

import { readDate } from '@segue/core/rules/parse-literal.ts';
import type { DateLiteral } from '@segue/core/rules/tree.ts';
import { Clock } from 'lucide-react';
import { type JSX, useEffect, useState } from 'react';

import { IconButton } from '../../../design/button.tsx';
import { useTexts } from '../../../texts/use-texts.ts';
import { ReadField } from './fields.tsx';

export function DateField({
  label,
  value: { text },
  onChange,
}: {
  readonly label: string;
  readonly value: DateLiteral;
  readonly onChange: (date: DateLiteral) => void;
}): JSX.Element {
  const t = useTexts();
  const put = (chosen: string): void => {
    onChange({ kind: 'date', text: chosen });
  };
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    return (
      <ReadField
        label={label}
        value={text}
        size={18}
        read={dateOf}
        expected={t('rule.problem.date')}
        onChange={put}
      />
    );
  }
  return (
    <>
      <Day label={label} value={text} onChange={put} />
      <IconButton
        label={t('rule.withTime')}
        onClick={() => {
          put(`${text}T00:00`);
        }}
      >
        <Clock aria-hidden />
      </IconButton>
    </>
  );
}

/** Half a date, which the browser gives as an empty text, counts for nothing and stays to be finished. */
function Day({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (day: string) => void;
}): JSX.Element {
  const [chosen, setChosen] = useState(value);
  useEffect(() => {
    setChosen(value);
  }, [value]);
  return (
    <input
      className="input inline"
      type="date"
      aria-label={label}
      value={chosen}
      onChange={(event) => {
        setChosen(event.target.value);
        if (dateOf(event.target.value) !== undefined) onChange(event.target.value);
      }}
      onBlur={() => {
        setChosen(value);
      }}
    />
  );
}

function dateOf(typed: string): string | undefined {
  const trimmed = typed.trim();
  return readDate(trimmed).ok ? trimmed : undefined;
}
