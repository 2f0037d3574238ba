/**
 * A field of one line that offers what there is: with how often, filtered while one types, chosen by keys or a click. Anything may be
 * typed; it counts when the field is left or Enter is pressed, so that half a word is never a rule.
 */

import { Popover } from 'radix-ui';
import { type JSX, type KeyboardEvent, useEffect, useId, useState } from 'react';

export type Suggestion = {
  readonly value: string;
  /** How often, or what kind. */
  readonly note?: string;
};

const shownMax = 60;

type Props = {
  readonly label: string;
  readonly value: string;
  readonly suggestions: readonly Suggestion[];
  readonly size: number;
  readonly onChange: (value: string) => void;
  /** Told of what is in the field, for suggestions that are looked for elsewhere. */
  readonly onType?: ((typed: string) => void) | undefined;
  /** What is wrong with what was typed; then it does not count, and stays for the person to mend. */
  readonly refuse?: ((typed: string) => string | undefined) | undefined;
  /** Empty again once something was taken: for fields that add to a list. */
  readonly isAdding?: boolean | undefined;
};

export function Combobox(props: Props): JSX.Element {
  const { label, size } = props;
  const id = useId();
  const { typed, problem, shown, active, isOpen, put, type, setOpen, onKeyDown } = useChoice(props);
  return (
    <Popover.Root
      open={isOpen}
      onOpenChange={(open) => {
        if (!open) setOpen(false);
      }}
    >
      <Popover.Anchor asChild>
        <input
          className="input inline"
          role="combobox"
          aria-label={label}
          aria-autocomplete="list"
          aria-expanded={isOpen}
          {...(isOpen ? { 'aria-controls': id } : {})}
          {...(isOpen && active >= 0 ? { 'aria-activedescendant': `${id}-${String(active)}` } : {})}
          {...(problem === undefined ? {} : { 'aria-invalid': true, 'aria-describedby': `${id}-problem` })}
          autoComplete="off"
          spellCheck={false}
          placeholder={label}
          size={size}
          value={typed}
          onChange={(event) => {
            type(event.target.value);
          }}
          onClick={() => {
            setOpen(true);
          }}
          onBlur={() => {
            put(typed);
          }}
          onKeyDown={onKeyDown}
        />
      </Popover.Anchor>
      {problem !== undefined && (
        <span className="problem" id={`${id}-problem`} role="alert">
          {problem}
        </span>
      )}
      {/* Not at the end of the page: it belongs to the view, and to whatever the field stands in. */}
      <Popover.Content
        id={id}
        role="listbox"
        aria-label={label}
        className="menu options"
        align="start"
        sideOffset={4}
        onOpenAutoFocus={keep}
        onCloseAutoFocus={keep}
      >
        {shown.map((suggestion, i) => (
          <Option
            key={suggestion.value}
            id={`${id}-${String(i)}`}
            suggestion={suggestion}
            isActive={i === active}
            onTake={() => {
              put(suggestion.value);
            }}
          />
        ))}
      </Popover.Content>
    </Popover.Root>
  );
}

/** What is typed, what of it is offered, which of these the keys are at. */
function useChoice({ value, suggestions, onChange, onType, refuse, isAdding = false }: Props) {
  const [typed, setTyped] = useState(value);
  const [problem, setProblem] = useState<string>();
  const [isWanted, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  useEffect(() => {
    setTyped(value);
    setProblem(undefined);
  }, [value]);
  // What is in the field already is no reason to hide the others.
  const shown = matching(suggestions, typed === value ? '' : typed);
  const isOpen = isWanted && shown.length > 0;
  const put = (text: string): void => {
    const wrong = text === value ? undefined : refuse?.(text);
    setTyped(isAdding && wrong === undefined ? '' : text);
    setProblem(wrong);
    setOpen(false);
    setActive(-1);
    onType?.('');
    if (text !== value && wrong === undefined) onChange(text);
  };
  const type = (text: string): void => {
    setTyped(text);
    setProblem(undefined);
    setOpen(true);
    setActive(-1);
    onType?.(text);
    // A name that is known comes whole.
    if (!isAdding && suggestions.some((one) => one.value === text)) onChange(text);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      if (shown.length > 0) setActive(next(active, event.key === 'ArrowDown' ? 1 : -1, shown.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      put((isOpen ? shown[active]?.value : undefined) ?? typed);
    } else if (event.key === 'Escape' && isOpen) {
      event.stopPropagation();
      setOpen(false);
      setTyped(value);
      setProblem(undefined);
    }
  };
  return { typed, problem, shown, active, isOpen, put, type, setOpen, onKeyDown };
}

function Option({
  id,
  suggestion: { value, note },
  isActive,
  onTake,
}: {
  readonly id: string;
  readonly suggestion: Suggestion;
  readonly isActive: boolean;
  readonly onTake: () => void;
}): JSX.Element {
  return (
    <div
      id={id}
      role="option"
      aria-selected={isActive}
      className="menu-item"
      {...(isActive ? { 'data-selected': 'true' } : {})}
      ref={(element) => {
        if (isActive) element?.scrollIntoView({ block: 'nearest' });
      }}
      // The field keeps the focus.
      onMouseDown={keep}
      onClick={onTake}
    >
      <span>{value}</span>
      {note !== undefined && <span className="quiet numbers">{note}</span>}
    </div>
  );
}

function keep(event: { readonly preventDefault: () => void }): void {
  event.preventDefault();
}

function next(active: number, step: 1 | -1, count: number): number {
  if (active < 0) return step === 1 ? 0 : count - 1;
  return (active + step + count) % count;
}

/** Those that begin with it first. */
function matching(suggestions: readonly Suggestion[], typed: string): readonly Suggestion[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return suggestions.slice(0, shownMax);
  const found = suggestions.filter(({ value }) => value.toLowerCase().includes(wanted));
  const begins = ({ value }: Suggestion): boolean => value.toLowerCase().startsWith(wanted);
  return [...found.filter(begins), ...found.filter((one) => !begins(one))].slice(0, shownMax);
}
