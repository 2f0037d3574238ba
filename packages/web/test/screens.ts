/**
 * Every screen of the app: how one gets there, and what must be on it. Those of the documentation's pictures, and of the test
 * that takes them.
 */

import type { Locator, Page } from 'playwright-core';

/** Somebody of the shop who is in several segments, one of them to be asked about. */
export type Subject = { readonly displayId: string; readonly segment: string };

export type Look = 'light' | 'dark' | 'phone';

export type Screen = {
  /** Of its picture. */
  readonly name: string;
  readonly looks: readonly Look[];
  readonly path: (subject: Subject) => string;
  /** From the address to what the picture shows; resolves when its data are there. */
  readonly arrive: (page: Page, subject: Subject) => Promise<void>;
  /** What is to be read on it. */
  readonly says: readonly string[];
};

const here = (path: string) => (): string => path;
const allLooks: readonly Look[] = ['light', 'dark', 'phone'];
const segment = 'cart_abandoners';
const rule = 'count("Product Viewed", last 7d) >= 3 and not did "Order Completed" last 7d';

/** Begins the picture there. */
const toTop = async (of: Locator): Promise<void> => {
  await of.evaluate((element: unknown) => {
    (element as { scrollIntoView: (isTop: boolean) => void }).scrollIntoView(true);
  });
};
/** Stages of the lifecycle that the shop looks at. */
const stages = async (page: Page): Promise<void> => {
  const board = page.getByRole('region', { name: 'default', exact: true });
  await board.getByText('Conversion between stages').waitFor();
  const flows = board.getByRole('img', { name: 'Flows between stages' });
  await flows.locator('svg path').first().waitFor({ state: 'attached' });
};
const tab = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('tab', { name, exact: true }).click();
};

const overview: Screen = {
  name: 'overview',
  looks: allLooks,
  path: here('/'),
  arrive: async (page) => {
    await page.locator('.figure-value').first().waitFor();
    await page.locator('.minutes').waitFor();
    await page.getByRole('heading', { name: 'Needs attention' }).waitFor();
    await page.getByRole('main').getByRole('link', { name: segment }).first().waitFor();
    // So much happened before one's eyes.
    await page.locator('.timeline > li').nth(4).waitFor();
  },
  says: ['Customers', 'Events today', 'Flows today', segment],
};

const segments: readonly Screen[] = [
  {
    name: 'segments',
    looks: ['light'],
    path: here('/segments'),
    arrive: async (page) => {
      await page.getByRole('link', { name: segment, exact: true }).waitFor();
      await page.locator('svg.spark').first().waitFor({ state: 'attached' });
    },
    says: ['New segment', 'Members', segment, 'champions'],
  },
  {
    name: 'builder',
    looks: ['light'],
    path: here(`/segments/new?rule=${encodeURIComponent(rule)}`),
    arrive: async (page) => {
      await page.getByRole('textbox', { name: 'Name' }).fill('keen_but_undecided');
      await page.getByText(/of [\d,]+ customers/).waitFor();
      await page
        .getByText(/fails? only this/)
        .first()
        .waitFor();
    },
    says: ['New segment', 'Product Viewed', 'Conditions', 'Text'],
  },
  {
    name: 'segment-members',
    looks: ['light', 'dark'],
    path: here(`/segments/${segment}`),
    arrive: async (page) => {
      await page.getByRole('cell').getByRole('link').first().waitFor();
    },
    says: [segment, 'Members', 'In it since'],
  },
  {
    name: 'segment-time',
    looks: ['light'],
    path: here(`/segments/${segment}?tab=time`),
    arrive: async (page) => {
      await page.getByRole('heading', { name: 'Why they came and went' }).waitFor();
      await page.getByRole('img').locator('svg path').first().waitFor({ state: 'attached' });
    },
    says: ['Over time'],
  },
  {
    name: 'segment-forecast',
    looks: ['light'],
    path: here(`/segments/${segment}?tab=forecast`),
    arrive: async (page) => {
      await page.getByRole('heading', { name: 'Who, and when' }).waitFor();
    },
    says: ['Next seven days'],
  },
  {
    name: 'segment-overlap',
    looks: ['light'],
    path: here(`/segments/${segment}?tab=overlap`),
    arrive: async (page) => {
      await page.getByRole('tabpanel').getByRole('link').first().waitFor();
    },
    says: ['Overlap'],
  },
];

const customers: readonly Screen[] = [
  {
    name: 'customers',
    looks: ['light'],
    path: here('/customers?sort=-lastSeen'),
    arrive: async (page) => {
      await page.getByText(/customers of [\d,]+/).waitFor();
      await page.getByRole('cell').getByRole('link').first().waitFor();
    },
    says: ['Customers', 'Last seen'],
  },
  {
    name: 'customer',
    looks: ['light', 'dark'],
    path: ({ displayId }) => `/customers/${displayId}`,
    arrive: async (page, subject) => {
      await page.getByRole('button', { name: `Why? ${subject.segment}` }).waitFor();
      await page.getByRole('heading', { name: 'Timeline' }).waitFor();
    },
    says: ['Segments', 'What if', 'Known as', 'Stages'],
  },
  {
    name: 'customer-why',
    looks: ['light'],
    path: ({ displayId }) => `/customers/${displayId}`,
    arrive: async (page, subject) => {
      await page.getByRole('button', { name: `Why? ${subject.segment}` }).click();
      await page.getByText(`In ${subject.segment} since`).waitFor();
    },
    says: ['Done'],
  },
  {
    name: 'customer-what-if',
    looks: ['light'],
    path: ({ displayId }) => `/customers/${displayId}`,
    arrive: async (page, subject) => {
      await page.getByRole('button', { name: `Why? ${subject.segment}` }).waitFor();
      await page.getByLabel('An event', { exact: true }).fill('Order Completed');
      await page.getByLabel('Properties').fill('revenue: 120');
      await page.getByRole('button', { name: 'Add a step' }).click();
      await page.getByLabel('How long').fill('31d');
      await page.getByRole('button', { name: 'Try it' }).click();
      await page
        .getByText(/^(Leaves|Enters) /)
        .first()
        .waitFor();
      await toTop(page.getByRole('heading', { name: 'What if' }));
    },
    says: ['What if', 'Try it'],
  },
];

const rest: readonly Screen[] = [
  {
    name: 'lifecycles',
    looks: ['light'],
    path: here('/lifecycles'),
    arrive: async (page) => {
      await stages(page);
      await toTop(page.getByRole('region', { name: 'default', exact: true }));
    },
    says: ['Stages', 'at_risk', 'loyal', 'Conversion between stages'],
  },
  {
    name: 'lifecycle-flows',
    looks: ['light'],
    path: here('/lifecycles'),
    arrive: async (page) => {
      await stages(page);
      const board = page.getByRole('region', { name: 'default', exact: true });
      await toTop(board.getByRole('heading', { name: 'Flows between stages' }));
    },
    says: ['Flows between stages'],
  },
  {
    name: 'rfm',
    looks: ['light'],
    path: here('/lifecycles'),
    arrive: async (page) => {
      await tab(page, 'RFM');
      await page
        .getByRole('button', { name: /^Recency \d, frequency \d/ })
        .first()
        .waitFor();
    },
    says: ['How many, and their mean monetary score', 'champions'],
  },
  {
    name: 'live',
    looks: ['light'],
    path: here('/live'),
    arrive: async (page) => {
      await page.getByRole('row').nth(14).waitFor();
    },
    says: ['Live', 'Pause'],
  },
  {
    name: 'users',
    looks: ['light'],
    path: here('/settings'),
    arrive: async (page) => {
      await page.getByRole('cell', { name: 'Demo' }).first().waitFor();
    },
    says: ['Users', 'Invite'],
  },
  {
    name: 'keys',
    looks: ['light'],
    path: here('/settings'),
    arrive: async (page) => {
      await tab(page, 'Keys');
      await page.getByRole('cell', { name: 'shop' }).first().waitFor();
    },
    says: ['Write keys', 'Server keys'],
  },
  {
    name: 'audit',
    looks: ['light'],
    path: here('/settings'),
    arrive: async (page) => {
      await tab(page, 'Audit log');
      await page.getByRole('cell').first().waitFor();
    },
    says: ['Audit log'],
  },
  {
    name: 'workspace',
    looks: ['light'],
    path: here('/settings'),
    arrive: async (page) => {
      await tab(page, 'Workspace');
      await page.getByLabel('Name').waitFor();
    },
    says: ['Workspace', 'Time zone', 'Save'],
  },
  {
    name: 'palette',
    looks: ['light'],
    path: here('/segments'),
    arrive: async (page) => {
      await page.getByRole('link', { name: segment, exact: true }).waitFor();
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.type('ca');
      await page.getByRole('option', { name: segment }).first().waitFor();
    },
    says: [segment],
  },
];

export const screens: readonly Screen[] = [overview, ...segments, ...customers, ...rest];
