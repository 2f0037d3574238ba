/** What people call a customer, by the traits that Segment's calls name for it. */

import type { JsonObject, JsonValue } from '@segue/core/model/message.ts';

/** `name`, or first and last name; undefined where neither was said. */
export function nameOfCustomer(traits: JsonObject): string | undefined {
  const whole = textOf(traits['name']);
  if (whole !== undefined) return whole;
  const first = textOf(traits['firstName']) ?? textOf(traits['first_name']);
  const last = textOf(traits['lastName']) ?? textOf(traits['last_name']);
  const both = [first, last].filter((part) => part !== undefined).join(' ');
  return both === '' ? undefined : both;
}

function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return text === '' ? undefined : text;
}
