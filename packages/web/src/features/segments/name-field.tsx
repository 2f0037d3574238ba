/** The name of a new segment: what is wrong with it is said while it is typed, with one that would do. */

import { definitionNameCharactersMax } from '@segue/core/base/limits.ts';
import type { JSX } from 'react';

import { TextField } from '../../design/field.tsx';
import { useTexts, type Words } from '../../texts/use-texts.ts';
import type { NameFault, NameTrouble } from './segment-name.ts';

export function NameField({
  name,
  trouble,
  isAsked,
  onChange,
}: {
  readonly name: string;
  readonly trouble: NameTrouble | undefined;
  /** Whether somebody tried to save: then a name is missing. */
  readonly isAsked: boolean;
  readonly onChange: (name: string) => void;
}): JSX.Element {
  const t = useTexts();
  const isSaid = trouble !== undefined && (isAsked || trouble.fault !== 'missing');
  const proposal = isSaid ? trouble.proposal : undefined;
  return (
    <div>
      <TextField
        label={t('builder.name')}
        hint={t('builder.name.hint')}
        value={name}
        autoFocus
        autoComplete="off"
        spellCheck={false}
        problem={isSaid ? nameSentence(t, trouble.fault, name) : undefined}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      />
      <p className="sentence" aria-live="polite">
        {proposal !== undefined && (
          <button
            type="button"
            className="link"
            onClick={() => {
              onChange(proposal);
            }}
          >
            {t('builder.name.take', { name: proposal })}
          </button>
        )}
      </p>
    </div>
  );
}

export function nameSentence(t: Words, fault: NameFault, name: string): string {
  switch (fault) {
    case 'missing':
      return t('builder.name.missing');
    case 'wrong':
      return t('builder.name.wrong');
    case 'long':
      return t('builder.name.long', { n: definitionNameCharactersMax });
    case 'reserved':
      return t('builder.name.reserved', { name });
    case 'taken':
      return t('builder.name.taken', { name });
  }
}
