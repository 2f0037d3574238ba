/** What is known of customers besides events, in SQL: traits, scores, consents, lists; at any instant. */

import { formatValue } from '../rules/format.ts';
import type { Condition, Path } from '../rules/tree.ts';
import { isPast, type Build, type When } from './build.ts';
import { selectSql } from './scope.ts';
import { slug, sqlString, sqlStrings } from './sql-text.ts';
import { openAt, typed, type SqlValue } from './sql-value.ts';
import { atSql } from './windows.ts';

type SubscribedTo = Extract<Condition, { kind: 'subscribed' }>['to'];

/** The latest value by t of an identify that names the trait: it replaces it whole. */
export function traitSql(build: Build, when: When, path: Path): SqlValue {
  const name = path[0] ?? '';
  const rest = path.slice(1);
  if (isPast(when)) {
    const part = traitEntries(build, when, name);
    return openAt(`arrayLast((v, e) -> e <= ${when.at}, ${part}.tokens, ${part}.times)`, rest);
  }
  const part = build.parts.name(
    `trait ${name}`,
    `trait_${slug(name)}`,
    formatValue({ kind: 'trait', path: [name] }, { width: Infinity }),
    () =>
      `${selectSql(['profile', 'argMax(value, (time, message_id)) AS token'], traitFrom(build, name))}\nGROUP BY profile`,
  );
  return openAt(`${when.scope.join(part)}.token`, rest);
}

/** The part with every value of a trait as arrays `times` and `tokens`. */
export function traitEntries(build: Build, when: When, name: string): string {
  const part = build.parts.name(
    `past trait ${name}`,
    `trait_${slug(name)}_history`,
    `every ${formatValue({ kind: 'trait', path: [name] }, { width: Infinity })}, first to last`,
    () =>
      `${selectSql(
        [
          'profile',
          'arraySort(groupArray((time, message_id, value))) AS entries',
          'entries.1 AS times',
          'entries.3 AS tokens',
        ],
        traitFrom(build, name),
      )}\nGROUP BY profile`,
  );
  return when.scope.join(part);
}

function traitFrom({ now, zone }: Build, name: string): string {
  return `FROM traits\nWHERE name = ${sqlString(name)}\n  AND time <= ${atSql(now, zone)}`;
}

export function scoreSql(build: Build, when: When, name: string): SqlValue {
  const part = scoreEntries(build, when, name);
  const at = atSql(when.at, build.zone);
  return typed(
    'number',
    `if(arrayExists(e -> e <= ${at}, ${part}.times), arrayLast((v, e) -> e <= ${at}, ${part}.values, ${part}.times), NULL)`,
  );
}

/** The part with every value of a score as arrays `times` and `values`. */
export function scoreEntries(build: Build, when: When, name: string): string {
  const part = build.parts.name(
    `score ${name}`,
    `score_${slug(name)}`,
    `every score(${name}), first to last`,
    () =>
      `${selectSql(
        [
          'profile',
          'arraySort(groupArray((time, position, value))) AS entries',
          'entries.1 AS times',
          'entries.3 AS values',
        ],
        `FROM scores\nWHERE name = ${sqlString(name)}\n  AND time <= ${atSql(build.now, build.zone)}`,
      )}\nGROUP BY profile`,
  );
  return when.scope.join(part);
}

export function inListSql(build: Build, when: When, list: string): string {
  const at = atSql(when.at, build.zone);
  return `arrayExists(s -> s.1 <= ${at} AND ${at} < s.2, ${listSpells(build, when, list)}.spells)`;
}

/** The part with the spells that customers were on a list, as an array `spells` of (from, until). */
export function listSpells(build: Build, when: When, list: string): string {
  const part = build.parts.name(
    `list ${list}`,
    `list_${slug(list)}`,
    `on list ${list}: from, until`,
    () =>
      `SELECT profile, groupArray((from_at, until_at)) AS spells\nFROM list_spells\nWHERE list = ${sqlString(list)}\nGROUP BY profile`,
  );
  return when.scope.join(part);
}

/** The part with all changes of consent, first to last: (time, message id, position, channel, topic, subscribed). */
export function consentEntries(build: Build, when: When): string {
  const part = build.parts.name(
    'consents',
    'consent_history',
    'consents given and withdrawn, first to last',
    () =>
      `${selectSql(
        [
          'profile',
          'arraySort(groupArray((time, message_id, position, toString(channel), toString(topic), subscribed))) AS changes',
          'changes.1 AS times',
        ],
        `FROM consents\nWHERE time <= ${atSql(build.now, build.zone)}`,
      )}\nGROUP BY profile`,
  );
  return when.scope.join(part);
}

/** Whether consent to a channel or a topic stands. */
export function subscribedSql(build: Build, when: When, to: SubscribedTo): string {
  const changes = `${consentEntries(build, when)}.changes`;
  const at = atSql(when.at, build.zone);
  const optOut = [...build.definitions.channels]
    .filter(([, mode]) => mode === 'opt_out')
    .map(([name]) => name);
  const stands = (channel: string): string => {
    const about = `k.1 <= ${at} AND k.4 = ${channel} AND k.5 = ''`;
    const otherwise = optOut.length === 0 ? 'false' : `${channel} IN (${sqlStrings(optOut)})`;
    return `if(arrayExists(k -> ${about}, ${changes}), arrayLast(k -> ${about}, ${changes}).6, ${otherwise})`;
  };
  if (to.kind === 'channel') return stands(sqlString(to.channel));
  const topic = sqlString(to.topic);
  return `arrayExists(channel -> arrayLast(k -> k.1 <= ${at} AND k.4 = channel AND k.5 = ${topic}, ${changes}).6 AND ${stands('channel')}, arrayDistinct(${changes}.4))`;
}
