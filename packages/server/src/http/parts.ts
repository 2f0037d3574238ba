/** What the HTTP app and the life cycle are given by the rest of the service, and what they give it. */

import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Settings } from '../config/settings.ts';
import type { ProcessLog } from './log.ts';
import type { Metrics } from './metrics.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body may take any time to arrive: the route sees to it itself that something does arrive (imports). */
    longBody?: boolean;
  }
}

/** Routes with what they need bound to them. */
export type Plugin = (app: FastifyInstance) => Promise<void> | void;

export type Mounted = {
  readonly plugin: Plugin;
  readonly prefix?: string;
  /** Pages of other origins may read the answers, as far as CORS lets them: the tracking API. */
  readonly crossOrigin?: true;
};

/** Why the service cannot do its work now. */
export type NotReady = { readonly code: string; readonly message: string };
export type Readiness =
  /** `notes`: of parts that may be away while the service does its work. */
  | { readonly ok: true; readonly notes?: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly reasons: readonly NotReady[] };

/** What every route has around it. */
export type Frame = {
  /** Registered before any route: refuses routes that do not say who may use them, and asks who is there. Not encapsulated. */
  readonly access: Plugin;
  /** Answers with a problem (RFC 9457). */
  readonly onError: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => unknown;
  readonly onNotFound: (request: FastifyRequest, reply: FastifyReply) => unknown;
};

/** How the owner gets in at the very first start; the link works once. */
export type FirstSignIn = {
  /** Of the web page, with its token: `/sign-in#…`. */
  readonly path: string;
  /** With which the first event can be sent. */
  readonly writeKey: string;
  /** With which the API can be asked; shown once. */
  readonly serverKey: string;
};

/** The service behind the doors: open, or opening (then `ready` says so and the doors answer 503). */
export interface RunningService {
  readonly frame: Frame;
  readonly plugins: readonly Mounted[];
  readonly firstSignIn?: FirstSignIn;
  /** Cheap: asked by every probe. */
  ready(): Readiness;
  /**
   * Asked by every request that reads: when answers reflect all that was acknowledged so far, and nothing that is not durable;
   * undefined where they do already. Rejects where they never will.
   */
  caughtUp?(): Promise<void> | undefined;
  /** Asked before an answer is sent: when nothing that it may have seen is not durable; as `caughtUp`. */
  settled?(): Promise<void> | undefined;
  /** Settles, with the error, when the service cannot go on: nothing is acknowledged after it. */
  readonly failed: Promise<Error>;
  /** Finishes what was taken, writes the last checkpoint where the state is sound, closes everything. Called once, doors closed. */
  stop(): Promise<void>;
}

/** What the service is given to work with. */
export type Surroundings = { readonly log: ProcessLog; readonly metrics: Metrics };

/** Opens the service. Rejects with an error with a `code` (docs/errors.md) where it cannot be opened, all closed again. */
export type OpenSegue = (settings: Settings, surroundings: Surroundings) => Promise<RunningService>;

/** The version of the program. */
export const segueVersion = '0.1.0';
