/** A message as the call that its sender might have written: reading it again gives the same message. */

import type { Identifier, Instant, JsonObject, Message } from '@segue/core/model/message.ts';

/** Without its type, and without its time where that is `at`: what stands around it says these. */
export function callOf(message: Message, at?: Instant): Record<string, unknown> {
  const { kind, messageId, time, identifiers, name, properties, traits, previousId } = message;
  const byKind = (wanted: string): string | undefined =>
    identifiers.find((one) => one.kind === wanted)?.value;
  const userId = byKind('user_id');
  const anonymousId = byKind('anonymous_id');
  const told = new Set([
    userId === undefined ? '' : `user_id ${userId}`,
    `anonymous_id ${anonymousId ?? ''}`,
  ]);
  const externalIds = identifiers.filter(
    (one) => !told.has(`${one.kind} ${one.value}`) && !isInTraits(one, traits),
  );
  return {
    ...(userId === undefined ? {} : { userId }),
    ...(previousId === undefined ? {} : { previousId }),
    ...(anonymousId === undefined ? {} : { anonymousId }),
    ...(kind === 'track' ? { event: name } : name === '' ? {} : { name }),
    ...(time === at ? {} : { timestamp: new Date(time).toISOString() }),
    messageId,
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(Object.keys(traits).length === 0 ? {} : { traits }),
    ...(externalIds.length === 0
      ? {}
      : { context: { externalIds: externalIds.map((one) => ({ type: one.kind, id: one.value })) } }),
  };
}

/** Named by a trait of the message itself, exactly so. */
function isInTraits({ kind, value }: Identifier, traits: JsonObject): boolean {
  return ['email', 'phone', 'loyalty_id'].includes(kind) && traits[kind] === value;
}
