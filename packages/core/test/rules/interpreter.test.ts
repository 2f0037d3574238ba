import { describe, expect, test } from 'vitest';
import type { RuleValue } from '../../src/rules/value.ts';
import {
  at,
  bornAt,
  given,
  identify,
  isTrue,
  ms,
  onList,
  page,
  score,
  screen,
  track,
  valueOf,
  world,
  type WorldOptions,
} from './given.ts';

const now = '2026-03-10T12:00:00Z';
const day = 86_400_000;
const hour = 3_600_000;
const minute = 60_000;

const buyer = given(
  track('Order Completed', '2026-03-01T10:00:00Z', {
    revenue: 0.1,
    city: 'Pune',
    products: [{ c: 'a' }, { c: 'b' }],
  }),
  track('Order Completed', '2026-03-05T10:00:00Z', { revenue: 0.2, city: 'Oslo', products: [{ c: 'b' }] }),
  track('Order Completed', '2026-03-05T23:30:00Z', { revenue: 'x', city: '', products: [] }),
  track('Order Completed', '2026-03-09T10:00:00Z', { revenue: -0.3, city: 'Oslo' }),
  page('Pricing', '2026-03-09T11:00:00Z', { seconds: 5 }),
  screen('Home', '2026-03-09T12:00:00Z'),
  track('Email Opened', '2026-03-09T13:00:00Z'),
  track('Email Clicked', '2026-03-10T12:00:00.001Z'),
);

const person = given(
  identify(
    {
      city: 'Pune',
      empty: '',
      none: null,
      n: 10,
      text10: '10',
      vip: true,
      address: { city: 'Oslo', zip: null },
      'loyalty tier': 'gold',
      tags: ['new', 'sale'],
      none_tags: [],
      signed_up_at: '2026-03-01',
      seconds: 1_772_323_200,
      millis: 1_772_323_200_000,
      renews_at: '2026-03-12T12:00:00Z',
      birthday: '1992-02-29',
      orders: [{ sku: 'a1', tags: ['x'] }, { sku: 'b2', tags: ['y', 'z'] }, { sku: '' }],
    },
    '2026-03-01T00:00:00Z',
  ),
);

type ValueCase = [expression: string, expected: RuleValue];

describe('values about events', () => {
  const cases: readonly ValueCase[] = [
    ['count("Order Completed")', 4],
    ['count("order completed")', 0],
    ['count(page "Pricing")', 1],
    ['count("Pricing")', 0],
    ['count(screen "Home")', 1],
    ['count(event starts with "Email ")', 1],
    ['count(event starts with "Pric")', 0],
    ['count(any event)', 7],
    ['count("Order Completed" where city = "Oslo")', 2],
    ['count("Order Completed" where city = "Oslo" and revenue > 0)', 1],
    ['count("Order Completed" where city is missing)', 1],
    ['count("Order Completed" where city != "Oslo")', 2],
    ['count("Order Completed" where products.c = "b")', 2],
    ['count("Order Completed" where products.c = "a" and products.c = "b")', 1],
    ['count("Order Completed" where products.c != "a")', 3],
    ['count("Order Completed" where revenue * 10 = 2)', 1],
    ['sum(revenue of "Order Completed")', 0],
    ['sum(revenue of "Order Completed", last 6d)', -0.1],
    ['sum(revenue of "Nothing")', 0],
    ['avg(revenue of "Order Completed" where revenue > 0)', 0.15],
    ['avg(revenue of "Nothing")', undefined],
    ['min(revenue of "Order Completed")', -0.3],
    ['max(revenue of "Order Completed")', 0.2],
    ['min(city of "Order Completed")', undefined],
    ['distinct(city of "Order Completed")', 2],
    ['distinct(products.c of "Order Completed")', 2],
    ['distinct(city of "Nothing")', 0],
    ['top(city of "Order Completed")', 'Oslo'],
    ['top(products.c of "Order Completed")', 'b'],
    ['top(city of "Nothing")', undefined],
    ['first(city of "Order Completed")', 'Pune'],
    ['last(city of "Order Completed")', 'Oslo'],
    ['last(revenue of "Order Completed", from 10d to 4d ago)', 'x'],
    ['last(city of "Order Completed", from 10d to 4d ago)', undefined],
    ['days("Order Completed")', 3],
    ['days("Nothing")', 0],
    ['age(first "Order Completed")', ms(9 * day + 2 * hour)],
    ['age(last "Order Completed")', ms(day + 2 * hour)],
    ['age(last "Nothing")', undefined],
    ['coalesce(top(city of "Nothing"), first(city of "Order Completed"), "x")', 'Pune'],
  ];
  test.each(cases)('%s', (text, expected) => {
    expect(valueOf(text, buyer, now)).toEqual(expected);
  });

  test('days are those of the workspace', () => {
    expect(valueOf('days("Order Completed")', buyer, now, world({ zone: 'Asia/Kolkata' }))).toBe(4);
  });
});

describe('values about traits', () => {
  const cases: readonly ValueCase[] = [
    ['trait.city', 'Pune'],
    ['trait.empty', undefined],
    ['trait.none', undefined],
    ['trait.nothing', undefined],
    ['trait.toString', undefined],
    ['trait.address.city', 'Oslo'],
    ['trait.address.zip', undefined],
    ['trait.address.city.more', undefined],
    ['trait["loyalty tier"]', 'gold'],
    ['trait.none_tags', undefined],
    ['trait.tags', { kind: 'list', elements: ['new', 'sale'] }],
    ['trait.orders.sku', { kind: 'list', elements: ['a1', 'b2'], crossed: true }],
    ['age(trait.signed_up_at)', ms(9 * day + 12 * hour)],
    ['age(trait.seconds)', ms(9 * day + 12 * hour)],
    ['age(trait.millis)', ms(9 * day + 12 * hour)],
    ['age(trait.city)', undefined],
    ['age(trait.renews_at)', ms(-2 * day)],
    ['until(trait.renews_at)', ms(2 * day)],
    ['until(trait.signed_up_at)', ms(-9 * day - 12 * hour)],
    ['days_until_anniversary(trait.birthday)', 355],
    ['trait.n + 5 * 2', 20],
    ['(trait.n + 5) * 2', 30],
    ['trait.n / 0', undefined],
    ['trait.n + trait.text10', undefined],
    ['trait.n - -3', 13],
    ['0.1 + 0.2', 0.3],
    ['2 - 3 - 4', -5],
    ['2d + 3h', ms(2 * day + 3 * hour)],
    ['2d * 0.5', ms(day)],
    ['2d / 4', ms(day / 2)],
    ['2d / 12h', 4],
    ['trait.signed_up_at + 1d', { kind: 'instant', ms: at('2026-03-02') }],
    ['trait.seconds + 1d', { kind: 'instant', ms: at('2026-03-02') }],
    ['2026-03-02 - trait.signed_up_at', ms(day)],
    ['age(trait.signed_up_at) / 1d', 9.5],
    ['score(churn)', undefined],
  ];
  test.each(cases)('%s', (text, expected) => {
    expect(valueOf(text, person, now)).toEqual(expected);
  });

  test('an identify that does not name a trait leaves it, null clears it, an object is replaced whole', () => {
    const history = given(
      identify({ a: 1, b: 2, o: { x: 1, y: 2 } }, '2026-01-01'),
      identify({ b: null, o: { x: 3 } }, '2026-01-02'),
    );
    expect(valueOf('trait.a', history, '2026-01-02')).toBe(1);
    expect(valueOf('trait.b', history, '2026-01-01T23:59:59.999')).toBe(2);
    expect(valueOf('trait.b', history, '2026-01-02')).toBeUndefined();
    expect(valueOf('trait.o.x', history, '2026-01-02')).toBe(3);
    expect(valueOf('trait.o.y', history, '2026-01-02')).toBeUndefined();
    expect(isTrue('trait.o exists', history, '2026-01-02')).toBe(true);
  });

  test('of identifies at one instant the greater messageId wins, whatever arrived first', () => {
    const history = given(identify({ a: 1 }, '2026-01-01', 'b'), identify({ a: 2 }, '2026-01-01', 'a'));
    expect(valueOf('trait.a', history, '2026-01-01')).toBe(1);
  });

  test('a trait dated ahead takes part when its time comes', () => {
    const history = given(bornAt('2026-01-01'), identify({ a: 1 }, '2026-01-02'));
    expect(valueOf('trait.a', history, '2026-01-01T23:59:59.999')).toBeUndefined();
    expect(valueOf('trait.a', history, '2026-01-02')).toBe(1);
  });
});

describe('ties', () => {
  const tied = given(
    track('A', '2026-01-01', { p: 'small' }, 'a'),
    track('A', '2026-01-01', { p: 'great' }, 'b'),
    track('A', '2026-01-01', {}, 'Z'),
  );
  test.each([
    ['first(p of "A")', 'great'],
    ['last(p of "A")', 'great'],
    ['top(p of "A")', 'great'],
  ] as const)('%s goes by the greater messageId', (text, expected) => {
    expect(valueOf(text, tied, now)).toBe(expected);
  });

  test('top goes to the most recent of equally frequent values', () => {
    const history = given(
      track('A', '2026-01-01', { p: 1 }),
      track('A', '2026-01-02', { p: 2 }),
      track('A', '2026-01-03', { p: 2 }),
      track('A', '2026-01-04', { p: 1 }),
    );
    expect(valueOf('top(p of "A")', history, '2026-01-03')).toBe(2);
    expect(valueOf('top(p of "A")', history, '2026-01-04')).toBe(1);
  });

  test('first and last give the value on that very event, missing if it has none there', () => {
    const history = given(
      track('A', '2026-01-01'),
      track('A', '2026-01-02', { p: 1 }),
      track('A', '2026-01-03'),
    );
    expect(valueOf('first(p of "A")', history, now)).toBeUndefined();
    expect(valueOf('last(p of "A")', history, now)).toBeUndefined();
  });
});

describe('conditions', () => {
  type Case = [rule: string, expected: boolean];
  const cases: readonly Case[] = [
    ['true', true],
    ['false', false],
    ['trait.city = "Pune"', true],
    ['trait.city = "pune"', false],
    ['trait.city != "Pune"', false],
    ['trait.nothing = "Pune"', false],
    ['trait.nothing != "Pune"', true],
    ['trait.nothing = trait.nothing', false],
    ['trait.nothing != trait.nothing', true],
    ['trait.nothing < 5', false],
    ['trait.nothing >= 5', false],
    ['trait.text10 > 9', false],
    ['trait.text10 = 10', false],
    ['trait.text10 != 10', true],
    ['trait.text10 = "10"', true],
    ['trait.n > 9', true],
    ['trait.n >= 10', true],
    ['trait.n < 10', false],
    ['trait.n <= 10', true],
    ['trait.vip = true', true],
    ['trait.vip = "true"', false],
    ['trait.vip != false', true],
    ['trait.city > "Puna"', true],
    ['trait.signed_up_at = 2026-03-01', true],
    ['trait.signed_up_at < 2026-03-01T00:00:00.001Z', true],
    ['trait.seconds = 2026-03-01', true],
    ['trait.millis = 2026-03-01', true],
    ['trait.signed_up_at < trait.renews_at', true],
    ['trait.signed_up_at = "2026-03-01T00:00:00Z"', false],
    ['trait.city < 2026-03-01', false],
    ['trait.address = "Oslo"', false],
    ['trait.address exists', true],
    ['trait.city in ["Pune", "Oslo"]', true],
    ['trait.city in ["Oslo"]', false],
    ['trait.city not in ["Oslo"]', true],
    ['trait.nothing in ["Oslo"]', false],
    ['trait.nothing not in ["Oslo"]', true],
    ['trait.n in [9, 10]', true],
    ['trait.tags = "new"', true],
    ['trait.tags = "old"', false],
    ['trait.tags != "new"', false],
    ['trait.tags != "old"', true],
    ['trait.tags in ["old", "sale"]', true],
    ['trait.tags contains "sale"', true],
    ['trait.tags contains "sal"', false],
    ['trait.tags starts with "sa"', true],
    ['trait.orders.sku contains "a"', true],
    ['trait.orders.sku contains "b2"', true],
    ['trait.orders.tags contains "y"', true],
    ['trait.orders.tags = "z"', true],
    ['trait.city contains "un"', true],
    ['trait.city contains "UN"', false],
    ['trait.city starts with "Pu"', true],
    ['trait.city ends with "ne"', true],
    ['trait.city ends with "Pu"', false],
    ['trait.city matches "u.e$"', true],
    ['trait.city matches "^u"', false],
    ['trait.n contains "1"', false],
    ['trait.nothing contains "1"', false],
    ['trait.none_tags exists', false],
    ['trait.none is missing', true],
    ['trait.empty is missing', true],
    ['trait.city exists', true],
    ['trait.n = 10 and trait.city = "Oslo" or trait.vip = true', true],
    ['trait.n = 10 and (trait.city = "Oslo" or trait.vip = false)', false],
    ['not trait.n = 10 or true', true],
    ['not (trait.n = 10 or true)', false],
    ['age(trait.signed_up_at) = 228h', true],
    ['age(trait.signed_up_at) < 2', false],
    ['until(trait.renews_at) <= 2d', true],
    ['until(trait.renews_at) < 2d', false],
    ['trait.n / 0 = 0', false],
    ['trait.n / 0 != 0', true],
    ['did "A"', false],
    ['did not "A"', true],
  ];
  test.each(cases)('%s', (text, expected) => {
    expect(isTrue(text, person, now)).toBe(expected);
    expect(isTrue(`not (${text})`, person, now)).toBe(!expected);
  });

  test('before a customer exists nothing holds, not even a negation', () => {
    const history = given(track('A', '2026-01-02'));
    expect(isTrue('true', history, '2026-01-01')).toBe(false);
    expect(isTrue('did not "A"', history, '2026-01-01')).toBe(false);
    expect(isTrue('true', history, '2026-01-02')).toBe(true);
    expect(valueOf('count("A")', history, '2026-01-01')).toBeUndefined();
    expect(isTrue('true', given(), '2026-01-01')).toBe(false);
  });
});

describe('standing, lifecycles, scores, lists, consent, samples', () => {
  const populations = (key: string, ...taken: readonly (readonly [string, readonly number[]])[]) =>
    new Map([[key, taken.map(([t, values]) => ({ at: at(t), values }))]]);
  const key = JSON.stringify({ kind: 'count', events: { source: { kind: 'track', name: 'A' } } });
  const twice = given(track('A', '2026-01-01'), track('A', '2026-01-05'));

  test('a percentile stands against the population of the last refresh', () => {
    const w = world({ populations: populations(key, ['2026-01-02', [0, 1, 2]], ['2026-01-06', [2, 3]]) });
    expect(valueOf('percentile(count("A"))', twice, '2026-01-01', w)).toBeUndefined();
    expect(valueOf('percentile(count("A"))', twice, '2026-01-02', w)).toBe(50);
    expect(valueOf('percentile(count("A"))', twice, '2026-01-05', w)).toBe(100);
    expect(valueOf('percentile(count("A"))', twice, '2026-01-06', w)).toBe(0);
    expect(valueOf('quintile(count("A"))', twice, '2026-01-02', w)).toBe(3);
  });

  test('RFM: missing without a purchase in the window, recency falls with time', () => {
    const options: WorldOptions = { rfm: { purchase: '"A"', value: 'v', window: 'last 365d' } };
    const w = world({
      ...options,
      populations: new Map([
        ['rfm default recency', [{ at: at('2026-01-01'), values: [0, day, 2 * day, 3 * day, 4 * day] }]],
        ['rfm default frequency', [{ at: at('2026-01-01'), values: [1, 2, 3, 4, 5] }]],
        ['rfm default monetary', [{ at: at('2026-01-01'), values: [10, 20, 30, 40, 50] }]],
      ]),
    });
    const history = given(bornAt('2025-12-01'), track('A', '2026-01-01', { v: 50 }));
    expect(valueOf('rfm(recency)', history, '2025-12-31', w)).toBeUndefined();
    expect(valueOf('rfm(recency)', history, '2026-01-01', w)).toBe(5);
    expect(valueOf('rfm(frequency)', history, '2026-01-01', w)).toBe(1);
    expect(valueOf('rfm(monetary)', history, '2026-01-01', w)).toBe(5);
    expect(valueOf('rfm(group)', history, '2026-01-01', w)).toBe('potential_loyalists');
    // 20 % of the population lies at 0.8 days.
    expect(valueOf('rfm(recency)', history, at('2026-01-01') + 0.8 * day, w)).toBe(5);
    expect(valueOf('rfm(recency)', history, at('2026-01-01') + 0.8 * day + 1, w)).toBe(4);
    expect(valueOf('rfm(recency)', history, '2026-06-01', w)).toBe(1);
    expect(valueOf('rfm(group)', history, '2027-01-01', w)).toBeUndefined();
  });

  test('a stage is the first whose rule holds', () => {
    const w = world({
      stages: [['loyal', 'count("A") >= 2'], ['new', 'did "A" last 7d'], ['visitor']],
    });
    expect(valueOf('stage(default)', twice, '2026-01-01', w)).toBe('new');
    expect(valueOf('stage(default)', twice, '2026-01-05', w)).toBe('loyal');
    expect(isTrue('stage(default) = "loyal"', twice, '2026-01-05', w)).toBe(true);
    expect(valueOf('stage(default)', given(bornAt('2026-01-01')), '2026-01-05', w)).toBe('visitor');
  });

  test('a score is the latest by its own time', () => {
    const history = given(
      bornAt('2026-01-01'),
      score('churn', 0.5, '2026-01-03'),
      score('churn', 0.2, '2026-01-02'),
    );
    expect(valueOf('score(churn)', history, '2026-01-01')).toBeUndefined();
    expect(valueOf('score(churn)', history, '2026-01-02')).toBe(0.2);
    expect(valueOf('score(churn)', history, '2026-01-04')).toBe(0.5);
    expect(valueOf('score(other)', history, '2026-01-04')).toBeUndefined();
  });

  test('a list holds from the instant it was uploaded until it is replaced', () => {
    const history = given(bornAt('2026-01-01'), onList('vip', '2026-01-02', '2026-01-04'));
    expect(isTrue('in list vip', history, '2026-01-01')).toBe(false);
    expect(isTrue('in list vip', history, '2026-01-02')).toBe(true);
    expect(isTrue('in list vip', history, '2026-01-04')).toBe(false);
    expect(isTrue('in list other', history, '2026-01-02')).toBe(false);
    expect(isTrue('in list vip for 1d', history, '2026-01-03')).toBe(true);
  });

  const subscribed = (t: string, properties: Record<string, string>, id?: string) =>
    track('Subscription Updated', t, properties, id);
  type ConsentCase = [rule: string, t: string, expected: boolean];
  const consent = given(
    bornAt('2026-01-01'),
    subscribed('2026-01-02', { channel: 'email', status: 'subscribed' }),
    subscribed('2026-01-03', { channel: 'email', topic: 'newsletter', status: 'subscribed' }),
    subscribed('2026-01-03', { channel: 'sms', topic: 'news', status: 'subscribed' }),
    track('Unsubscribed', '2026-01-04', {}),
    subscribed('2026-01-05', { status: 'subscribed' }),
    track('Unsubscribed', '2026-01-06', { topic: 'newsletter' }),
    subscribed('2026-01-07', { channel: 'email', status: 'nonsense' }),
  );
  const consentCases: readonly ConsentCase[] = [
    ['subscribed(email)', '2026-01-01', false],
    ['subscribed(email)', '2026-01-02', true],
    ['subscribed("newsletter")', '2026-01-02', false],
    ['subscribed("newsletter")', '2026-01-03', true],
    ['subscribed("news")', '2026-01-03', false],
    ['subscribed(email)', '2026-01-04', false],
    ['subscribed("newsletter")', '2026-01-04', false],
    ['subscribed("newsletter")', '2026-01-05', true],
    ['subscribed("newsletter")', '2026-01-06', false],
    ['subscribed(email)', '2026-01-07', true],
    ['did "Unsubscribed"', '2026-01-07', true],
  ];
  test.each(consentCases)('%s on %s', (text, t, expected) => {
    expect(isTrue(text, consent, t)).toBe(expected);
  });

  test('a channel set to opt-out stands until it is withdrawn', () => {
    const w = world({ optOut: ['sms', 'email'] });
    expect(isTrue('subscribed(sms)', consent, '2026-01-01', w)).toBe(true);
    expect(isTrue('subscribed("news")', consent, '2026-01-03', w)).toBe(true);
    expect(isTrue('subscribed(email)', consent, '2026-01-04', w)).toBe(false);
  });

  test('a sample is the same for ever, grows with its share and has a complement', () => {
    const customers = Array.from({ length: 2000 }, (_, i) => ({
      ...given(bornAt('2026-01-01')),
      sampleId: `u${i}`,
    }));
    const size = (text: string): number => customers.filter((c) => isTrue(text, c, '2026-01-01')).length;
    expect(size('sample(10%, "a")')).toBeGreaterThan(150);
    expect(size('sample(10%, "a")')).toBeLessThan(250);
    expect(size('sample(10%, "a") and not sample(20%, "a")')).toBe(0);
    expect(size('sample(0%, "a")')).toBe(0);
    expect(size('sample(100%, "a")')).toBe(2000);
  });
});

test('a minute is sixty seconds and a week seven days', () => {
  expect(valueOf('2w', person, now)).toEqual(ms(14 * day));
  expect(valueOf('15m + 30s', person, now)).toEqual(ms(15.5 * minute));
});
