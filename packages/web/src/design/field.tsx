/** One question of a form: label, control, hint, and what is wrong with the answer, tied together for everybody. */

import { type ComponentProps, type JSX, useId } from 'react';

type Around = { readonly label: string; readonly hint?: string; readonly problem?: string | undefined };

export function TextField({ label, hint, problem, ...rest }: Around & ComponentProps<'input'>): JSX.Element {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} className="input" {...described(id, hint, problem)} {...rest} />
      <Beside id={id} hint={hint} problem={problem} />
    </div>
  );
}

/** A name that has to be given: blanks are none, and `missing` says so before anybody is asked. */
export function NameField({
  missing,
  ...rest
}: Around & ComponentProps<'input'> & { readonly missing: string }): JSX.Element {
  return (
    <TextField
      {...rest}
      required
      pattern=".*\S.*"
      onInvalid={({ currentTarget }) => {
        currentTarget.setCustomValidity(missing);
      }}
      onInput={({ currentTarget }) => {
        currentTarget.setCustomValidity('');
      }}
    />
  );
}

export function TextArea({
  label,
  hint,
  problem,
  ...rest
}: Around & ComponentProps<'textarea'>): JSX.Element {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea id={id} className="input" spellCheck={false} {...described(id, hint, problem)} {...rest} />
      <Beside id={id} hint={hint} problem={problem} />
    </div>
  );
}

export function Choice({
  label,
  hint,
  options,
  ...rest
}: Omit<Around, 'problem'> &
  ComponentProps<'select'> & {
    readonly options: readonly (readonly [value: string, text: string])[];
  }): JSX.Element {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="input" {...described(id, hint, undefined)} {...rest}>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      <Beside id={id} hint={hint} problem={undefined} />
    </div>
  );
}

function described(
  id: string,
  hint: string | undefined,
  problem: string | undefined,
): { readonly 'aria-describedby'?: string; readonly 'aria-invalid'?: true } {
  const by = [
    ...(hint === undefined ? [] : [`${id}-hint`]),
    ...(problem === undefined ? [] : [`${id}-problem`]),
  ];
  return {
    ...(by.length === 0 ? {} : { 'aria-describedby': by.join(' ') }),
    ...(problem === undefined ? {} : { 'aria-invalid': true }),
  };
}

function Beside({
  id,
  hint,
  problem,
}: {
  readonly id: string;
  readonly hint: string | undefined;
  readonly problem: string | undefined;
}): JSX.Element {
  return (
    <>
      {hint !== undefined && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {problem !== undefined && (
        <p className="problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </>
  );
}
