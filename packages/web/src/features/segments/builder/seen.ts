/**
 * What fields offer: what has come, with how often, before what definitions in force speak of and what shops usually send.
 * Where history does not answer only the latter is offered, and nothing is said to be unknown.
 */

import { useQuery } from '@tanstack/react-query';
import { use, useDeferredValue, useMemo } from 'react';

import type { EventSource } from '@segue/core/rules/tree.ts';

import {
  seenEventsQuery,
  seenPropertiesQuery,
  seenPropertyValuesQuery,
  seenTraitsQuery,
  seenTraitValuesQuery,
  type SeenValues,
} from '../../../data/authoring-queries.ts';
import { useFormats } from '../../../texts/use-texts.ts';
import type { Suggestion } from './combobox.tsx';
import { seenText } from './literal-text.ts';
import { NamesContext } from './names.ts';

export type Offered = {
  readonly suggestions: readonly Suggestion[];
  /** All that has come; undefined where nobody knows. */
  readonly seen: readonly string[] | undefined;
};

export type OfferedValues = {
  /** As they stand in a field. */
  readonly suggestions: readonly Suggestion[];
  /** Every value there is; undefined where there are more, or nobody knows. */
  readonly seen: readonly string[] | undefined;
};

export function useEvents(kind: EventSource['kind']): Offered {
  const formats = useFormats();
  const { events: usual } = use(NamesContext);
  const { data } = useQuery(seenEventsQuery);
  return useMemo(() => {
    const come = data?.items.filter((event) => event.kind === (kind === 'prefix' ? 'track' : kind)) ?? [];
    const known = come.map(({ name, events }) => ({ value: name, note: formats.number(events) }));
    // Before the first event nothing is unknown.
    const seen = data === undefined || data.items.length === 0 ? undefined : come.map(({ name }) => name);
    return { suggestions: kind === 'track' ? withUsual(known, usual) : known, seen };
  }, [data, kind, usual]);
}

/** Of the events of a pattern. */
export function useProperties(source: EventSource): Offered {
  const formats = useFormats();
  const { properties: usual } = use(NamesContext);
  const isSeen = useIsSeen(source);
  const { kind, name } = named(source);
  const { data } = useQuery({ ...seenPropertiesQuery(kind, name), enabled: isSeen });
  return useMemo(() => {
    const known = (data?.items ?? []).map(({ path, share }) => ({
      value: path,
      note: formats.percent(share),
    }));
    const seen = data?.items.map(({ path }) => path);
    return { suggestions: withUsual(known, seen === undefined ? usual : []), seen };
  }, [data, usual]);
}

/** @param typed - what is looked for */
export function useValues(source: EventSource, property: string, typed: string): OfferedValues {
  const isSeen = useIsSeen(source);
  const { kind, name } = named(source);
  const like = useDeferredValue(typed);
  const query = useQuery({ ...seenPropertyValuesQuery(kind, name, property, like), enabled: isSeen });
  return useOfferedValues(query.data, like);
}

export function useTraits(): Offered {
  const formats = useFormats();
  const { traits: usual } = use(NamesContext);
  const { data } = useQuery(seenTraitsQuery);
  return useMemo(() => {
    const known = (data?.items ?? []).map(({ path, customers }) => ({
      value: path,
      note: formats.number(customers),
    }));
    const seen =
      data === undefined || data.items.length === 0 ? undefined : data.items.map(({ path }) => path);
    return { suggestions: withUsual(known, usual), seen };
  }, [data, usual]);
}

export function useTraitValues(trait: string, typed: string): OfferedValues {
  const { seen = [] } = useTraits();
  const like = useDeferredValue(typed);
  const isSeen = seen.some((one) => one === trait || trait.startsWith(`${one}.`));
  const { data } = useQuery({ ...seenTraitValuesQuery(trait, like), enabled: isSeen });
  return useOfferedValues(data, like);
}

function useOfferedValues(data: SeenValues | undefined, like: string): OfferedValues {
  const formats = useFormats();
  return useMemo(() => {
    const found = data?.values ?? [];
    const isWhole = data !== undefined && like === '' && !data.withheld && data.different === found.length;
    return {
      suggestions: found.map(({ value, count }) => ({ value: seenText(value), note: formats.number(count) })),
      seen: isWhole && found.length > 0 ? found.map(({ value }) => seenText(value)) : undefined,
    };
  }, [data, like]);
}

function useIsSeen(source: EventSource): boolean {
  const { data } = useQuery(seenEventsQuery);
  const { kind, name } = named(source);
  return data?.items.some((event) => event.kind === kind && event.name === name) ?? false;
}

function named(source: EventSource): { readonly kind: 'track' | 'page' | 'screen'; readonly name: string } {
  return source.kind === 'any' || source.kind === 'prefix' ? { kind: 'track', name: '' } : source;
}

function withUsual(known: readonly Suggestion[], usual: readonly string[]): readonly Suggestion[] {
  const names = new Set(known.map(({ value }) => value));
  return [...known, ...usual.filter((name) => !names.has(name)).map((value) => ({ value }))];
}
