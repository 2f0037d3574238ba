import { Zone } from '@segue/core/base/zone.ts';
import { noDefinitions, type Definitions } from '@segue/core/model/definitions.ts';
import type { Identifier, JsonObject, Message, MessageKind } from '@segue/core/model/message.ts';
import { parseRule, parseValue } from '@segue/core/rules/parse.ts';
import type { Condition } from '@segue/core/rules/tree.ts';
import { describe, expect, test } from 'vitest';
import { Oracle } from '../src/oracle.ts';

const utc = new Zone('UTC');
const at = (text: string): number => utc.parseInstant(text)!;
const start = at('2026-01-01');
const day = 86_400_000;

const rule = (text: string): Condition => parseRule(text).tree!;
const define = (segments: Record<string, string>, more: Partial<Definitions> = {}): Definitions => ({
  ...noDefinitions,
  segments: new Map(Object.entries(segments).map(([name, text]) => [name, { name, rule: rule(text) }])),
  ...more,
});

const user = (value: string): Identifier => ({ kind: 'user_id', value });
const anon = (value: string): Identifier => ({ kind: 'anonymous_id', value });
const mail = (value: string): Identifier => ({ kind: 'email', value });

class Story {
  readonly oracle: Oracle;
  #messages = 0;
  now = start;

  constructor(segments: Record<string, string>, more: Partial<Definitions> = {}, timeZone = 'UTC') {
    this.oracle = new Oracle({ timeZone, start, definitions: define(segments, more) });
  }

  send(
    kind: MessageKind,
    identifiers: readonly Identifier[],
    more: { name?: string; time?: number; id?: string; json?: JsonObject; previousId?: string } = {},
  ) {
    const message: Message = {
      kind,
      messageId: more.id ?? `m${String((this.#messages += 1)).padStart(4, '0')}`,
      time: more.time ?? this.now,
      identifiers,
      name: more.name ?? '',
      properties: kind === 'identify' ? {} : (more.json ?? {}),
      traits: kind === 'identify' ? (more.json ?? {}) : {},
      ...(more.previousId === undefined ? {} : { previousId: more.previousId }),
    };
    return this.oracle.apply({ kind: 'message', message }, this.now);
  }

  track(
    identifiers: readonly Identifier[],
    name = 'A',
    more: { time?: number; id?: string; json?: JsonObject } = {},
  ) {
    return this.send('track', identifiers, { name, ...more });
  }

  wait(ms: number): void {
    this.now += ms;
    this.oracle.advanceTo(this.now);
  }

  members(segment: string): readonly string[] {
    return this.oracle
      .members(segment)
      .map((id) => this.oracle.displayId(id))
      .sort();
  }

  value(customer: string, text: string) {
    return this.oracle.value(this.oracle.findProfile(customer)!, parseValue(text).tree!);
  }
}

describe('who is who', () => {
  test('an anonymous customer identified for the first time is the same customer', () => {
    const story = new Story({ did: 'did "A"' });
    story.track([anon('a')]);
    const before = story.oracle.findProfile('a');
    story.send('identify', [user('u'), anon('a')]);
    expect(story.oracle.findProfile('u')).toBe(before);
    expect(story.members('did')).toEqual(['u']);
  });

  test('a known customer takes in an anonymous one that no user owns, by any message with both ids', () => {
    const story = new Story({ twice: 'count("A") = 2' });
    story.track([anon('a')]);
    story.track([user('u')]);
    expect(story.members('twice')).toEqual([]);
    story.send('page', [user('u'), anon('a')], { name: 'P' });
    expect(story.members('twice')).toEqual(['u']);
    expect(story.oracle.profileIds()).toHaveLength(1);
  });

  test('an event of user B on a device of user A is B’s; nobody merges', () => {
    const story = new Story({ did: 'did "B"' });
    story.track([user('u'), anon('a')]);
    story.track([user('v'), anon('a')], 'B');
    story.track([anon('a')], 'C');
    expect(story.members('did')).toEqual(['v']);
    expect(story.value('u', 'count("C")')).toBe(1);
    expect(story.oracle.refusedMerges).toHaveLength(1);
  });

  test('two users are merged only by alias', () => {
    const story = new Story({ twice: 'count("A") = 2' });
    story.track([user('u'), mail('x@y.z')]);
    story.track([user('v'), mail('x@y.z')]);
    expect(story.oracle.profileIds()).toHaveLength(2);
    story.send('alias', [user('v')], { previousId: 'u' });
    expect(story.members('twice')).toEqual(['v']);
    expect(story.oracle.findProfile('u')).toBe(story.oracle.findProfile('v'));
  });

  test('an alias to a user whom nobody knows yet names the same customer anew', () => {
    const story = new Story({ did: 'did "A"' });
    story.track([anon('a')]);
    const before = story.oracle.findProfile('a');
    story.send('alias', [user('v')], { previousId: 'a' });
    expect(story.oracle.findProfile('v')).toBe(before);
    story.send('alias', [user('w')], { previousId: 'v' });
    expect(story.oracle.findProfile('w')).toBe(before);
  });

  test('a customer with two users by alias still links devices and takes in anonymous customers', () => {
    const story = new Story({ twice: 'count("A") = 2' });
    story.track([user('u')]);
    story.send('page', [user('v')], { name: 'P' });
    story.send('alias', [user('v')], { previousId: 'u' });
    story.track([anon('a')]);
    story.send('page', [user('v'), anon('a')], { name: 'P' });
    story.send('page', [user('v'), anon('b')], { name: 'P' });
    expect(story.members('twice')).toEqual(['v']);
    expect(story.oracle.findProfile('b')).toBe(story.oracle.findProfile('u'));
  });

  test('an alias that comes before its events links them all the same', () => {
    const story = new Story({ did: 'did "A"' });
    story.send('alias', [user('v')], { previousId: 'u' });
    story.track([user('u')]);
    expect(story.members('did')).toEqual(['v']);
  });

  test('a merge that would break a limit is refused and kept', () => {
    const story = new Story({ did: 'did "A"' });
    for (let i = 0; i < 5; i += 1) story.track([user('u'), mail(`${i}@y.z`)]);
    story.track([mail('other@y.z')]);
    story.track([user('u'), mail('other@y.z')], 'B');
    expect(story.oracle.profileIds()).toHaveLength(2);
    expect(story.oracle.refusedMerges).toHaveLength(1);
    expect(story.value('u', 'count("B")')).toBe(1);
    expect(story.value('other@y.z', 'count("B")')).toBe(0);
  });

  test('without a user id the older survives', () => {
    const story = new Story({});
    story.track([anon('a')]);
    story.track([mail('x@y.z')]);
    const older = story.oracle.findProfile('a');
    story.send('identify', [mail('x@y.z'), anon('a')]);
    expect(story.oracle.findProfile('x@y.z')).toBe(older);
  });

  test('an e-mail is found as people write it', () => {
    const story = new Story({});
    story.track([mail('ann@example.com')]);
    expect(story.oracle.findProfile('Ann@Example.com')).toBe(1);
    expect(story.oracle.findProfile('nobody')).toBeUndefined();
  });
});

describe('the laws', () => {
  test('once: of two messages with one id the first to arrive counts', () => {
    const story = new Story({ did: 'did "A"' });
    story.track([user('u')], 'B', { id: 'x' });
    expect(story.track([user('u')], 'A', { id: 'x' })).toEqual({ ignored: 'duplicate' });
    expect(story.members('did')).toEqual([]);
  });

  test('a late event counts at its own time, and moves the birth of the customer', () => {
    const story = new Story({ quiet: '(did not "B") for 3d' });
    story.track([user('u')]);
    expect(story.members('quiet')).toEqual([]);
    story.track([user('u')], 'A', { time: start - 3 * day });
    expect(story.members('quiet')).toEqual(['u']);
  });

  test('an event dated ahead takes part when its time comes', () => {
    const story = new Story({ did: 'did "A"', anybody: 'true' });
    story.track([user('u')], 'A', { time: start + 1000 });
    expect(story.members('anybody')).toEqual([]);
    story.wait(999);
    expect(story.members('did')).toEqual([]);
    story.wait(1);
    expect(story.members('did')).toEqual(['u']);
  });

  test('a group message makes a customer and is no event', () => {
    const story = new Story({ quiet: 'did not any event' });
    story.send('group', [user('u')]);
    expect(story.members('quiet')).toEqual(['u']);
  });

  test('a clock that goes back stands still', () => {
    const story = new Story({});
    story.wait(1000);
    story.oracle.advanceTo(start);
    expect(story.oracle.now).toBe(start + 1000);
  });
});

describe('populations', () => {
  const rules = { top: 'quintile(count("A")) = 5' };

  test('are taken when a rule is defined, at local midnight and on demand, and stay fixed in between', () => {
    const story = new Story(rules, {}, 'Asia/Kolkata');
    for (let n = 1; n <= 5; n += 1) for (let i = 0; i < n; i += 1) story.track([user(`u${n}`)]);
    expect(story.members('top')).toEqual([]);
    story.oracle.apply({ kind: 'refresh' }, story.now);
    expect(story.members('top')).toEqual(['u5']);
    for (let i = 0; i < 5; i += 1) story.track([user('u1')]);
    expect(story.members('top')).toEqual(['u1', 'u5']);
    // Midnight in Kolkata is at 18:30.
    story.wait(18.5 * 3_600_000 - 1);
    expect(story.members('top')).toEqual(['u1', 'u5']);
    story.wait(1);
    expect(story.members('top')).toEqual(['u1']);
  });

  test('are taken when a rule is changed', () => {
    const story = new Story(rules);
    for (let n = 1; n <= 5; n += 1) for (let i = 0; i < n; i += 1) story.track([user(`u${n}`)]);
    const definitions = define({ top: 'quintile(count("A")) >= 5' });
    story.oracle.apply({ kind: 'definitions', definitions }, story.now);
    expect(story.members('top')).toEqual(['u5']);
  });
});

describe('lists, scores, consent, erasure', () => {
  test('a list holds for identifiers that are known later too', () => {
    const story = new Story(
      { vip: 'in list vips' },
      { lists: new Map([['vips', { name: 'vips', members: ['x@y.z'] }]]) },
    );
    story.track([user('u')]);
    expect(story.members('vip')).toEqual([]);
    story.send('identify', [user('u'), mail('x@y.z')]);
    expect(story.members('vip')).toEqual(['u']);
    story.oracle.apply({ kind: 'list', name: 'vips', members: [] }, story.now);
    expect(story.members('vip')).toEqual([]);
  });

  test('defining something else leaves an uploaded list alone', () => {
    const story = new Story({ vip: 'in list vips' });
    story.track([user('u')]);
    story.oracle.apply({ kind: 'list', name: 'vips', members: ['u'] }, story.now);
    story.oracle.apply(
      { kind: 'definitions', definitions: define({ vip: 'in list vips', all: 'true' }) },
      story.now,
    );
    expect(story.members('vip')).toEqual(['u']);
    expect(story.members('all')).toEqual(['u']);
  });

  test('scores and consents are kept through a merge', () => {
    const story = new Story({ both: 'score(s) = 1 and subscribed(sms)' });
    story.track([anon('a')]);
    story.track([user('u')]);
    story.oracle.apply({ kind: 'score', customer: anon('a'), name: 's', value: 1, at: story.now }, story.now);
    story.oracle.apply(
      { kind: 'consent', customer: user('u'), channel: 'sms', status: 'subscribed', at: story.now },
      story.now,
    );
    expect(story.members('both')).toEqual([]);
    story.send('identify', [user('u'), anon('a')]);
    expect(story.members('both')).toEqual(['u']);
  });

  test('erasing forgets; older messages are refused, later ones begin a new customer', () => {
    const story = new Story({ did: 'did "A"', all: 'true' });
    story.track([user('u'), anon('a')]);
    story.wait(1000);
    story.oracle.apply({ kind: 'erase', customer: user('u') }, story.now);
    expect(story.members('all')).toEqual([]);
    expect(story.track([anon('a')], 'A', { time: story.now - 1 })).toEqual({ ignored: 'erased' });
    expect(story.members('all')).toEqual([]);
    story.track([user('u')], 'B');
    expect(story.members('all')).toEqual(['u']);
    expect(story.members('did')).toEqual([]);
  });
});

test('stages, witnesses and the next change are those of the interpreter', () => {
  const stages = [{ name: 'active', rule: rule('did "A" last 7d') }, { name: 'visitor' }];
  const story = new Story(
    { active: 'did "A" last 7d' },
    { lifecycles: new Map([['default', { name: 'default', stages }]]) },
  );
  story.track([user('u')], 'A', { id: 'first' });
  const u = story.oracle.findProfile('u')!;
  expect(story.oracle.stageOf(u, 'default')).toBe('active');
  expect(story.oracle.stageMembers('default', 'visitor')).toEqual([]);
  expect(story.oracle.witnesses(u, rule('in active')).map((witness) => witness.messageId)).toEqual(['first']);
  expect(story.oracle.nextChange(u, rule('in active'))).toBe(start + 7 * day);
  expect(story.oracle.isMember(u, 'active')).toBe(true);
  expect(story.oracle.size('active')).toBe(1);
});
