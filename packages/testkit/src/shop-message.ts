/** What a visit hands over, as a message of Segment: who, what, when it happened and when it arrives. */

import type { Draft, ShopMessage } from './shop-visits.ts';

/** `time`: when it happened; `at`: when it arrives (both ms since 1970). */
export function messageOf(messageId: string, draft: Draft, time: number, at: number): ShopMessage {
  const received = new Date(at).toISOString();
  const message: Record<string, unknown> = { type: draft.type, messageId };
  if (draft.userId !== undefined) message['userId'] = draft.userId;
  if (draft.anonymousId !== undefined) message['anonymousId'] = draft.anonymousId;
  if (draft.event !== undefined) message['event'] = draft.event;
  if (draft.name !== undefined) message['name'] = draft.name;
  if (draft.properties !== undefined) message['properties'] = draft.properties;
  if (draft.traits !== undefined) message['traits'] = draft.traits;
  message['context'] = draft.context;
  message['timestamp'] = new Date(time).toISOString();
  message['sentAt'] = received;
  message['receivedAt'] = received;
  return message as ShopMessage;
}

/** The same message, sent again by a client that missed the answer. */
export function arrivingAt(message: ShopMessage, at: number): ShopMessage {
  const received = new Date(at).toISOString();
  return { ...message, sentAt: received, receivedAt: received };
}
