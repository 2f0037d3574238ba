/** What a person wants to know when the service has started. */

import { isIP } from 'node:net';

import type { Settings } from '@segue/server/config/settings.ts';
import { segueVersion } from '@segue/server/http/parts.ts';
import type { Started } from '@segue/server/http/serve.ts';

import type { Colours } from '../terminal.ts';

/** Where it is, where the data is, and at the very first start how to get in and how to send the first event. */
export function startedText(
  started: Started,
  settings: Settings,
  file: string | undefined,
  colours: Colours,
): string {
  const { url, localUrl, firstSignIn } = started;
  const rows = [
    ['data', settings.data],
    ...(file === undefined ? [] : [['settings', file]]),
    ...(firstSignIn === undefined
      ? []
      : [
          ['sign in', `${url}${firstSignIn.path}  (once)`],
          ['write key', `${firstSignIn.writeKey}  (sends events)`],
          ['server key', `${firstSignIn.serverKey}  (reads and changes everything; shown once)`],
        ]),
  ];
  const lines = rows.map(([name = '', value = '']) => `  ${colours.dim(name.padEnd(10))} ${value}\n`);
  const first = firstSignIn === undefined ? '' : firstEventText(localUrl, firstSignIn.writeKey);
  return `${colours.bold(`Segue ${segueVersion} is running at ${url}`)}\n\n${lines.join('')}\n${first}Stop it with Ctrl-C.\n`;
}

function firstEventText(url: string, writeKey: string): string {
  const event = { userId: 'ann', event: 'Product Viewed', properties: { product_id: 'shoe-1', price: 80 } };
  return `Send the first event:

  curl ${url}/v1/track -u ${writeKey}: -H 'content-type: application/json' \\
    -d '${JSON.stringify(event)}'

`;
}

/** Passwords and keys would cross a network as they are; undefined where they do not, or a proxy takes care of them. */
export function exposureWarning({ host, publicUrl }: Settings): string | undefined {
  if (isLoopback(host) || publicUrl?.startsWith('https:') === true) return undefined;
  return `The service listens on ${host}, without TLS: passwords and keys cross the network in clear. Put a proxy with TLS before it and set public_url, see docs/operation.md.`;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
