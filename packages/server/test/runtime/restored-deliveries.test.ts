/** A service that was backed up, went on, and was put back: what its webhooks get. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { backUp, restoreBackup } from '../../src/log/backup.ts';
import { temporaryDirectory } from '../log/temporary-directory.ts';
import { WholeService } from './whole-service.ts';

const received: { readonly id: string; readonly segment: string }[] = [];
let status = 200;
let server: Server;
let url: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const { data } = JSON.parse(text) as { readonly data: { readonly segment: string } };
      received.push({ id: String(request.headers['webhook-id']), segment: data.segment });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => {
  server.close();
});

const flags = { 'webhooks.allow_private_addresses': 'true' };

async function started(data: string): Promise<WholeService> {
  const service = await WholeService.open(data, flags);
  const segments = [1, 2, 3, 4, 5].map((n) => ({ name: `s${n}`, rule: `did "E${n}"` }));
  const definitions = { segments: Object.fromEntries(segments.map(({ name, rule }) => [name, { rule }])) };
  await service.do('POST', '/api/definitions', { definitions });
  await service.do('POST', '/api/webhooks', { url });
  return service;
}

const segmentsSent = (): readonly string[] => received.map(({ segment }) => segment);

describe('a backup that was put back', () => {
  test('goes on delivering where deliveries were when it was taken: nothing again, nothing left out', async () => {
    const place = temporaryDirectory();
    const service = await started(join(place, 'data'));
    await service.track('ann', 'E1');
    await service.track('ann', 'E2');
    await expect.poll(segmentsSent).toEqual(['s1', 's2']);
    // These wait when the backup is taken.
    status = 503;
    await service.track('ben', 'E3');
    await service.track('cem', 'E4');
    await expect.poll(() => received.length).toBe(4);
    await backUp(join(place, 'data'), join(place, 'backup'), Date.now());
    await service.close();

    await restoreBackup(join(place, 'backup'), join(place, 'restored'));
    received.length = 0;
    status = 200;
    const again = await WholeService.open(join(place, 'restored'), { ...flags, key: service.key });
    await again.track('ann', 'E5');
    await expect.poll(() => [...segmentsSent()].sort()).toEqual(['s3', 's4', 's5']);
    expect(new Set(received.map(({ id }) => id)).size).toBe(3);
    expect(again.complaints).toEqual([]);
    await again.close();
  });
});
