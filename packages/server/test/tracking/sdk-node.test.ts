import RudderAnalytics from '@rudderstack/rudder-sdk-node';
import { Analytics } from '@segment/analytics-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { keys, listen, openTrackingDoor, type TrackingDoor } from './tracking-door.ts';

let door: TrackingDoor;
let url: string;
beforeEach(async () => {
  door = await openTrackingDoor();
  url = await listen(door.app);
});
afterEach(() => door.app.close());

describe('@segment/analytics-node', () => {
  test('sends all calls with nothing but its host changed', async () => {
    const analytics = new Analytics({ writeKey: keys.write, host: url, flushAt: 50 });
    analytics.identify({ userId: 'asha', traits: { email: 'Asha@Example.com', plan: 'pro' } });
    analytics.track({ userId: 'asha', event: 'Order Completed', properties: { revenue: 12.5 } });
    analytics.page({ userId: 'asha', name: 'Pricing' });
    analytics.screen({ userId: 'asha', name: 'Home' });
    analytics.group({ userId: 'asha', groupId: 'acme' });
    analytics.alias({ userId: 'asha', previousId: 'device' });
    await analytics.closeAndFlush();
    expect(door.intake.takes).toMatchObject([{ source: 'shop' }]);
    expect(door.intake.messages).toMatchObject([
      {
        kind: 'identify',
        identifiers: [
          { kind: 'user_id', value: 'asha' },
          { kind: 'email', value: 'asha@example.com' },
        ],
        traits: { plan: 'pro' },
      },
      { kind: 'track', name: 'Order Completed', properties: { revenue: 12.5 } },
      { kind: 'page', name: 'Pricing' },
      { kind: 'screen', name: 'Home' },
      { kind: 'group' },
      { kind: 'alias', previousId: 'device' },
    ]);
  });

  test('sends again what was answered with 503, under the same ids', async () => {
    door.intake.failure = { code: 'intake/overloaded', message: 'Busy.', retryAfterSeconds: 1 };
    const analytics = new Analytics({ writeKey: keys.write, host: url, flushAt: 1, maxRetries: 3 });
    let answers = 0;
    analytics.on('http_response' as 'http_request', () => {
      answers += 1;
      door.intake.failure = undefined;
    });
    analytics.track({ userId: 'asha', event: 'A', messageId: 'mine' });
    await analytics.closeAndFlush();
    expect(answers).toBe(2);
    expect(door.intake.messages.map(({ messageId }) => messageId)).toEqual(['mine']);
  });

  test('is told of a wrong key, and does not try for ever', async () => {
    const analytics = new Analytics({ writeKey: 'wrong', host: url, flushAt: 1 });
    const failed = new Promise((resolve) => analytics.on('error', resolve));
    analytics.track({ userId: 'asha', event: 'A' });
    expect(await failed).toMatchObject({ code: 'delivery_failure' });
    await analytics.closeAndFlush();
    expect(door.intake.takes).toEqual([]);
  });
});

describe('@rudderstack/rudder-sdk-node', () => {
  test('sends gzip with nothing but its data plane changed', async () => {
    const rudder = new RudderAnalytics(keys.write, { dataPlaneUrl: url, flushAt: 20, logLevel: 'none' });
    // The first message goes on its own.
    rudder.track({ userId: 'asha', event: 'Product Viewed', properties: { price: 3 } });
    rudder.identify({ userId: 'asha', traits: { email: 'asha@example.com' } });
    rudder.page({ anonymousId: 'device', name: 'Pricing' });
    rudder.alias({ userId: 'asha', previousId: 'device' });
    await rudder.flush();
    await rudder.flush();
    expect(door.intake.messages.map(({ kind }) => kind)).toEqual(['track', 'identify', 'page', 'alias']);
    expect(door.intake.messages[0]).toMatchObject({ name: 'Product Viewed', properties: { price: 3 } });
    expect(door.intake.messages[1]?.traits).toEqual({ email: 'asha@example.com' });
  });
});
