import { describe, expect, it } from 'vitest';

import { openDoor, type Door } from './api-door.ts';

const vip = { rule: 'sum(revenue of "Order Completed") >= 1000', description: 'Spends much.' };

async function withVip(): Promise<Door> {
  const door = await openDoor();
  const options = { key: door.keys.marketer };
  const put = await door.call('PUT', '/segments/vip?reason=For+the+sale', vip, options);
  expect(put).toMatchObject({
    status: 200,
    body: { revision: 1, dryRun: false, difference: [{ kind: 'segments', name: 'vip', change: 'created' }] },
  });
  return door;
}

describe('one definition', () => {
  it('is put into force, shown, changed and removed, each with its version', async () => {
    const door = await withVip();
    door.desk.members = new Map([['vip', 12]]);
    expect((await door.call('GET', '/segments/vip')).body).toEqual({
      name: 'vip',
      definition: vip,
      english: expect.stringContaining('at least 1000') as string,
      size: 12,
    });
    await door.call('PUT', '/segments/vip', { ...vip, rule: 'sum(revenue of "Order Completed")>=2000' });
    expect((await door.call('DELETE', '/segments/vip?reason=Over')).body).toMatchObject({ revision: 3 });
    expect((await door.call('GET', '/segments')).body).toEqual({ items: [] });
    const { body } = await door.call('GET', '/segments/vip/versions');
    expect(await door.call('GET', '/segments/vipp/versions')).toMatchObject({
      status: 404,
      body: { code: 'definitions/unknown' },
    });
    expect(body).toMatchObject({
      items: [
        { revision: 3, version: 2, author: 'admin', reason: 'Over' },
        { revision: 2, version: 2, definition: { rule: 'sum(revenue of "Order Completed") >= 2000' } },
        { revision: 1, version: 1, author: 'marketer', reason: 'For the sale', definition: vip },
      ],
    });
    expect((body as { items: object[] }).items[0]).not.toHaveProperty('definition');
    await door.close();
  });

  it('of every kind has the same routes', async () => {
    const door = await openDoor();
    const bodies: [string, object, unknown][] = [
      ['lifecycles/default', { stages: [{ active: 'did "A" last 9d' }, 'visitor'] }, undefined],
      ['rfm/default', { purchase: '"Order Completed"', value: 'revenue', window: 'last 365d' }, undefined],
      ['channels/sms', { mode: 'opt_out' }, 'opt_out'],
    ];
    for (const [path, given, shown] of bodies) {
      expect(await door.call('PUT', `/${path}`, given)).toMatchObject({ status: 200 });
      expect((await door.call('GET', `/${path}`)).body).toMatchObject({ definition: shown ?? given });
    }
    const members = Array.from({ length: 5 }, (_, i) => `c${i}`);
    await door.call('PUT', '/lists/staff', { members });
    expect((await door.call('GET', '/lists')).body).toEqual({ items: [{ name: 'staff', size: 5 }] });
    const part = await door.call('GET', '/lists/staff?limit=3');
    expect(part.body).toMatchObject({ name: 'staff', size: 5, members: members.slice(0, 3) });
    const { next } = part.body as { next: string };
    const rest = await door.call('GET', `/lists/staff?cursor=${next}`);
    expect(rest.body).toEqual({ name: 'staff', size: 5, members: members.slice(3) });
    const yaml = await door.call('GET', '/definitions.yaml');
    expect(yaml.text).toContain('  sms: opt_out\n');
    expect(yaml.headers['content-type']).toBe('application/yaml; charset=utf-8');
    await door.close();
  });

  it('is refused with every diagnostic where it is wrong', async () => {
    const door = await withVip();
    const { status, body } = await door.call('PUT', '/segments/lapsed', { rule: 'in vpi and did "A"' });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      code: 'definitions/invalid',
      errors: [{ code: 'rule/unknown-name', definition: 'segments.lapsed', column: 4, nearest: 'vip' }],
    });
    expect(await door.call('PUT', '/segments/UPPER', { rule: 'true' })).toMatchObject({
      status: 400,
      body: { errors: [{ code: 'definitions/name' }] },
    });
    expect((await door.call('PUT', '/segments/x', { role: 'true' })).body).toMatchObject({
      code: 'request/invalid',
    });
    await door.close();
  });

  it('stays while another uses it', async () => {
    const door = await withVip();
    await door.call('PUT', '/segments/quiet_vip', { rule: 'in vip and did not "A" last 9d' });
    expect(await door.call('DELETE', '/segments/vip')).toMatchObject({
      status: 409,
      body: { code: 'definitions/in-use', detail: expect.stringContaining('segments.quiet_vip') as string },
    });
    expect(await door.call('DELETE', '/segments/vpi')).toMatchObject({
      status: 404,
      body: { code: 'definitions/unknown', detail: 'There is no segment “vpi”. Did you mean “vip”?' },
    });
    await door.close();
  });

  it('named like something of JavaScript is one like any other', async () => {
    const door = await openDoor();
    expect((await door.call('PUT', '/segments/constructor', { rule: 'true' })).status).toBe(200);
    expect((await door.call('GET', '/segments/constructor')).body).toMatchObject({ name: 'constructor' });
    for (const name of ['__proto__', 'toString', 'hasOwnProperty']) {
      expect((await door.call('GET', `/segments/${name}`)).status).toBe(404);
      expect((await door.call('PUT', `/segments/${name}`, { rule: 'true' })).status).toBe(400);
    }
    await door.close();
  });

  it('is tried before it is put into force', async () => {
    const door = await withVip();
    const tried = await door.call('PUT', '/segments/big?dryRun=true', { rule: 'true' });
    expect(tried.body).toMatchObject({
      revision: 1,
      dryRun: true,
      difference: [{ name: 'big', change: 'created', after: { rule: 'true' } }],
      moves: [{ name: 'big', entering: 2, leaving: 0, enteringExamples: ['ann', 'bob'] }],
    });
    expect((await door.call('GET', '/segments/big')).status).toBe(404);
    await door.close();
  });

  it('is not put over a change that its author has not seen', async () => {
    const door = await withVip();
    expect(await door.call('PUT', '/segments/vip?expectedRevision=0', vip)).toMatchObject({
      status: 409,
      body: { code: 'definitions/conflict' },
    });
    expect((await door.call('PUT', '/segments/b?expectedRevision=1', { rule: 'true' })).status).toBe(200);
    await door.close();
  });

  it('is put on top of what others put into force meanwhile', async () => {
    const door = await openDoor();
    const names = Array.from({ length: 8 }, (_, i) => `s${i}`);
    const answers = await Promise.all(
      names.map((name) => door.call('PUT', `/segments/${name}`, { rule: 'true' })),
    );
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
    expect([...door.desk.current().definitions.segments.keys()].sort()).toEqual(names);
    await door.close();
  });
});

describe('the whole set', () => {
  it('replaces what is in force, with what differs', async () => {
    const door = await withVip();
    const definitions = { segments: { all: true }, lists: { staff: ['ann'] } };
    const dry = await door.call('POST', '/definitions', { definitions, dryRun: true });
    expect(dry.body).toMatchObject({ dryRun: true, revision: 1 });
    const applied = await door.call('POST', '/definitions', { definitions, reason: 'Anew' });
    expect(applied.body).toMatchObject({
      revision: 2,
      difference: [
        { kind: 'segments', name: 'all', change: 'created' },
        { kind: 'segments', name: 'vip', change: 'removed', before: vip },
        { kind: 'lists', name: 'staff', change: 'created' },
      ],
    });
    expect((await door.call('GET', '/definitions')).body).toMatchObject({
      revision: 2,
      definitions: { segments: { all: { rule: 'true' } }, lists: { staff: ['ann'] } },
      versions: { 'segments.all': { version: 1, reason: 'Anew' } },
    });
    expect((await door.call('GET', '/audit?action=definitions.applied&limit=1')).body).toMatchObject({
      items: [
        { object: 'revision:2', actor: { name: 'admin' }, details: { reason: 'Anew', definitions: 3 } },
      ],
    });
    const stale = { definitions, dryRun: true, expectedRevision: 1 };
    expect((await door.call('POST', '/definitions', stale)).body).toMatchObject({
      code: 'definitions/conflict',
    });
    const again = await door.call('POST', '/definitions', { definitions });
    expect(again.body).toMatchObject({ revision: 2, difference: [] });
    await door.close();
  });

  it('has revisions, differences between them, and a way back', async () => {
    const door = await withVip();
    await door.call('PUT', '/segments/vip', { rule: 'false' });
    await door.call('PUT', '/segments/b', { rule: 'true' });
    const { body } = await door.call('GET', '/definitions/revisions?limit=2');
    expect(body).toMatchObject({
      items: [
        { revision: 3, created: 1 },
        { revision: 2, changed: 1 },
      ],
    });
    const from = await door.call('GET', '/definitions/revisions/3/difference?from=1');
    expect((from.body as { difference: { name: string }[] }).difference.map(({ name }) => name)).toEqual([
      'b',
      'vip',
    ]);
    expect((await door.call('GET', '/definitions/revisions/1/difference')).body).toMatchObject({
      difference: [{ name: 'vip', change: 'created' }],
    });
    const back = await door.call('POST', '/definitions/revisions/1/rollback', {});
    expect(back.body).toMatchObject({ revision: 4 });
    expect((await door.call('GET', '/definitions/revisions/4')).body).toMatchObject({
      head: { reason: 'Back to revision 1' },
      definitions: { segments: { vip } },
    });
    expect(await door.call('POST', '/definitions/revisions/9/rollback', {})).toMatchObject({
      status: 404,
      body: { code: 'definitions/unknown-revision' },
    });
    await door.close();
  });

  it('waits while another is being built, and says how far it is', async () => {
    const door = await withVip();
    expect((await door.call('GET', '/definitions/progress')).body).toEqual({});
    const progress = {
      revision: 2,
      author: 'Ann',
      startedAt: door.clock.now,
      from: 'history',
      done: 5,
      total: 10,
    } as const;
    door.desk.building = progress;
    door.desk.refusal = { kind: 'busy', progress };
    expect((await door.call('GET', '/definitions/progress')).body).toMatchObject({
      building: {
        revision: 2,
        from: 'history',
        done: 5,
        total: 10,
        startedAt: new Date(door.clock.now).toISOString(),
      },
    });
    const busy = await door.call('PUT', '/segments/b', { rule: 'true' });
    expect(busy).toMatchObject({
      status: 409,
      body: { code: 'definitions/busy' },
      headers: { 'retry-after': '5' },
    });
    const closed = {
      code: 'intake/disk-low',
      message: 'The disk is nearly full.',
      retryAfterSeconds: 30,
    } as const;
    door.desk.refusal = { kind: 'closed', closed };
    expect(await door.call('POST', '/definitions', { definitions: {} })).toMatchObject({
      status: 503,
      body: { code: 'intake/disk-low' },
      headers: { 'retry-after': '30' },
    });
    await door.close();
  });
});

describe('checking a rule', () => {
  it('says what it means, as text, in English and as a tree', async () => {
    const door = await withVip();
    const options = { key: door.keys.viewer };
    const { body } = await door.call(
      'POST',
      '/rules/check',
      { rule: 'in   vip and trait.city = "Ulm"' },
      options,
    );
    expect(body).toMatchObject({
      ok: true,
      diagnostics: [],
      text: 'in vip and trait.city = "Ulm"',
      tree: { kind: 'and' },
      english: expect.stringContaining('Ulm') as string,
    });
    const { tree } = body as { tree: object };
    expect((await door.call('POST', '/rules/check', { rule: tree })).body).toEqual(body);
    await door.close();
  });

  it('says what is wrong and where', async () => {
    const door = await withVip();
    for (const rule of ['did', 'in vpi', { kind: 'and' }, {}, '']) {
      const { status, body } = await door.call('POST', '/rules/check', { rule });
      expect(status).toBe(200);
      expect(body).toMatchObject({ ok: false });
      expect((body as { diagnostics: object[] }).diagnostics).not.toEqual([]);
    }
    await door.close();
  });
});
