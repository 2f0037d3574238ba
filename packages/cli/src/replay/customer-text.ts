/** One customer of a replay, for people: who it is, what is true of it, what happened. */

import type { Zone } from '@segue/core/base/zone.ts';
import type { Change } from '@segue/core/model/change.ts';
import type { Message } from '@segue/core/model/message.ts';
import type { CustomerSummary } from '@segue/server/replay/replay-report.ts';

import type { Colours } from '../terminal.ts';
import { localTime } from './figures.ts';

const CHANGES_SHOWN = 40;
const MESSAGES_SHOWN = 12;
const PROPERTIES_CHARS = 90;

export function customerText(customer: CustomerSummary, zone: Zone, colours: Colours): string {
  const { profile } = customer;
  if (profile === undefined) {
    return `${colours.bold(`Customer ${customer.asked}`)}\n  not found; name any identifier of theirs: a userId, anonymousId, e-mail, phone or loyalty card\n`;
  }
  const lines = [colours.bold(`Customer ${profile.displayId}`)];
  const names = profile.identifiers.map(({ kind, value }) => `${kind} ${value}`);
  lines.push(`  known as     ${names.join(', ')}`);
  if (profile.bornAt !== undefined) lines.push(`  since        ${localTime(profile.bornAt, zone)}`);
  for (const [name, value] of Object.entries(profile.traits)) {
    lines.push(`  trait        ${name} = ${JSON.stringify(value)}`);
  }
  for (const { lifecycle, stage, since } of profile.stages) {
    lines.push(`  stage        ${lifecycle}: ${colours.green(stage)} since ${localTime(since, zone)}`);
  }
  for (const { segment, since } of profile.segments) {
    lines.push(`  in           ${colours.green(segment)} since ${localTime(since, zone)}`);
  }
  lines.push(
    ...tail(
      'Changes',
      customer.changes,
      CHANGES_SHOWN,
      (change) => changeText(change, zone, colours),
      colours,
    ),
  );
  lines.push(
    ...tail(
      'Last events',
      customer.messages,
      MESSAGES_SHOWN,
      (message) => messageText(message, zone, colours),
      colours,
    ),
  );
  return `${lines.join('\n')}\n`;
}

function tail<T>(
  title: string,
  items: readonly T[],
  shown: number,
  text: (item: T) => string,
  colours: Colours,
): string[] {
  if (items.length === 0) return [];
  const hidden = items.length - shown;
  const before = hidden > 0 ? [colours.dim(`  … ${hidden} before`)] : [];
  return [colours.bold(`  ${title}`), ...before, ...items.slice(-shown).map((item) => `  ${text(item)}`)];
}

function changeText(change: Change, zone: Zone, colours: Colours): string {
  const what =
    change.kind === 'segment'
      ? `${change.change === 'entered' ? colours.green('entered') : colours.red('exited ')} ${change.segment}`
      : `${change.lifecycle}: ${change.from ?? '(new)'} → ${change.to ?? '(gone)'}`;
  const because = change.messageId === undefined ? change.cause : `${change.cause} ${change.messageId}`;
  return `${localTime(change.at, zone)}  ${what}  ${colours.dim(because)}`;
}

function messageText(message: Message, zone: Zone, colours: Colours): string {
  const data = JSON.stringify(message.kind === 'identify' ? message.traits : message.properties);
  const shown =
    data === '{}' ? '' : data.length > PROPERTIES_CHARS ? `${data.slice(0, PROPERTIES_CHARS)}…` : data;
  const name = message.name === '' ? message.kind : `${message.kind} ${JSON.stringify(message.name)}`;
  return `${localTime(message.time, zone)}  ${name}  ${colours.dim(shown)}`;
}
