/**
 * A message: one Segment-spec call after its door has read it. Times are settled (skew corrected),
 * identifiers are normalised and free of blocked values, JSON is plain data.
 */

/** Milliseconds since 1970-01-01T00:00:00Z, an integer. */
export type Instant = number;

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [key: string]: JsonValue };

/** `user_id`, `anonymous_id`, `email`, `phone`, `loyalty_id`, or a custom kind from `context.externalIds`. */
export type IdentifierKind = string;
export type Identifier = { readonly kind: IdentifierKind; readonly value: string };

export type MessageKind = 'track' | 'page' | 'screen' | 'identify' | 'group' | 'alias';

export type Message = {
  readonly kind: MessageKind;
  readonly messageId: string;
  /** Event time. May be up to five minutes ahead of the clock; later than that, the door has set it to now. */
  readonly time: Instant;
  /** The door took `time` as now because it was too far ahead. */
  readonly timeFlagged?: boolean;
  /** All that the message names the customer by, most specific first; at least one. */
  readonly identifiers: readonly Identifier[];
  /** Event name of a track, name of a page or screen; '' otherwise. */
  readonly name: string;
  readonly properties: JsonObject;
  /** Traits of an identify (null clears one); {} otherwise. */
  readonly traits: JsonObject;
  /** alias only: the identifier whose customer becomes the one of `identifiers`. */
  readonly previousId?: string;
};
