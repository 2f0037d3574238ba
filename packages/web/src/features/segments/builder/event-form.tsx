/** Which events: of what kind, by which name, and what they had to say. */

import type { EventPattern, EventSource } from '@segue/core/rules/tree.ts';
import type { JSX } from 'react';

import { useTexts } from '../../../texts/use-texts.ts';
import { NameField, Pick } from './fields.tsx';
import { FilterForm } from './filter-form.tsx';
import { useEvents } from './seen.ts';
import { Unseen } from './unseen.tsx';

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
          value={name}
          suggestions={suggestions}
          size={20}
          onChange={(typed) => {
            if (typed.trim() !== '') onChange(sourceOf(source.kind, typed.trim()));
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
      <FilterForm
        source={source}
        where={events.where}
        onChange={(where) => {
          onChange(where === undefined ? { source } : { source, where });
        }}
      />
    </>
  );
}

function sourceOf(kind: Kind, name: string): EventSource {
  if (kind === 'any') return { kind };
  return kind === 'prefix' ? { kind, prefix: name } : { kind, name };
}
