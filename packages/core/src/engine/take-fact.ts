/**
 * Facts: traits, scores, consents. Where a rule asks about the past, or history is kept, older values are kept too.
 */

import type { Cause } from '../model/change.ts';
import type { ConsentInput, Input } from '../model/input.ts';
import type { Identifier, Instant, JsonValue } from '../model/message.ts';
import { defaultChannel } from '../rules/interpreter-consent.ts';
import type { Applied } from './engine.ts';
import { type EngineState, NO_NOTICES } from './engine-state.ts';
import { channelKey, FactLog, scoreKey, topicKey } from './facts.ts';
import type { Profile } from './profile.ts';
import { ANY_CONSENT } from './scope.ts';

/** A score computed elsewhere, as of its own time or now if that is yet to come. */
export function takeScore(
  state: EngineState,
  { customer, name, value, at }: Input & { kind: 'score' },
): Applied {
  return takeFact(state, customer, scoreKey(name), value, at, 'score');
}

/** A consent given or withdrawn through the API. */
export function takeConsent(
  state: EngineState,
  { customer, channel, topic, status, at }: ConsentInput,
): Applied {
  const key = consentKey(channel ?? defaultChannel, topic);
  return takeFact(state, customer, key, status === 'subscribed', at, 'identify');
}

/** Consent to a channel as a whole, or to a topic on it. */
export function consentKey(channel: string, topic: string | undefined): string {
  return topic === undefined ? channelKey(channel) : topicKey(channel, topic);
}

function takeFact(
  state: EngineState,
  customer: Identifier,
  key: string,
  value: number | boolean,
  at: Instant,
  cause: Cause,
): Applied {
  const id = state.identity.owner(customer.kind, customer.value);
  const p = id === undefined ? undefined : state.profiles.use(id);
  if (p === undefined) return { ignored: 'unknown_customer', notices: NO_NOTICES };
  const now = state.now;
  const time = Math.min(at, now);
  if (typeof value === 'number') setFact(state, p, key, time, '', value, now);
  else setConsent(state, p, key, time, '', value, now);
  state.machine.because(cause);
  state.machine.settle(p, now);
  state.enqueue(p);
  return { profile: p.id, notices: NO_NOTICES };
}

/** Writes a fact of a customer as of `time`, and looks at what rests on it. */
export function setFact(
  state: EngineState,
  p: Profile,
  key: string,
  time: Instant,
  id: string,
  value: JsonValue,
  now: Instant,
): void {
  const changed = factOf(p, key).set(time, id, value ?? undefined, keepsHistoryOf(state, key));
  if (changed) state.machine.touchFact(p, key, time, now);
}

export function setConsent(
  state: EngineState,
  p: Profile,
  key: string,
  time: Instant,
  id: string,
  value: boolean,
  now: Instant,
): void {
  const history = keepsHistoryOf(state, key) || state.plan.factHistory.has(ANY_CONSENT);
  if (factOf(p, key).set(time, id, value, history)) state.machine.touchConsent(p, key, time, now);
}

function factOf(p: Profile, key: string): FactLog {
  p.facts ??= new Map();
  let fact = p.facts.get(key);
  if (fact === undefined) p.facts.set(key, (fact = new FactLog()));
  return fact;
}

function keepsHistoryOf(state: EngineState, key: string): boolean {
  return state.keepsMessages || state.plan.factHistory.has(key);
}
