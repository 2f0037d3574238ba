/** What the service answers to a message that comes a second time. */

import { describe, expect, test } from 'vitest';

import { temporaryDirectory } from '../log/temporary-directory.ts';
import { WholeService } from './whole-service.ts';

const definitions = {
  segments: { buyers: { rule: 'did "Bought"' }, known: { rule: 'did "Bought" or did "Looked"' } },
};

describe('a message that is sent again', () => {
  test('is answered with the segments of whom it concerns, as they are now', async () => {
    const service = await WholeService.open(temporaryDirectory());
    await service.do('POST', '/api/definitions', { definitions });
    const url = '/v1/track?return=segments';
    const call = { anonymousId: 'a1', event: 'Looked', messageId: 'm1' };
    const first = await service.do('POST', url, call);
    expect(first).toMatchObject({ success: true, segments: [{ segment: 'known' }] });
    expect(await service.do('POST', url, call)).toEqual({ ...(first as object), ignored: 'duplicate' });
    await service.do('POST', '/v1/track', { anonymousId: 'a1', userId: 'ann', event: 'Bought' });
    const later = { success: true, segments: [{ segment: 'buyers' }, { segment: 'known' }] };
    expect(await service.do('POST', url, call)).toMatchObject({ ...later, ignored: 'duplicate' });
    // Of somebody unknown, under an id that was used.
    expect(await service.do('POST', url, { ...call, anonymousId: 'a2' })).toEqual({
      success: true,
      segments: null,
      ignored: 'duplicate',
    });
    await service.close();
  });

  test('is answered so after a restart too', async () => {
    const data = temporaryDirectory();
    const service = await WholeService.open(data);
    await service.do('POST', '/api/definitions', { definitions });
    const url = '/v1/track?return=segments';
    const call = { userId: 'ann', event: 'Bought', messageId: 'm1' };
    const first = (await service.do('POST', url, call)) as object;
    await service.close();
    const again = await WholeService.open(data, { key: service.key });
    expect(await again.do('POST', url, call)).toEqual({ ...first, ignored: 'duplicate' });
    await again.close();
  });
});
