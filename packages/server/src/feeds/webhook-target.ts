/** Which addresses a webhook may have. What a name resolves to is looked at with every connection (outgoing-post.ts). */

import { BlockList, isIP, isIPv4 } from 'node:net';

import { fail, ok, type Result } from '@segue/core/base/result.ts';

import type { Refusal } from '../catalog/catalog.ts';

export const targetCharactersMax = 2_000;

/** Reads an address as people write it; the result is as the URL parser writes it. */
export function readTarget(text: string, allowPrivate: boolean): Result<string, Refusal> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url === undefined ||
    (url.protocol !== 'http:' && url.protocol !== 'https:') ||
    url.href.length > targetCharactersMax
  ) {
    return fail({
      code: 'webhooks/url',
      message: `The address cannot be sent to; expected an https or http URL of at most ${targetCharactersMax} characters.`,
    });
  }
  if (url.username !== '' || url.password !== '') {
    return fail({
      code: 'webhooks/url',
      message: 'The address holds a user name or a password; leave them out, deliveries are signed.',
    });
  }
  if (!allowPrivate && isPrivateHost(url.hostname)) {
    return fail({
      code: 'webhooks/private-address',
      message:
        'The address is not on the public internet; expected one that is, or the setting webhooks.allowPrivateAddresses.',
    });
  }
  url.hash = '';
  return ok(url.href);
}

/** Of names it knows only those that never leave the machine. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname
    .replace(/^\[|\]$/gu, '')
    .replace(/\.$/u, '')
    .toLowerCase();
  if (isIP(host) !== 0) return !isPublicAddress(host);
  return host === '' || host === 'localhost' || host.endsWith('.localhost');
}

/**
 * Global unicast. Of IPv6 only what is given out (2000::/3), without the ranges in it that stand for an IPv4 address or for
 * nobody (the IANA registries of special-purpose addresses).
 */
export function isPublicAddress(address: string): boolean {
  // `fe80::1%eth0` names an interface of this machine.
  if (isIP(address) === 0 || address.includes('%')) return false;
  if (isIPv4(address)) return !special.check(address, 'ipv4');
  return global.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

const global = new BlockList();
global.addSubnet('2000::', 3, 'ipv6');

const special = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  special.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
] as const) {
  special.addSubnet(network, prefix, 'ipv6');
}
