/** Why the service could not start, for the person who started it. */

import type { Settings } from '../config/settings.ts';

export type StartErrorCode = 'start/port-taken' | 'start/port-forbidden' | 'start/host';

export class StartError extends Error {
  readonly code: StartErrorCode;

  constructor(code: StartErrorCode, message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'StartError';
    this.code = code;
  }
}

/** An error of `listen` in words; others as they are. */
export function listenError(error: unknown, { host, port }: Pick<Settings, 'host' | 'port'>): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE': {
      const message = `Port ${port} of ${host} is taken by another process; stop it, or choose another with --port.`;
      return new StartError('start/port-taken', message, error);
    }
    case 'EACCES': {
      const message = `This user may not listen on port ${port}; choose one from 1024 on with --port.`;
      return new StartError('start/port-forbidden', message, error);
    }
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EINVAL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN': {
      const message = `“${host}” is no address of this machine; expected one, or 0.0.0.0 for all, as --host.`;
      return new StartError('start/host', message, error);
    }
    default:
      return error;
  }
}
