/** How the whole is, now: put together from what others keep already, so that asking costs little and may be done every second. */

import type { Instant } from '@segue/core/model/message.ts';

import type { WebhookEndpoints } from '../feeds/webhook-endpoints.ts';
import type { History } from '../history/history-process.ts';
import type { Quarantine } from '../log/quarantine.ts';
import type { Activity } from './activity.ts';

export type OverviewOptions = {
  readonly now: () => Instant;
  readonly activity: Activity;
  /** Names of the sources that can send now: of nobody else is anything waited for. */
  readonly senders: () => ReadonlySet<string>;
  readonly customers: () => number;
  readonly segments: () => number;
  readonly quarantine: Pick<Quarantine, 'counts' | 'list'>;
  readonly webhooks: Pick<WebhookEndpoints, 'list'>;
  /** Undefined where it is switched off. */
  readonly history: Pick<History, 'status'> | undefined;
  readonly building: () =>
    { readonly revision: number; readonly done: number; readonly total: number } | undefined;
  /** Why nothing is taken. */
  readonly closed: () => { readonly code: string; readonly message: string } | undefined;
};

/** As it goes over the wire. */
export type OverviewNow = {
  at: string;
  customers: number;
  segments: number;
  events: { day: string; today: number; from: string; minutes: number[] };
  sources: { name: string; today: number; lastAt: string; silent: boolean }[];
  refused: { counts: Record<string, number>; lastAt?: string };
  history: { state: string; lagMs: number; behind: number };
  webhooks: { id: string; url: string; reason: string; since: string }[];
  building?: { revision: number; done: number; total: number };
  intake?: { code: string; message: string };
};

const wire = (at: Instant): string => new Date(at).toISOString();

export class Overview {
  readonly #options: OverviewOptions;

  constructor(options: OverviewOptions) {
    this.#options = options;
  }

  async now(): Promise<OverviewNow> {
    const { now, activity, senders, customers, segments, quarantine, webhooks, building, closed } =
      this.#options;
    const endpoints = await webhooks.list();
    const [refused] = quarantine.list({ limit: 1 });
    const at = now();
    const { day, today, from, minutes, sources } = activity.at(at);
    const sending = senders();
    const build = building();
    const intake = closed();
    return {
      at: wire(at),
      customers: customers(),
      segments: segments(),
      events: { day: wire(day), today, from: wire(from), minutes: [...minutes] },
      sources: sources.map(({ name, today: ofToday, lastAt, isSilent }) => ({
        name,
        today: ofToday,
        lastAt: wire(lastAt),
        silent: isSilent && sending.has(name),
      })),
      refused: {
        counts: Object.fromEntries(quarantine.counts()),
        ...(refused === undefined ? {} : { lastAt: wire(refused.at) }),
      },
      history: this.#history(),
      webhooks: endpoints.flatMap(({ id, url, state }) =>
        state.kind === 'active' ? [] : [{ id, url, reason: state.reason, since: wire(state.since) }],
      ),
      ...(build === undefined ? {} : { building: build }),
      ...(intake === undefined ? {} : { intake: { code: intake.code, message: intake.message } }),
    };
  }

  #history(): OverviewNow['history'] {
    const { history } = this.#options;
    if (history === undefined) return { state: 'off', lagMs: 0, behind: 0 };
    const { state, lagMs, behindEntries } = history.status();
    return { state, lagMs, behind: behindEntries };
  }
}
