/**
 * Consent to channels and topics, from events and from the API.
 *
 * `Subscription Updated` (channel, topic optional, status) sets it, `Unsubscribed` withdraws it; a channel left out is
 * email. With a topic only that topic on that channel changes, without one the channel. The latest by (event time,
 * messageId) stands.
 */

import type { Instant } from '../model/message.ts';
import { compareByTime, type History, type HistoryEvent, type World } from './interpreter-history.ts';
import type { Condition } from './tree.ts';

export const defaultChannel = 'email';

export type ConsentChange = {
  readonly channel: string;
  readonly topic: string | undefined;
  readonly subscribed: boolean;
  readonly time: Instant;
  readonly messageId: string;
};

type SubscribedTo = Extract<Condition, { kind: 'subscribed' }>['to'];

/** The change that an event makes; undefined where it makes none. */
export function consentOfEvent(
  event: Pick<HistoryEvent, 'kind' | 'name' | 'time' | 'messageId' | 'properties'>,
): ConsentChange | undefined {
  if (event.kind !== 'track') return undefined;
  const status = statusOf(event);
  if (status === undefined) return undefined;
  return {
    channel: textOf(event.properties['channel']) ?? defaultChannel,
    topic: textOf(event.properties['topic']),
    subscribed: status === 'subscribed',
    time: event.time,
    messageId: event.messageId,
  };
}

function statusOf(event: Pick<HistoryEvent, 'name' | 'properties'>): unknown {
  if (event.name === 'Unsubscribed') return 'unsubscribed';
  if (event.name !== 'Subscription Updated') return undefined;
  const status = event.properties['status'];
  return status === 'subscribed' || status === 'unsubscribed' ? status : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** All changes, first to last. */
export function consentChanges(history: History): readonly ConsentChange[] {
  const byEvent = history.events.map(consentOfEvent).filter((change) => change !== undefined);
  const byApi = history.consents.map((consent) => ({
    channel: consent.channel ?? defaultChannel,
    topic: consent.topic,
    subscribed: consent.status === 'subscribed',
    time: consent.at,
    messageId: '',
  }));
  return [...byApi, ...byEvent].sort(compareByTime);
}

export function isSubscribed(to: SubscribedTo, history: History, t: Instant, world: World): boolean {
  const changes = consentChanges(history).filter((change) => change.time <= t);
  const channelStands = (channel: string): boolean => {
    const last = changes.findLast((change) => change.channel === channel && change.topic === undefined);
    return last?.subscribed ?? world.definitions.channels.get(channel) === 'opt_out';
  };
  if (to.kind === 'channel') return channelStands(to.channel);
  const aboutTopic = changes.filter((change) => change.topic === to.topic);
  return aboutTopic.some((change) => {
    const last = aboutTopic.findLast((other) => other.channel === change.channel);
    return last?.subscribed === true && channelStands(change.channel);
  });
}
