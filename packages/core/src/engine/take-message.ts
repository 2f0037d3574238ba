/**
 * Messages: whose each is, and what it does. One dated ahead is held back with its customer until its time has come.
 */

import { defined } from '../base/assert.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import { customerNumbersMax, futureMessagesMax, lateAfterMs } from '../base/limits.ts';
import type { Cause } from '../model/change.ts';
import type { Instant, Message } from '../model/message.ts';
import { consentOfEvent } from '../rules/interpreter-consent.ts';
import type { Applied } from './engine.ts';
import { type EngineState, NO_NOTICES } from './engine-state.ts';
import { isErased } from './erase.ts';
import { traitKey } from './facts.ts';
import type { ProfileKeeper } from './identity.ts';
import type { Profile } from './profile.ts';
import { consentKey, setConsent, setFact } from './take-fact.ts';
import { noteLists } from './take-list.ts';

/** Takes a message that arrives now. `keeper` makes and merges profiles where the message asks for it. */
export function takeMessage(state: EngineState, keeper: ProfileKeeper, message: Message): Applied {
  const now = state.now;
  if (state.erased.size > 0 && isErased(state, message)) return { ignored: 'erased', notices: NO_NOTICES };
  if (state.seen.see(message.messageId)) return { ignored: 'duplicate', notices: NO_NOTICES };
  const notices: Diagnostic[] = [];
  state.machine.because(causeOf('merge', message, now), message.messageId);
  const id = state.identity.resolve(message, now, keeper, notices);
  const p = defined(state.profiles.use(id), 'the profile of a message');
  if (state.lists.size > 0) noteLists(state, p, now);
  const taken = takeOf(state, p, message, notices);
  state.report.release(state.profiles, state.plan);
  if (!taken) return { profile: id, ignored: 'limit', notices };
  return notices.length === 0 ? { profile: id, notices: NO_NOTICES } : { profile: id, notices };
}

/** Takes a message that is new and says nothing new of whose it is. */
export function takeKnownMessage(state: EngineState, profile: number, message: Message): Applied {
  const p = state.profiles.use(profile);
  if (p === undefined) return UNKNOWN;
  const notices: Diagnostic[] = [];
  if (!takeOf(state, p, message, notices)) return { profile, ignored: 'limit', notices };
  return TAKEN;
}

const UNKNOWN: Applied = { ignored: 'unknown_customer', notices: NO_NOTICES };
const TAKEN: Applied = { notices: NO_NOTICES };

/** Takes a customer's message; false when it was not taken. */
function takeOf(state: EngineState, p: Profile, message: Message, notices: Diagnostic[]): boolean {
  const now = state.now;
  const taken = isFull(state, p, notices) ? false : message.time <= now || holdBack(p, message, notices);
  if (taken && message.time <= now) takeDueMessage(state, p, message, now);
  else {
    // What the message says of identity and lists holds from now on.
    state.machine.because('identify', message.messageId);
    state.machine.settle(p, now);
  }
  state.enqueue(p);
  return taken;
}

function isFull(state: EngineState, p: Profile, notices: Diagnostic[]): boolean {
  const max = state.options.customerNumbersMax ?? customerNumbersMax;
  if (p.used < max) return false;
  notices.push({
    code: 'engine/customer-full',
    severity: 'warning',
    message:
      `So much is kept of this customer already (${max} numbers) that the message was not taken. This is mostly a ` +
      'bot or a shared id: block the id, or give the rules that keep all of a stream (all-time distinct, top, seq) a window.',
  });
  return true;
}

function holdBack(p: Profile, message: Message, notices: Diagnostic[]): boolean {
  const future = (p.future ??= []);
  if (future.length >= futureMessagesMax) {
    notices.push({
      code: 'message/too-many-ahead',
      severity: 'warning',
      message: `The customer has ${futureMessagesMax} messages dated ahead already; this one was not taken.`,
    });
    return false;
  }
  let i = future.length;
  while (i > 0 && (future[i - 1] as Message).time > message.time) i--;
  future.splice(i, 0, message);
  p.arm(0, message.time);
  return true;
}

/** A message whose time has come, of a customer whom it names. */
function takeDueMessage(state: EngineState, p: Profile, message: Message, now: Instant): void {
  const { time } = message;
  if (time < p.bornAt) state.machine.born(p, time, now);
  switch (message.kind) {
    case 'track':
    case 'page':
    case 'screen':
      remember(state, p, message);
      state.machine.takeEvent(p, message, now);
      if (message.kind === 'track') noteConsent(state, p, message, now);
      state.machine.because(causeOf('event', message, now), message.messageId);
      break;
    case 'identify':
      for (const [root, value] of Object.entries(message.traits)) {
        setFact(state, p, traitKey(root), time, message.messageId, value, now);
      }
      state.machine.because(causeOf('identify', message, now), message.messageId);
      break;
    case 'group':
      state.machine.because(causeOf('event', message, now), message.messageId);
      break;
    case 'alias':
      state.machine.because(causeOf('merge', message, now), message.messageId);
      break;
  }
  state.machine.settle(p, now);
}

function remember(state: EngineState, p: Profile, message: Message): void {
  if (!state.keepsMessages) return;
  const { keepHistory } = state.options;
  if (typeof keepHistory === 'function' && !keepHistory(message)) return;
  state.history.add(p.id, message);
}

function noteConsent(state: EngineState, p: Profile, message: Message, now: Instant): void {
  if (message.name !== 'Unsubscribed' && message.name !== 'Subscription Updated') return;
  const consent = consentOfEvent({ ...message, kind: 'track' });
  if (consent === undefined) return;
  const { channel, topic, subscribed, time, messageId } = consent;
  setConsent(state, p, consentKey(channel, topic), time, messageId, subscribed, now);
}

/** The cause of a message's changes: that it is late says more than what kind it is. */
function causeOf(kind: Cause, message: Message, now: Instant): Cause {
  return message.time < now - lateAfterMs ? 'late_event' : kind;
}

/** Messages dated ahead whose time has come. */
export function takeHeldMessages(state: EngineState, p: Profile, now: Instant): void {
  const future = p.future ?? [];
  let due = 0;
  while (due < future.length && (future[due] as Message).time <= now) due++;
  for (const message of future.splice(0, due)) takeDueMessage(state, p, message, now);
  const next = future[0];
  if (next === undefined) p.future = undefined;
  else p.arm(0, next.time);
}
