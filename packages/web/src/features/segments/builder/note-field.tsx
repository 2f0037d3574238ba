/** Notes of those who wrote a condition: the comments of its text. */

import { type JSX, useEffect, useState } from 'react';

import { useTexts } from '../../../texts/use-texts.ts';

export function NoteField({
  notes,
  isNew,
  onChange,
}: {
  readonly notes: string;
  /** Just asked for: the keys are in it. */
  readonly isNew: boolean;
  readonly onChange: (notes: string) => void;
}): JSX.Element {
  const t = useTexts();
  const [typed, setTyped] = useState(notes);
  useEffect(() => {
    setTyped(notes);
  }, [notes]);
  return (
    <textarea
      className="input short note"
      aria-label={t('rule.note')}
      placeholder={t('rule.note')}
      rows={typed.split('\n').length}
      value={typed}
      autoFocus={isNew}
      onChange={(event) => {
        setTyped(event.target.value);
      }}
      onBlur={() => {
        if (typed !== notes || isNew) onChange(typed);
      }}
    />
  );
}
