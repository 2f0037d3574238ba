/**
 * What a compiled rule reads: the relations that a history store offers, as tables or views, and what their columns mean.
 *
 * All of it is as known now, under the profile that the customer has now: what arrived under a profile that was merged
 * away is shown under its survivor, and nothing is shown of who was erased. A duplicate is there once. An instant is
 * whole milliseconds since 1970, as Int64. JSON is text as `storedJson` writes it.
 */

export type Relation = {
  readonly name: string;
  readonly about: string;
  readonly columns: readonly RelationColumn[];
};

export type RelationColumn = { readonly name: string; readonly type: string; readonly about: string };

const profile: RelationColumn = { name: 'profile', type: 'UInt64', about: 'number of the customer' };
const time: RelationColumn = { name: 'time', type: 'Int64', about: 'when it happened' };
const messageId: RelationColumn = {
  name: 'message_id',
  type: 'String',
  about: 'empty where no message said it',
};
const position: RelationColumn = {
  name: 'position',
  type: 'UInt64',
  about: 'order of arrival: the place in the log',
};

export const relations: readonly Relation[] = [
  {
    name: 'customers',
    about: 'everybody, one row each',
    columns: [
      profile,
      { name: 'born_at', type: 'Int64', about: 'earliest time of any message that names the customer' },
      { name: 'sample_id', type: 'String', about: 'identifier under which the customer first arrived' },
    ],
  },
  {
    name: 'events',
    about: 'every track, page and screen',
    columns: [
      profile,
      time,
      messageId,
      { name: 'kind', type: 'LowCardinality(String)', about: 'track, page or screen' },
      { name: 'name', type: 'LowCardinality(String)', about: 'of the event, page or screen' },
      { name: 'properties', type: 'String', about: 'JSON object' },
    ],
  },
  {
    name: 'traits',
    about: 'every trait that an identify named',
    columns: [
      profile,
      { name: 'name', type: 'LowCardinality(String)', about: 'of the trait: the first step of its path' },
      { name: 'value', type: 'String', about: 'JSON; null clears' },
      time,
      messageId,
    ],
  },
  {
    name: 'scores',
    about: 'every prediction',
    columns: [
      profile,
      { name: 'name', type: 'LowCardinality(String)', about: 'of the score' },
      { name: 'value', type: 'Float64', about: 'a probability or an amount' },
      time,
      position,
    ],
  },
  {
    name: 'consents',
    about: 'every consent given or withdrawn, by an event or through the API',
    columns: [
      profile,
      { name: 'channel', type: 'LowCardinality(String)', about: 'email where nobody said another' },
      { name: 'topic', type: 'LowCardinality(String)', about: 'empty: about the channel as such' },
      { name: 'subscribed', type: 'Bool', about: 'given or withdrawn' },
      time,
      messageId,
      position,
    ],
  },
  {
    name: 'list_spells',
    about: 'when a customer was on a static list: from_at <= t < until_at',
    columns: [
      profile,
      { name: 'list', type: 'LowCardinality(String)', about: 'name of the list' },
      { name: 'from_at', type: 'Int64', about: 'included' },
      { name: 'until_at', type: 'Int64', about: 'excluded; 9223372036854775807: still on it' },
    ],
  },
  {
    name: 'populations',
    about: 'what percentiles, quintiles and RFM scores are read against',
    columns: [
      { name: 'key', type: 'String', about: 'of the value: populationKey or rfmPopulationKey' },
      { name: 'taken_at', type: 'Int64', about: 'in force from then on' },
      { name: 'place', type: 'UInt64', about: 'order in which they were taken' },
      { name: 'values', type: 'Array(Float64)', about: 'sorted' },
      { name: 'cuts', type: 'Array(Float64)', about: 'quintileCuts; empty where there are no values' },
    ],
  },
];
