/** What explanations say, one rule and one history each. That it is true is a property test of its own. */

import { describe, expect, it } from 'vitest';

import { Hindi } from '../../src/engine/explain-hindi.ts';
import { englishIn, explainText, instantText } from '../../src/engine/explain-text.ts';
import { explain, type Explanation, outline } from '../../src/engine/explain.ts';
import { emptyHistory, type History, type World } from '../../src/rules/interpreter-history.ts';
import {
  at,
  bornAt,
  given,
  identify,
  onList,
  rule,
  score,
  track,
  world,
  type WorldOptions,
} from '../rules/given.ts';

const now = '2026-11-21T14:00:00Z';

function explained(
  rule: string,
  history: History,
  options: WorldOptions = {},
): { explanation: Explanation; w: World } {
  const w = world({ ...options, segments: { ...options.segments, asked: rule } });
  return { explanation: explain(history, w, 'asked', at(now)), w };
}

function verdict(rule: string, history: History, options: WorldOptions = {}): readonly string[] {
  const { explanation, w } = explained(rule, history, options);
  return englishIn(w.zone).verdict(explanation);
}

const order = (time: string, revenue: number, more: Record<string, string> = {}) =>
  track('Order Completed', time, { revenue, ...more });

const twoOrders = given(
  order('2026-10-01T08:00:00Z', 60),
  order('2026-11-01T10:00:00Z', 50, { category: 'shoes' }),
);

const table: readonly [rule: string, history: History, says: readonly string[], options?: WorldOptions][] = [
  [
    'count("Order Completed", last 30d) >= 1',
    twoOrders,
    [
      'In asked since 2026-11-01 10:00:00.000.',
      'Leaves on 2026-12-01 10:00:00.000 unless one more “Order Completed” before 2026-12-01 10:00:00.000 (if at once, then in until 2026-12-21 14:00:00.001).',
    ],
  ],
  [
    'count("Order Completed", last 365d) >= 4',
    twoOrders,
    [
      'Not in asked since 2026-10-01 08:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: 2 more “Order Completed” before 2027-10-01 08:00:00.000.',
    ],
  ],
  [
    'count("Order Completed" where category = "shoes" and price > 100, last 7d) >= 1',
    twoOrders,
    [
      'Not in asked since 2026-10-01 08:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: one “Order Completed” with category “shoes” and price greater than 100.',
    ],
  ],
  [
    'sum(revenue of "Order Completed", last 30d) >= 90',
    twoOrders,
    [
      'Not in asked since 2026-10-01 08:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: one more “Order Completed” with revenue of at least 40 before 2026-12-01 10:00:00.000.',
    ],
  ],
  [
    'sum(revenue of "Order Completed", last 30d) > 90.5',
    twoOrders,
    [
      'Not in asked since 2026-10-01 08:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: one more “Order Completed” with revenue of more than 40.5 before 2026-12-01 10:00:00.000.',
    ],
  ],
  [
    'avg(revenue of "Order Completed") >= 60',
    twoOrders,
    [
      'Not in asked since 2026-11-01 10:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: one more “Order Completed” with revenue of at least 70.',
    ],
  ],
  [
    'max(revenue of "Order Completed") > 100',
    twoOrders,
    [
      'Not in asked since 2026-10-01 08:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: one more “Order Completed” with revenue of more than 100.',
    ],
  ],
  [
    'distinct(category of "Order Completed") >= 3',
    twoOrders,
    [
      'Not in asked since 2026-10-01 08:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: 2 more “Order Completed”, each with a new category.',
    ],
  ],
  [
    'days("Order Completed", last 60d) >= 4',
    twoOrders,
    [
      'Not in asked since 2026-10-01 08:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: 2 more “Order Completed”, each on another day, with effect 9h59m59s999ms later.',
    ],
  ],
  [
    'top(category of "Order Completed") = "hats"',
    twoOrders,
    [
      'Not in asked since 2026-10-01 08:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: one more “Order Completed” with category “hats”.',
    ],
  ],
  [
    'last(category of "Order Completed") in ["hats", "shirts"]',
    twoOrders,
    [
      'Not in asked since 2026-10-01 08:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: one more “Order Completed” with category “hats”.',
    ],
  ],
  [
    'count("Order Completed", last 365d) >= 3 and sum(revenue of "Order Completed", last 365d) >= 300',
    twoOrders,
    [
      'Not in asked since 2026-10-01 08:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: one more “Order Completed” with revenue of at least 190 before 2027-10-01 08:00:00.000.',
    ],
  ],
  [
    'not did "Order Completed" last 30d',
    twoOrders,
    [
      'Not in asked since 2026-11-01 10:00:00.000.',
      'Enters on 2026-12-01 10:00:00.000 unless one more “Order Completed” before 2026-12-01 10:00:00.000 (if at once, then out until 2026-12-21 14:00:00.001).',
    ],
  ],
  [
    'not did "Order Completed" last 14d',
    twoOrders,
    [
      'In asked since 2026-11-15 10:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would take the customer out: one more “Order Completed”.',
    ],
  ],
  [
    'did "Order Completed" last 30 calendar days',
    twoOrders,
    [
      'In asked since 2026-11-01 15:30:00.000.',
      'Leaves on 2026-12-01 00:00:00.000 unless one more “Order Completed” before 2026-12-01 00:00:00.000 (if at once, then in until 2026-12-21 00:00:00.000).',
    ],
    { zone: 'Asia/Kolkata' },
  ],
  [
    'age(last "Order Completed") > 30d',
    twoOrders,
    [
      'Not in asked since 2026-11-01 10:00:00.000.',
      'Enters on 2026-12-01 10:00:00.001 unless one more “Order Completed” before 2026-12-01 10:00:00.001 (if at once, then out until 2026-12-21 14:00:00.002).',
    ],
  ],
  [
    'trait.country = "US"',
    given(identify({ country: 'IN' }, '2026-11-01')),
    [
      'Not in asked since 2026-11-01 00:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: trait.country set to “US”.',
    ],
  ],
  [
    'trait.country != "US"',
    given(identify({ country: 'US' }, '2026-11-01')),
    [
      'Not in asked since 2026-11-01 00:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: trait.country set to anything but “US”.',
    ],
  ],
  [
    'trait.age >= 18',
    given(identify({}, '2026-11-01')),
    [
      'Not in asked since 2026-11-01 00:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: trait.age set to at least 18.',
    ],
  ],
  [
    'trait.tags contains "vip"',
    given(identify({ tags: ['new'] }, '2026-11-01')),
    [
      'Not in asked since 2026-11-01 00:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: trait.tags set to a value that contains “vip”.',
    ],
  ],
  [
    'trait.email exists',
    given(bornAt('2026-11-01')),
    [
      'Not in asked since 2026-11-01 00:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: trait.email set to any value.',
    ],
  ],
  [
    'until(trait.renews_at) < 7d',
    given(identify({ renews_at: '2026-12-01T00:00:00Z' }, '2026-11-01')),
    [
      'Not in asked since 2026-11-01 00:00:00.000.',
      'Enters on 2026-11-24 00:00:00.001 unless trait.renews_at set to a time at or after 2026-12-02 00:00:00.001, done before 2026-11-24 00:00:00.001 (if at once, then out until 2026-11-25 00:00:00.002).',
      'The smallest thing that would bring the customer in: trait.renews_at set to a time before 2026-11-28 14:00:00.001, done before 2026-11-24 00:00:00.001.',
    ],
  ],
  [
    'subscribed(email)',
    given(bornAt('2026-11-01')),
    [
      'Not in asked since 2026-11-01 00:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: subscribing to email.',
    ],
  ],
  [
    'subscribed("newsletter")',
    given(bornAt('2026-11-01')),
    [
      'Not in asked since 2026-11-01 00:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: subscribing to email and subscribing to “newsletter” on email.',
    ],
  ],
  [
    'in list vips',
    given(bornAt('2026-11-01')),
    [
      'Not in asked since 2026-11-01 00:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: being put on the list vips.',
    ],
  ],
  [
    'in list vips',
    given(onList('vips', '2026-11-02'), bornAt('2026-11-01')),
    [
      'In asked since 2026-11-02 00:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would take the customer out: being taken off the list vips.',
    ],
  ],
  [
    'score(churn) > 0.8',
    given(score('churn', 0.5, '2026-11-20'), bornAt('2026-11-01')),
    [
      'Not in asked since 2026-11-01 00:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: a score “churn” of more than 0.8.',
    ],
  ],
  [
    'did page "Pricing"',
    emptyHistory,
    ['Not in asked: nothing is known of the customer by 2026-11-21 14:00:00.000.'],
  ],
  [
    'did page "Pricing"',
    given(bornAt('2026-12-01')),
    ['Not in asked: nothing is known of the customer by 2026-11-21 14:00:00.000.'],
  ],
  [
    'seq("Product Added", no "Order Completed" within 2h) last 3d',
    given(track('Product Added', '2026-11-21T13:00:00Z')),
    [
      'Not in asked since 2026-11-21 13:00:00.000.',
      'Enters on 2026-11-21 15:00:00.000 unless one “Order Completed” before 2026-11-21 15:00:00.000.',
    ],
  ],
  [
    'seq("Product Added", no "Order Completed" within 2h) last 3d',
    given(track('Product Added', '2026-11-21T11:00:00Z')),
    [
      'In asked since 2026-11-21 13:00:00.000.',
      'Leaves on 2026-11-24 13:00:00.000 unless one more “Product Added” before 2026-11-24 11:00:00.001 (if at once, then in until 2026-11-24 16:00:00.001).',
    ],
  ],
  [
    'seq("A", "B" within 1h, "C" within 1d on id)',
    given(track('A', '2026-11-21T13:30:00Z', { id: 'x' })),
    [
      'Not in asked since 2026-11-21 13:30:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: one “B” with id “x”, then one “C” with id “x” before 2026-11-21 14:30:00.000.',
    ],
  ],
  [
    'seq("A", "B" within 1h, "C" within 1d on id)',
    given(track('A', '2026-11-21T13:30:00Z', { id: 'x' }), track('B', '2026-11-21T13:40:00Z', { id: 'x' })),
    [
      'Not in asked since 2026-11-21 13:30:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: one “C” with id “x” before 2026-11-22 13:40:00.000.',
    ],
  ],
  [
    'in buyers and not did "Signed In" last 90d',
    twoOrders,
    [
      'In asked since 2026-11-01 10:00:00.000.',
      'Leaves on 2026-12-01 10:00:00.000 unless one more “Order Completed” before 2026-12-01 10:00:00.000 (if at once, then in until 2026-12-21 14:00:00.001).',
      'The smallest thing that would take the customer out: one “Signed In” before 2026-12-01 10:00:00.000.',
    ],
    { segments: { buyers: 'did "Order Completed" last 30d' } },
  ],
  [
    '(did "Order Completed" last 30d) for 14d',
    twoOrders,
    [
      'In asked since 2026-11-15 10:00:00.000.',
      'Leaves on 2026-12-01 10:00:00.000 unless one more “Order Completed” before 2026-12-01 10:00:00.000 (if at once, then in until 2026-12-21 14:00:00.001).',
    ],
  ],
  [
    '(not did "Order Completed" last 10d) for 14d',
    twoOrders,
    [
      'Not in asked since 2026-11-01 10:00:00.000.',
      'Enters on 2026-11-25 10:00:00.000 unless one more “Order Completed” before 2026-11-25 10:00:00.000 (if at once, then out until 2026-12-15 14:00:00.001).',
    ],
  ],
  [
    'stage(default) = "loyal"',
    twoOrders,
    [
      'Not in asked since 2026-10-01 08:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: one more “Order Completed”.',
    ],
    {
      stages: [
        ['loyal', 'count("Order Completed", last 365d) >= 3'],
        ['active', 'did "Order Completed" last 90d'],
        ['visitor'],
      ],
    },
  ],
  [
    'stage(default) = "visitor"',
    twoOrders,
    [
      'Not in asked since 2026-10-01 08:00:00.000.',
      'Enters on 2027-01-30 10:00:00.000 unless one more “Order Completed” before 2027-01-30 10:00:00.000 (if at once, then out until 2027-10-01 08:00:00.000).',
    ],
    {
      stages: [
        ['loyal', 'count("Order Completed", last 365d) >= 3'],
        ['active', 'did "Order Completed" last 90d'],
        ['visitor'],
      ],
    },
  ],
  [
    'count("View", last 7d) <= 0.8 * count("View", from 14d to 7d ago)',
    given(
      ...[15, 16, 17, 18, 19].map((d) => track('View', `2026-11-${d}T10:00:00Z`)),
      track('View', '2026-11-10T10:00:00Z'),
      track('View', '2026-11-10T11:00:00Z'),
    ),
    [
      'Not in asked since 2026-11-10 10:00:00.000.',
      'Enters on 2026-11-23 10:00:00.000 unless one more “View” before 2026-11-23 10:00:00.000 (if at once, then out until 2026-11-24 10:00:00.000).',
    ],
  ],
  [
    'age(entered buyers) < 7d',
    twoOrders,
    [
      'Not in asked since 2026-11-08 10:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: one more “Order Completed”.',
    ],
    { segments: { buyers: 'did "Order Completed" last 10d' } },
  ],
  [
    'sum(revenue of "Order Completed") - sum(revenue of "Order Refunded") >= 300',
    twoOrders,
    [
      'Not in asked since 2026-10-01 08:00:00.000.',
      'Time alone will not change that.',
      'The smallest thing that would bring the customer in: one more “Order Completed” with revenue of at least 190.',
    ],
  ],
  ['true', twoOrders, ['In asked since 2026-10-01 08:00:00.000.', 'Time alone will not change that.']],
  [
    'sample(0%, "x")',
    twoOrders,
    ['Not in asked since 2026-10-01 08:00:00.000.', 'Time alone will not change that.'],
  ],
  [
    'days_until_anniversary(trait.birthday) <= 7',
    given(identify({ birthday: '1990-12-24' }, '2026-11-01')),
    [
      'Not in asked since 2026-11-01 00:00:00.000.',
      'Enters on 2026-12-17 00:00:00.000 unless trait.birthday set to 2026-12-25 00:00:00.000 before 2026-12-17 00:00:00.000 (if at once, then out until 2026-12-18 00:00:00.000).',
      'The smallest thing that would bring the customer in: trait.birthday set to 2026-11-28 00:00:00.000 before 2026-11-29 00:00:00.000.',
    ],
  ],
];

describe('the verdict', () => {
  it.each(table)('%s', (rule, history, says, options) => {
    expect(verdict(rule, history, options)).toEqual(says);
  });
});

describe('the verdict in Hindi', () => {
  it.each<readonly [rule: string, says: readonly string[]]>([
    [
      'count("Order Completed", last 30d) >= 1',
      [
        '2026-11-01 10:00:00.000 से asked में हैं।',
        '2026-12-01 10:00:00.000 से पहले एक और “Order Completed” न होने पर 2026-12-01 10:00:00.000 को निकलेंगे (अभी हो तो 2026-12-21 14:00:00.001 तक अंदर रहेंगे)।',
      ],
    ],
    [
      'count("Order Completed", last 365d) >= 4',
      [
        '2026-10-01 08:00:00.000 से asked में नहीं हैं।',
        'केवल समय बीतने से यह नहीं बदलेगा।',
        'सबसे छोटी बात जिससे ग्राहक आ जाएँगे: 2027-10-01 08:00:00.000 से पहले 2 और “Order Completed”।',
      ],
    ],
    [
      'count("Order Completed" where category = "shoes" and price > 100, last 7d) >= 1',
      [
        '2026-10-01 08:00:00.000 से asked में नहीं हैं।',
        'केवल समय बीतने से यह नहीं बदलेगा।',
        'सबसे छोटी बात जिससे ग्राहक आ जाएँगे: category “shoes” और price 100 से ज़्यादा वाला एक “Order Completed”।',
      ],
    ],
    [
      'sum(revenue of "Order Completed", last 30d) >= 90',
      [
        '2026-10-01 08:00:00.000 से asked में नहीं हैं।',
        'केवल समय बीतने से यह नहीं बदलेगा।',
        'सबसे छोटी बात जिससे ग्राहक आ जाएँगे: 2026-12-01 10:00:00.000 से पहले revenue कम से कम 40 वाला एक और “Order Completed”।',
      ],
    ],
    [
      'trait.city = "Pune"',
      [
        '2026-10-01 08:00:00.000 से asked में नहीं हैं।',
        'केवल समय बीतने से यह नहीं बदलेगा।',
        'सबसे छोटी बात जिससे ग्राहक आ जाएँगे: गुण city का “Pune” होना।',
      ],
    ],
  ])('%s', (rule, says) => {
    const { explanation, w } = explained(rule, twoOrders);
    const hindi = new Hindi({
      number: String,
      date: ({ text }) => text,
      instant: (t) => instantText(t, w.zone),
    });
    expect(hindi.verdict(explanation)).toEqual(says);
  });

  it('has a word for everything that english has', () => {
    const hindi = new Hindi({ number: String, date: ({ text }) => text, instant: String });
    for (const [rule, history, , options] of table) {
      const { explanation } = explained(rule, history, options);
      for (const line of hindi.verdict(explanation)) {
        expect(line).toMatch(/।$/);
        expect(line).not.toMatch(/undefined|\b(one|more|with|and|or|set|before|than|least)\b/);
      }
    }
  });
});

describe('the tree', () => {
  const shoes = 'count("Order Completed" where category = "shoes", last 30d) >= 1';
  const options = { zone: 'Asia/Kolkata', segments: { buyers: shoes } };
  const { explanation, w } = explained(
    'in buyers and (trait.country = "IN" or not did page "Pricing")',
    twoOrders,
    options,
  );

  it('mirrors the rule, with segments explained inside', () => {
    const [buyers, either] = explanation.rule.items;
    expect(explanation.rule).toMatchObject({ kind: 'and', holds: true, found: [] });
    expect(buyers).toMatchObject({ kind: 'in_segment', rule: 'in buyers', holds: true });
    expect(buyers?.items).toMatchObject([
      { kind: 'compare', rule: shoes, definition: { kind: 'segment', name: 'buyers' } },
    ]);
    expect(either?.items.map(({ kind, holds }) => [kind, holds])).toEqual([
      ['compare', false],
      ['not', true],
    ]);
  });

  it('gives values and thresholds with their types, and the messages that decided with what was read of them', () => {
    expect(explanation.rule.items[0]?.items[0]).toMatchObject({
      found: [
        {
          of: 'count("Order Completed" where category = "shoes", last 30d)',
          is: { type: 'number', value: 1 },
        },
      ],
      threshold: { op: '>=', values: [{ type: 'number', value: 1 }] },
      since: { at: at('2026-11-01T10:00:00Z') },
      until: at('2026-12-01T10:00:00Z'),
      messages: [
        {
          kind: 'track',
          name: 'Order Completed',
          read: [{ path: 'category', value: { type: 'text', value: 'shoes' } }],
        },
      ],
      messagesTotal: 1,
    });
    expect(explanation.rule.items[1]?.items[0]).toMatchObject({
      found: [{ of: 'trait.country', is: { type: 'missing' } }],
      threshold: { op: '=', values: [{ type: 'text', value: 'IN' }] },
      messages: [],
    });
  });

  it('is told as sentences in the local time of the workspace', () => {
    const id = explanation.rule.items[0]?.items[0]?.messages[0]?.messageId ?? '';
    expect(explainText(explanation, w.zone)).toEqual([
      'In asked since 2026-11-01 15:30:00.000.',
      'Leaves on 2026-12-01 15:30:00.000 unless one more “Order Completed” with category “shoes” before 2026-12-01 15:30:00.000 (if at once, then in until 2026-12-21 19:30:00.001).',
      'The smallest thing that would take the customer out: one view of the page “Pricing” before 2026-12-01 15:30:00.000.',
      'Because:',
      '  yes  all of these: since 2026-11-01 15:30:00.000; until 2026-12-01 15:30:00.000',
      '    yes  who are in the segment “buyers”: since 2026-11-01 15:30:00.000; until 2026-12-01 15:30:00.000',
      '      yes  segment buyers: who have done “Order Completed” with category “shoes” at least once in the last 30 days',
      '             it is 1, asked is at least 1; since 2026-11-01 15:30:00.000; until 2026-12-01 15:30:00.000',
      `             2026-11-01 15:30:00.000  “Order Completed”, category “shoes”, message ${id}`,
      '    yes  any of these: since 2026-10-01 13:30:00.000',
      '      no   whose country is “IN”',
      '             it is missing, asked is “IN”; since 2026-10-01 13:30:00.000',
      '      yes  not this: since 2026-10-01 13:30:00.000',
      '        no   who have viewed the page “Pricing”',
      '               it is 0, asked is at least 1; since 2026-10-01 13:30:00.000',
    ]);
  });

  it('names the newest of many messages, and counts the others', () => {
    const many = given(...Array.from({ length: 30 }, (_, i) => track('A', at('2026-11-20') + i)));
    const { rule } = explained('did "A"', many).explanation;
    expect(rule.messagesTotal).toBe(30);
    expect(rule.messages).toHaveLength(20);
    expect(rule.messages.at(-1)?.time).toBe(at('2026-11-20') + 29);
  });

  it('says how far a sequence has come', () => {
    const begun = given(track('A', '2026-11-21T13:00:00Z'), track('B', '2026-11-21T13:10:00Z'));
    const { rule } = explained('seq("A", "B" within 1h, "C" within 1h)', begun).explanation;
    expect(rule.progress).toEqual({ steps: 2, of: 3 });
    expect(rule.messages.map(({ name }) => name)).toEqual(['A', 'B']);
  });

  it('says that what was before the first population is not known', () => {
    const value = rule('percentile(count("Order Completed")) >= 50');
    const key =
      value.kind === 'compare' && value.left.kind === 'percentile' ? JSON.stringify(value.left.of) : '';
    const populations = new Map([[key, [{ at: at('2026-11-21'), values: [0, 1, 2] }]]]);
    const { explanation: standing, w: inWorld } = explained(
      'percentile(count("Order Completed")) >= 50',
      twoOrders,
      { populations },
    );
    expect(standing).toMatchObject({
      member: true,
      since: { at: at('2026-11-21'), orEarlier: true },
      standing: true,
    });
    expect(englishIn(inWorld.zone).verdict(standing)[0]).toBe(
      'In asked since 2026-11-21 00:00:00.000 or earlier.',
    );
  });

  it('leaves parts out where it would have no end', () => {
    const segments: Record<string, string> = { s0: 'did "A"' };
    for (let i = 1; i <= 12; i++) segments[`s${i}`] = `in s${i - 1} and not in s${i - 1}`;
    const { rule } = explained('in s12', twoOrders, { segments }).explanation;
    expect(JSON.stringify(rule)).toContain('"cut":true');
    expect(JSON.stringify(rule).length).toBeLessThan(1_000_000);
  });
});

it('an outline says where a customer stands in everything', () => {
  const stages = [
    ['loyal', 'count("Order Completed") >= 3'],
    ['active', 'did "Order Completed" last 90d'],
    ['visitor'],
  ] as const;
  const w = world({ segments: { recent: 'did "Order Completed" last 30d', vip: 'in list vips' }, stages });
  expect(outline(twoOrders, w, at(now))).toEqual({
    at: at(now),
    segments: [
      {
        segment: 'recent',
        member: true,
        since: { at: at('2026-11-01T10:00:00Z') },
        until: at('2026-12-01T10:00:00Z'),
      },
      { segment: 'vip', member: false, since: { at: at('2026-10-01T08:00:00Z') } },
    ],
    stages: [
      {
        lifecycle: 'default',
        stage: 'active',
        since: { at: at('2026-10-01T08:00:00Z') },
        until: at('2027-01-30T10:00:00Z'),
      },
    ],
  });
});
