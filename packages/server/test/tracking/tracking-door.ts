/** The tracking API with fakes of what it stands on: what was taken and what was kept aside can be looked at. */

import { Zone } from '@segue/core/base/zone.ts';
import { fail, ok } from '@segue/core/base/result.ts';
import type { Message } from '@segue/core/model/message.ts';
import Fastify, { type FastifyInstance } from 'fastify';

import type { Grants, Principal } from '../../src/catalog/grants.ts';
import type { TrackingLimits } from '../../src/ingest/tracking/limits.ts';
import { trackingRoutes } from '../../src/ingest/tracking/routes.ts';
import type { Quarantine, Quarantined } from '../../src/log/quarantine.ts';
import type { Intake, IntakeClosed, Outcome } from '../../src/runtime/intake.ts';

/** 2026-11-01T10:00:00Z. */
export const NOW = Date.parse('2026-11-01T10:00:00Z');

export const keys = {
  write: 'wk_shop',
  otherSource: 'wk_app',
  viewer: 'sk_viewer',
  marketer: 'sk_marketer',
  admin: 'sk_admin',
} as const;

const principals = new Map<string, Principal>([
  [keys.write, { kind: 'write_key', id: '1', source: 'shop' }],
  [keys.otherSource, { kind: 'write_key', id: '2', source: 'app' }],
  [keys.viewer, { kind: 'server_key', id: '3', name: 'dashboard', role: 'viewer' }],
  [keys.marketer, { kind: 'server_key', id: '4', name: 'till', role: 'marketer' }],
  [keys.admin, { kind: 'server_key', id: '5', name: 'backend', role: 'admin' }],
]);

export class FakeIntake implements Intake {
  clock = NOW;
  closed: IntakeClosed | undefined;
  /** What `take` does instead of taking. */
  failure: IntakeClosed | Error | undefined;
  /** Resolves before anything is taken. */
  gate: Promise<void> = Promise.resolve();
  readonly takes: { readonly messages: readonly Message[]; readonly source: string }[] = [];
  readonly #ids = new Set<string>();

  now(): number {
    return this.clock;
  }

  async take(messages: readonly Message[], source: string): ReturnType<Intake['take']> {
    await this.gate;
    if (this.failure instanceof Error) throw this.failure;
    if (this.failure !== undefined) return fail(this.failure);
    this.takes.push({ messages, source });
    return ok(
      messages.map(({ messageId }): Outcome => {
        if (this.#ids.has(messageId)) return { profile: 7, ignored: 'duplicate', notices: [] };
        this.#ids.add(messageId);
        if (messageId === 'erased') return { ignored: 'erased', notices: [] };
        return { profile: 7, notices: [] };
      }),
    );
  }

  async keep(...[messages, source, onTaken]: Parameters<Intake['keep']>): ReturnType<Intake['keep']> {
    const taken = await this.take(messages, source);
    if (!taken.ok) return taken.error;
    onTaken(taken.value);
    return undefined;
  }

  memberships(): ReturnType<Intake['memberships']> {
    return [{ segment: 'vip', since: NOW - 1000 }];
  }

  get messages(): readonly Message[] {
    return this.takes.flatMap(({ messages }) => messages);
  }
}

export class FakeQuarantine implements Quarantine {
  failure: Error | undefined;
  readonly kept: Quarantined[] = [];

  async add(refused: readonly Quarantined[]): Promise<void> {
    await Promise.resolve();
    if (this.failure !== undefined) throw this.failure;
    this.kept.push(...refused);
  }

  list(): ReturnType<Quarantine['list']> {
    return [];
  }

  remove(): ReturnType<Quarantine['remove']> {
    return Promise.resolve(0);
  }

  counts(): ReturnType<Quarantine['counts']> {
    return new Map();
  }
}

export const grants: Grants = {
  ofKey: (key) => principals.get(key),
  ofSession: () => undefined,
};

export type TrackingDoor = {
  readonly app: FastifyInstance;
  readonly intake: FakeIntake;
  readonly quarantine: FakeQuarantine;
  readonly counted: Map<string, number>;
  /** Method and path of every request. */
  readonly requests: string[];
  /** Milliseconds on the clock of the rates. */
  readonly stopwatch: { ms: number };
};

export type TrackingDoorOptions = {
  readonly limits?: Partial<TrackingLimits>;
  readonly publicUrl?: string;
};

export async function openTrackingDoor(options: TrackingDoorOptions = {}): Promise<TrackingDoor> {
  // As in the service: imports take as long as they take, slow bodies are the tracking API's own business.
  const app = Fastify({ requestTimeout: 0, forceCloseConnections: true });
  const intake = new FakeIntake();
  const quarantine = new FakeQuarantine();
  const counted = new Map<string, number>();
  const stopwatch = { ms: 0 };
  const requests: string[] = [];
  app.addHook('onRequest', (request, _reply, done) => {
    requests.push(`${request.method} ${request.url}`);
    done();
  });
  const count = (name: string, by: number): void => {
    counted.set(name, (counted.get(name) ?? 0) + by);
  };
  await app.register(trackingRoutes, {
    ...options,
    intake,
    quarantine,
    grants,
    zone: new Zone('Europe/Berlin'),
    monotonicMs: () => stopwatch.ms,
    metrics: {
      accepted: (source, messages) => {
        count(`accepted ${source}`, messages);
      },
      ignored: (source, reason, messages) => {
        count(`${reason} ${source}`, messages);
      },
      refused: (code, messages) => {
        count(`refused ${code}`, messages);
      },
      bytes: (bytes) => {
        count('bytes', bytes);
      },
      quarantineFailed: (messages) => {
        count('quarantine failed', messages);
      },
    },
  });
  return { app, intake, quarantine, counted, requests, stopwatch };
}

/** Listening on a port of its own; gives the address. */
export async function listen(app: FastifyInstance): Promise<string> {
  return await app.listen({ host: '127.0.0.1', port: 0 });
}

export const basic = (key: string): string => `Basic ${Buffer.from(`${key}:`).toString('base64')}`;

export const withKey = (key: string = keys.write): { authorization: string } => ({
  authorization: basic(key),
});

export type Answer = {
  readonly success: boolean;
  readonly code?: string;
  readonly message?: string;
  readonly accepted?: number;
  readonly refusedCount?: number;
  readonly refused?: readonly {
    readonly index?: number;
    readonly line?: number;
    readonly code: string;
    readonly message: string;
  }[];
  readonly ignored?: Readonly<Record<string, number>>;
};
