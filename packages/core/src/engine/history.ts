/** What the engine knows of a customer, in the form that the plain interpreter reads. */

import type { Instant, JsonValue, Message } from '../model/message.ts';
import type { History, HistoryConsent, HistoryScore, ListSpell } from '../rules/interpreter-history.ts';
import type { FactLog } from './facts.ts';
import { channelOfKey, nameOfKey, topicOfKey } from './facts.ts';
import { NEVER, type Profile } from './profile.ts';

/** `messages` are the customer's events; facts come from the profile. */
export function historyOf(p: Profile, messages: readonly Message[]): History {
  const facts = [...(p.facts ?? [])];
  const future = p.future ?? [];
  const known = Math.min(p.bornAt, future[0]?.time ?? NEVER);
  const events = [...messages, ...future].flatMap(({ kind, name, time, messageId, properties }) =>
    kind === 'track' || kind === 'page' || kind === 'screen'
      ? [{ kind, name, time, messageId, properties }]
      : [],
  );
  return {
    bornAt: known === NEVER ? undefined : known,
    sampleId: p.sampleId,
    events,
    identifies: [...facts.flatMap(identifiesOf), ...future.filter(({ kind }) => kind === 'identify')],
    scores: facts.flatMap(scoresOf),
    consents: facts.flatMap(consentsOf),
    lists: new Map(facts.flatMap(spellsOf)),
  };
}

type Fact = readonly [string, FactLog];
type Entry = { readonly time: Instant; readonly messageId: string; readonly value: JsonValue | undefined };

function entriesOf(fact: FactLog): readonly Entry[] {
  return fact.times.map((time, i) => ({ time, messageId: fact.ids[i] ?? '', value: fact.values[i] }));
}

function identifiesOf([key, fact]: Fact): History['identifies'] {
  const root = nameOfKey(key, 'trait');
  if (root === undefined) return [];
  return entriesOf(fact).map(({ time, messageId, value }) => ({
    time,
    messageId,
    traits: { [root]: value ?? null },
  }));
}

function scoresOf([key, fact]: Fact): readonly HistoryScore[] {
  const name = nameOfKey(key, 'score');
  if (name === undefined) return [];
  return entriesOf(fact).flatMap(({ time, value }) =>
    typeof value === 'number' ? [{ name, value, at: time }] : [],
  );
}

/** Those given through the API: the others are events. */
function consentsOf([key, fact]: Fact): readonly HistoryConsent[] {
  const channel = channelOfKey(key);
  if (channel === undefined) return [];
  const topic = topicOfKey(key);
  return entriesOf(fact)
    .filter(({ messageId }) => messageId === '')
    .map(({ time, value }) => ({
      channel,
      status: value === true ? 'subscribed' : 'unsubscribed',
      at: time,
      ...(topic === undefined ? {} : { topic }),
    }));
}

function spellsOf([key, fact]: Fact): readonly (readonly [string, readonly ListSpell[]])[] {
  const name = nameOfKey(key, 'list');
  if (name === undefined) return [];
  const entries = entriesOf(fact);
  const spells = entries.flatMap(({ time, value }, i): readonly ListSpell[] => {
    if (value !== true) return [];
    const until = entries[i + 1]?.time;
    return [until === undefined ? { from: time } : { from: time, until }];
  });
  return [[name, spells]];
}
