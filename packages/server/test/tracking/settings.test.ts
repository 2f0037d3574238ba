import { describe, expect, test } from 'vitest';

import { type Answer, keys, openTrackingDoor } from './tracking-door.ts';

type Settings = { readonly integrations: { readonly 'Segment.io': Record<string, unknown> } };

describe('the settings that analytics.js loads', () => {
  const url = `/v1/projects/${keys.write}/settings`;

  test('send it back to where it got them', async () => {
    const { app } = await openTrackingDoor();
    const reply = await app.inject({ url, headers: { host: 'events.shop.example:8443' } });
    expect(reply.statusCode).toBe(200);
    expect(reply.headers['access-control-allow-origin']).toBe('*');
    expect(reply.json<Settings>().integrations).toEqual({
      'Segment.io': expect.objectContaining({
        apiKey: keys.write,
        apiHost: 'events.shop.example:8443/v1',
        protocol: 'http',
      }) as unknown,
    });
  });

  test('name the public address where one is set, with its path', async () => {
    const { app } = await openTrackingDoor({ publicUrl: 'https://shop.example/collect/' });
    const reply = await app.inject({ url });
    expect(reply.json<Settings>().integrations['Segment.io']).toMatchObject({
      apiHost: 'shop.example/collect/v1',
      protocol: 'https',
    });
  });

  test('exist for write keys only', async () => {
    const { app } = await openTrackingDoor();
    for (const key of ['nobody', keys.admin, '%00', '__proto__']) {
      const reply = await app.inject({ url: `/v1/projects/${key}/settings` });
      expect(reply.statusCode).toBe(404);
      expect(reply.json<Answer>().code).toBe('tracking/unknown-source');
    }
  });

  test('are not made from a Host that is none', async () => {
    const { app } = await openTrackingDoor();
    for (const host of ['shop.example/x', 'a"b', 'shop example']) {
      const reply = await app.inject({ url, headers: { host } });
      expect(reply.statusCode).toBe(400);
    }
  });

  test('a public address that is none is an error at the start', async () => {
    await expect(openTrackingDoor({ publicUrl: 'ftp://x' })).rejects.toThrow('http');
    await expect(openTrackingDoor({ publicUrl: 'shop' })).rejects.toThrow(TypeError);
  });
});
