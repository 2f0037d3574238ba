/** What the routes of the management API are given. */

import type { IncomingMessage, ServerResponse } from 'node:http';

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';

import type { Instant } from '@segue/core/model/message.ts';

import type { Catalog } from '../catalog/catalog.ts';
import type { Passwords } from '../catalog/passwords.ts';
import type { Quarantine } from '../log/quarantine.ts';
import type { Cursors } from './cursors.ts';
import type { ErasureDesk } from './erasure-port.ts';
import type { DefinitionsDesk } from './definitions-port.ts';
import type { SessionCookie } from './session-cookie.ts';
import type { SignInThrottle } from './sign-in-throttle.ts';

export type ApiOptions = {
  readonly catalog: Catalog;
  readonly desk: DefinitionsDesk;
  readonly quarantine: Quarantine;
  readonly erasures: ErasureDesk;
  readonly clock: () => Instant;
  readonly publicUrl?: string;
};

/** The options, and what is made once from them. */
export type ApiParts = ApiOptions & {
  readonly cursors: Cursors;
  readonly passwords: Passwords;
  readonly throttle: SignInThrottle;
  readonly cookie: SessionCookie;
};

/** The app, with the types of requests taken from their schemas. */
export type ApiApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;
