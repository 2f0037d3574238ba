import { describe, expect, it } from 'vitest';

import { type Door, openDoor } from './api-door.ts';

async function withStaff(): Promise<Door> {
  const door = await openDoor();
  await door.call('PUT', '/lists/staff', { members: ['Ann@Example.com', 'bob'] });
  return door;
}

const members = '/lists/staff/members';

describe('members of a list', () => {
  it('come, go and are replaced in bulk, without a revision', async () => {
    const door = await withStaff();
    const options = { key: door.keys.marketer };
    expect(await door.call('POST', members, { members: ['cid', 'dora', 'bob'] }, options)).toMatchObject({
      status: 200,
      body: { name: 'staff', added: 2, removed: 0, size: 4 },
    });
    expect((await door.call('DELETE', members, { members: ['bob', 'nobody'] }, options)).body).toEqual({
      name: 'staff',
      added: 0,
      removed: 1,
      size: 3,
    });
    expect((await door.call('GET', '/lists/staff')).body).toMatchObject({
      members: ['Ann@Example.com', 'cid', 'dora'],
    });
    expect((await door.call('PUT', members, { members: ['dora', 'eve'] })).body).toMatchObject({
      added: 1,
      removed: 2,
      size: 2,
    });
    expect((await door.call('GET', '/definitions')).body).toMatchObject({
      revision: 1,
      definitions: { lists: { staff: ['dora', 'eve'] } },
    });
    await door.close();
  });

  it('are who they are however they are written, and a request that is sent again changes nothing', async () => {
    const door = await withStaff();
    const same = { members: [' ann@example.COM', 'bob', 'bob'] };
    for (const method of ['PUT', 'POST'] as const) {
      expect((await door.call(method, members, same)).body).toMatchObject({ added: 0, removed: 0, size: 2 });
    }
    expect((await door.call('DELETE', members, { members: ['ann@example.com'] })).body).toMatchObject({
      removed: 1,
      size: 1,
    });
    const rows = (await door.call('GET', '/audit?action=list.changed')).body as { items: object[] };
    expect(rows.items).toMatchObject([{ object: 'list:staff', details: { added: 0, removed: 1, size: 1 } }]);
    await door.close();
  });

  it('are on a list that is defined, and are texts', async () => {
    const door = await withStaff();
    for (const method of ['PUT', 'POST', 'DELETE'] as const) {
      expect(await door.call(method, '/lists/stuff/members', { members: ['a'] })).toMatchObject({
        status: 404,
        body: { code: 'definitions/unknown', detail: expect.stringContaining('staff') as string },
      });
      expect(await door.call(method, members, { members: [''] })).toMatchObject({
        status: 400,
        body: { code: 'definitions/invalid' },
      });
      const nobody = await door.call(method, members, {
        members: ['bob', ' \u00a0', 'a\tb', 'x'.repeat(513)],
      });
      if (method === 'DELETE') {
        expect(nobody.body).toMatchObject({ removed: 1 });
      } else {
        const errors = (nobody.body as { errors: { message: string }[] }).errors;
        expect(errors.map(({ message }) => message)).toEqual([
          'lists.staff: Item 2 of the list is nothing but blanks; an identifier names somebody.',
          'lists.staff: Item 3 of the list has a control character in it (a tab, a line break, …); leave it out.',
          'lists.staff: Item 4 of the list is longer than the 512 characters that an identifier may have.',
        ]);
      }
      expect(await door.call(method, members, { members: [{}] })).toMatchObject({
        status: 400,
        body: { code: 'request/invalid' },
      });
      expect(await door.call(method, '/lists/__proto__/members', { members: ['a'] })).toMatchObject({
        status: 404,
      });
    }
    await door.close();
  });

  it('are not overwritten by a change of definitions that was made before', async () => {
    const door = await withStaff();
    const before = door.desk.current();
    await door.call('POST', members, { members: ['eve'] });
    expect(
      await door.desk.apply(before.definitions, { author: '', reason: '', madeFrom: before.definitions }),
    ).toMatchObject({ ok: false, error: { kind: 'conflict' } });
    expect(await door.call('PUT', '/segments/team', { rule: 'in list staff' })).toMatchObject({
      status: 200,
    });
    expect((await door.call('GET', '/lists/staff')).body).toMatchObject({ size: 3 });
    await door.close();
  });
});
