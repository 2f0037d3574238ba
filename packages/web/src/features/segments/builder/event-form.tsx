/** Which events: of what kind, by which name, and what they had to say. */

import type { Condition, EventPattern, EventSource } from '@segue/core/rules/tree.ts';
import { type ComponentType, createContext, type JSX, use } from 'react';

import { useTexts } from '../../../texts/use-texts.ts';
import { NameField, Pick } from './fields.tsx';
import { textOf, textShown } from './literal-text.ts';
import { useEvents } from './seen.ts';
import { Unseen } from './unseen.tsx';

/**
 * What edits a `where`. It is given from above: it is made of the same parts as the rule around it, and events are one of those.
 */
export const FilterContext = createContext<
  | ComponentType<{
      readonly source: EventSource;
      readonly where: Condition | undefined;
      readonly onChange: (where: Condition | undefined) => void;
    }>
  | undefined
>(undefined);

type Kind = EventSource['kind'];
const kinds: readonly Kind[] = ['track', 'page', 'screen', 'prefix', 'any'];

/** The kind and the name, in one line. */
export function SourceFields({
  source,
  onChange,
}: {
  readonly source: EventSource;
  readonly onChange: (source: EventSource) => void;
}): JSX.Element {
  const t = useTexts();
  const { suggestions } = useEvents(source.kind);
  const name = source.kind === 'any' ? '' : source.kind === 'prefix' ? source.prefix : source.name;
  return (
    <>
      <Pick<Kind>
        label={t('rule.source')}
        value={source.kind}
        options={kinds.map((kind) => [kind, t(`rule.source.${kind}`)])}
        onChange={(kind) => {
          onChange(sourceOf(kind, name === '' ? 'Order Completed' : name));
        }}
      />
      {source.kind !== 'any' && (
        <NameField
          label={t('rule.event')}
          value={textShown(name)}
          suggestions={suggestions}
          size={20}
          refuse={(typed) => (nameOf(source.kind, typed) === '' ? t('rule.problem.empty') : undefined)}
          onChange={(typed) => {
            onChange(sourceOf(source.kind, nameOf(source.kind, typed)));
          }}
        />
      )}
    </>
  );
}

/** A name that never came, and the filters. */
export function EventDetails({
  events,
  onChange,
}: {
  readonly events: EventPattern;
  readonly onChange: (events: EventPattern) => void;
}): JSX.Element {
  const { source } = events;
  const { seen } = useEvents(source.kind);
  const FilterForm = use(FilterContext);
  return (
    <>
      {source.kind !== 'any' && source.kind !== 'prefix' && (
        <Unseen
          text="rule.unseen.event"
          name={source.name}
          seen={seen}
          onTake={(name) => {
            onChange({ ...events, source: { kind: source.kind, name } });
          }}
        />
      )}
      {FilterForm !== undefined && (
        <FilterForm
          source={source}
          where={events.where}
          onChange={(where) => {
            onChange(where === undefined ? { source } : { source, where });
          }}
        />
      )}
    </>
  );
}

/** What was typed, as a name; a beginning may well end in a space. */
function nameOf(kind: Kind, typed: string): string {
  const text = textOf(typed);
  return kind === 'prefix' || text !== typed ? text : text.trim();
}

function sourceOf(kind: Kind, name: string): EventSource {
  if (kind === 'any') return { kind };
  return kind === 'prefix' ? { kind, prefix: name } : { kind, name };
}
