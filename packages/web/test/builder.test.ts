/**
 * The builder in a real browser before a real service: all of the rule language has a form, looking at a form changes nothing,
 * and what is not right yet is neither saved nor lost.
 */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type App, hasBrowser, openApp, shot, skipped } from './open-app.ts';
import { violations } from './violations.ts';

/** Every line of the tables of the rule language, as the formatter writes it. */
const language: Readonly<Record<string, readonly string[]>> = {
  literals: [
    'trait.age = 42',
    'trait.code = "42"',
    'trait.vip = true',
    'trait.since >= 2026-11-01',
    'trait.seen < 2026-11-01T10:00:00Z',
    'age(trait.since) < 2w',
    'until(trait.renews_at) < -1h30m',
    'trait["loyalty tier"] != "gold"',
    'trait.address.city starts with "Pu"',
  ],
  values: [
    'count("Order Completed", last 30d) >= 3',
    'sum(revenue of "Order Completed", last 365d) > 500.5',
    'avg(price of "Product Viewed") <= 20',
    'min(price of "Product Viewed") < 5',
    'max(price of "Product Viewed") != 5',
    'distinct(topic of "Article Read", last 7d) >= 3',
    'top(category of "Product Viewed") = "shoes"',
    'first(source of page "Home") in ["ads", "mail"]',
    'last(products.category of "Order Completed") contains "shoe"',
    'days("Signed In", last 2 calendar weeks) < 4',
    'age(first any event) >= 21d',
    'age(last event starts with "Email ") < 60d',
    'age(entered vip) > 3h',
    'age(exited vip) > 90s',
    'days_until_anniversary(trait.birthday) <= 7',
    'percentile(sum(revenue of "Order Completed", last 365d)) >= 90',
    'quintile(age(last "Order Completed") / 1d) = 5',
    'rfm(group) in ["champions", "loyal"]',
    'rfm(recency) >= 4',
    'stage(default) = "loyal"',
    'score(churn) > 0.8',
    'coalesce(trait.nickname, trait.name, "you") = "Asha"',
    'count("Product Viewed", last 7d) <= 0.8 * count("Product Viewed", from 14d to 7d ago)',
    '(trait.a + 2) / (trait.b - 1) > -3',
  ],
  windows: [
    'did "Order Completed"',
    'did not "Order Completed" last 90d',
    'did "Order Completed" from 60d to 30d ago',
    'did "Order Completed" last 3 calendar quarters',
    'did "Order Completed" since 2026-01-01',
    'did "Order Completed" before 2026-01-01T09:30',
    'did "Order Completed" from 2026-01-01 to 2026-02-01',
    'did "Order Completed" after last "Product Viewed" where category = "shoes"',
  ],
  where: [
    'did "Product Viewed" where category = "shoes" and price > 100',
    'did "Product Viewed" where (category = "shoes" or category in ["bags", "hats"]) and not coupon exists',
    'did "Product Viewed" where properties["loyalty tier"] is missing or name matches "^Trail"',
    'did "Product Viewed" where price * quantity >= 100 last 30d',
  ],
  conditions: [
    'seq("Product Viewed", "Product Added" within 1h, "Order Completed" within 1d on product_id)',
    'seq("Product Added", no "Order Completed" within 2h) last 7d',
    'in vip',
    'in list friends',
    'subscribed(email)',
    'subscribed("newsletter")',
    'sample(10%, "seed")',
    'in vip for 14d',
    'not (did "Order Completed" last 7d or in vip) for 2w',
    'true',
    'false or (did "Order Completed" and not did "Signed In" last 7d)',
    '# Ask Asha before changing this\ndid "Order Completed" last 30d',
  ],
};

/** All of them at once; the note of one alone goes. */
function together(rules: readonly string[]): string {
  return rules.map((text) => `(${text.replace(/# .*\n/, '')})`).join('\nand ');
}

const definitions = {
  segments: { vip: 'did "Order Completed"', left_carts: 'did "Product Added"' },
  lifecycles: { default: { stages: [{ loyal: 'count("Order Completed") >= 9' }, 'visitor'] } },
  rfm: { default: { purchase: '"Order Completed"', value: 'revenue', window: 'last 365d' } },
  lists: { friends: ['asha', 'meera'] },
};

const event = (userId: string, name: string, properties: object): object => ({
  type: 'track',
  userId,
  event: name,
  properties,
  messageId: crypto.randomUUID(),
});

describe.runIf(hasBrowser)(`the builder${skipped}`, () => {
  let app: App;
  let page: Page;
  const rule = () => page.getByRole('textbox', { name: 'Rule', exact: true });
  const tab = (name: string) => page.getByRole('tab', { name, exact: true }).click();
  const asText = async (): Promise<string> => {
    await tab('Text');
    return rule().inputValue();
  };
  const write = async (text: string): Promise<void> => {
    await tab('Text');
    await rule().fill(text);
    await tab('Conditions');
    await page.locator('.leaf').first().waitFor();
  };

  beforeAll(async () => {
    app = await openApp();
    await app.call('POST', '/api/definitions', { definitions, reason: 'for the test' });
    await app.send(
      ['asha', 'meera', 'ravi'].flatMap((userId, i) => [
        event(userId, 'Product Viewed', { category: i === 0 ? 'bags' : 'shoes', price: 80 + i }),
        event(userId, 'Order Completed', { revenue: 100 * i }),
        { type: 'identify', userId, traits: { city: i === 0 ? 'Goa' : 'Pune' }, messageId: `i${userId}` },
      ]),
    );
    await app.call('GET', '/api/history/size?of=none&fresh=true').catch(() => undefined);
    page = await app.signIn('marketer');
    await page.goto(`${app.url}/segments/new`);
    await page.getByRole('heading', { name: 'New segment' }).waitFor();
  }, 120_000);
  afterAll(async () => {
    await app.close();
  });

  for (const [part, rules] of Object.entries(language)) {
    test(`${part}: everything has a form, and a form that is looked at changes nothing`, async () => {
      for (const text of rules) {
        await write(text);
        expect([text, await page.locator('.builder textarea:not(.note)').count()]).toEqual([text, 0]);
        // Every field is entered and left again.
        await page.evaluate(
          "document.querySelectorAll('.builder input, .builder select, .builder textarea').forEach((field) => { field.focus(); field.blur(); })",
        );
        const problems = await page.locator('.builder').first().locator('.problem').allTextContents();
        expect([text, problems]).toEqual([text, []]);
        expect((await asText()).replace(/\s+/g, ' ')).toBe(text.replace(/\s+/g, ' '));
      }
      await write(together(rules.slice(0, 12)));
      expect(await violations(page)).toEqual([]);
      await shot(page, `builder-${part}`);
    }, 600_000);
  }

  test('what is rarely wanted is one click away', async () => {
    await write('did "Order Completed" last 30d');
    for (const what of [
      'How long ago',
      'A date or an anniversary',
      'Two values compared',
      'Consent',
      'A list',
      'A score',
      'RFM',
      'Standing among all',
      'A sample',
      'Everyone, or nobody',
    ]) {
      await page.getByRole('button', { name: 'More…' }).click();
      await page.getByRole('menuitem', { name: what }).click();
      await page.getByRole('menu').waitFor({ state: 'detached' });
    }
    expect(await page.locator('.leaf').count()).toBe(11);
    expect(await violations(page)).toEqual([]);
    await shot(page, 'builder-rare');
    expect(await asText()).toContain('and subscribed(email)\nand in list friends');
  });

  test('a value is one of several that have come', async () => {
    await write('trait.city = "Pune"');
    await page.getByLabel('Comparison').selectOption('in');
    const add = page.getByRole('combobox', { name: 'Add a value' });
    await add.click();
    await page.getByRole('option', { name: /^Goa 1/ }).click();
    await add.fill('Delhi');
    await add.press('Enter');
    await page.getByRole('button', { name: 'Remove “Pune”' }).click();
    expect(await asText()).toBe('trait.city in ["Goa", "Delhi"]');
  });

  test('a condition is turned, doubled, moved, noted, made to last, and made one of two', async () => {
    await write('did "Order Completed" last 30d');
    const menu = async (item: string, nth = 0): Promise<void> => {
      await page.getByRole('button', { name: 'More about this condition' }).nth(nth).click();
      await page.getByRole('menuitem', { name: item }).click();
      await page.getByRole('menu').waitFor({ state: 'detached' });
    };
    await menu('Turn into the opposite');
    await menu('Or else…');
    // The menu of the group comes first.
    await menu('Move down', 1);
    await menu('Without a break for…', 2);
    await menu('Add a note', 1);
    await page.getByRole('textbox', { name: 'Note' }).fill('As agreed');
    await page.getByRole('textbox', { name: 'Note' }).blur();
    await shot(page, 'builder-menu');
    expect(await violations(page)).toEqual([]);
    expect(await asText()).toBe(
      '# As agreed\ndid "Order Completed" last 30d\nor did not "Order Completed" last 30d for 14d',
    );
  });

  test('a field says what is wrong with what was typed, and the rule waits', async () => {
    await write('did "Order Completed" last 1h30m');
    const field = page.getByRole('combobox', { name: 'in the last' });
    await field.fill('soon');
    await field.press('Enter');
    await page.getByText('A length of time is needed, such as 30d or 1h30m.').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Name' }).fill('odd_ones');
    await page.getByRole('button', { name: 'Save' }).click();
    await page
      .getByRole('button', { name: '“in the last” has something in it that cannot be read.' })
      .waitFor();
    expect(page.url()).toContain('/segments/new');
    await field.fill('2h');
    await field.press('Enter');
    expect(await asText()).toBe('did "Order Completed" last 2h');
    await page.getByText('It cannot be saved yet').waitFor({ state: 'detached' });
  });

  test('a name that will not do is said while it is typed, with one that will', async () => {
    const name = page.getByRole('textbox', { name: 'Name' });
    const problem = page.locator('.field .problem');
    await name.fill('Left Carts!');
    await problem.getByText('A name is made of a–z, 0–9 and _, and begins with a letter.').waitFor();
    expect(await violations(page)).toEqual([]);
    await shot(page, 'builder-name');
    // There is one of that name already.
    await page.getByRole('button', { name: 'Take “left_carts_2”' }).click();
    expect(await name.inputValue()).toBe('left_carts_2');
    await name.fill('vip');
    await problem.getByText('There is a segment “vip” already.').waitFor();
    await page.getByRole('button', { name: 'Take “vip_2”' }).click();
    await problem.waitFor({ state: 'detached' });
    await name.fill('for');
    await problem.getByText('“for” is a word of the rule language.').waitFor();
  });

  test('the keys go on in what a menu adds', async () => {
    const becomesTrue = (what: string): Promise<void> => expect.poll(() => page.evaluate(what)).toBe(true);
    const isInLeaf = (place: number): Promise<void> =>
      becomesTrue(
        `document.activeElement?.closest('.leaf') === document.querySelectorAll('.leaf')[${String(place)}]`,
      );
    const choose = async (): Promise<void> => {
      await page.keyboard.press('Enter');
      await becomesTrue("document.activeElement?.role === 'menuitem'");
    };
    await write('did "Order Completed" last 30d');
    await page.getByRole('button', { name: 'More…' }).focus();
    await choose();
    await page.keyboard.press('Enter');
    await isInLeaf(1);
    await page.locator('.leaf').first().getByRole('button', { name: 'More about this condition' }).focus();
    await choose();
    await page.getByRole('menuitem', { name: 'Duplicate' }).focus();
    await page.keyboard.press('Enter');
    await isInLeaf(1);
    expect(await page.locator('.leaf').count()).toBe(3);
  });

  test('saving is refused with what is in the way, and leads there', async () => {
    await page.getByRole('textbox', { name: 'Name' }).fill('');
    await write('did "Order Completed" last 30d and in nobdy');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('It cannot be saved yet').waitFor();
    // The keys are at the first of them.
    expect(await page.evaluate('document.activeElement.labels?.[0]?.textContent')).toBe('Name');
    await shot(page, 'builder-refused');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('alert').getByRole('button', { name: /nobdy/ }).click();
    expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe('Is in');
    await page.keyboard.type('vip');
    await page.locator('.leaf .problem').waitFor({ state: 'detached' });
    await tab('Text');
    await rule().fill('did "Order Completed" lst 30d');
    await page
      .getByRole('alert')
      .getByRole('button', { name: /^Line 1, column 23/ })
      .click();
    expect(
      await rule().evaluate((field) => (field as unknown as { selectionStart: number }).selectionStart),
    ).toBe(22);
  });

  test('what is not saved is not left without a word', async () => {
    const stay = page.getByRole('button', { name: 'Stay here' });
    const leave = page.getByRole('dialog').getByRole('button', { name: 'Leave' });
    await tab('Text');
    await rule().fill('did "Order Completed" lst 30d');
    await page.getByRole('navigation').getByRole('link', { name: 'Segments', exact: true }).click();
    await stay.waitFor();
    expect(await violations(page)).toEqual([]);
    await shot(page, 'builder-leave');
    await stay.click();
    expect(await rule().inputValue()).toBe('did "Order Completed" lst 30d');
    // The browser's own question, when the page is closed or loaded anew.
    let asked = 0;
    page.once('dialog', (dialog) => {
      asked += dialog.type() === 'beforeunload' ? 1 : 0;
      void dialog.dismiss();
    });
    await page.reload({ timeout: 3_000 }).catch(() => undefined);
    expect(asked).toBe(1);
    await page.getByRole('navigation').getByRole('link', { name: 'Segments', exact: true }).click();
    await leave.click();
    await page.getByRole('heading', { name: 'Segments', level: 1 }).waitFor();
    // Nothing written, nothing asked; something written, and the way back asks too.
    const begin = async (): Promise<void> => {
      await page.getByRole('link', { name: 'New segment' }).first().click();
      await page.getByRole('heading', { name: 'New segment' }).waitFor();
    };
    await begin();
    await page.getByRole('navigation').getByRole('link', { name: 'Segments', exact: true }).click();
    await page.getByRole('heading', { name: 'Segments', level: 1 }).waitFor();
    await begin();
    await page.getByRole('textbox', { name: 'Name' }).fill('half_done');
    await page.evaluate('history.back()');
    await stay.click();
    expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('half_done');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await leave.click();
    await page.getByRole('heading', { name: 'Segments', level: 1 }).waitFor();
  });

  test('on a phone, in the dark and in Hindi all of it is as readable', async () => {
    for (const dark of [false, true]) {
      const phone = await app.signIn('marketer', { width: 390, ...(dark ? { dark } : {}) });
      if (dark) await phone.evaluate("localStorage.setItem('segue.language', 'hi')");
      const all = together(Object.values(language).flat());
      await phone.goto(`${app.url}/segments/new?rule=${encodeURIComponent(JSON.stringify(all))}`);
      await phone.locator('.leaf').nth(20).waitFor();
      expect(await phone.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
      expect(await violations(phone)).toEqual([]);
      await shot(phone, dark ? 'builder-phone-dark-hi' : 'builder-phone');
      await phone.context().close();
    }
  }, 600_000);

  test('nothing went wrong in the pages meanwhile', () => {
    expect(app.problems).toEqual([]);
  });
});
