import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDataDirectory } from '../../src/log/data-directory.ts';
import { judge } from '../../src/log/disk-watch.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const gib = 2 ** 30;
const holder = join(import.meta.dirname, 'hold-directory.ts');

/** Another process that opens a directory; its first line says what became of it. */
async function inAnotherProcess(
  path: string,
): Promise<{ readonly process: ChildProcess; readonly said: string }> {
  const child = spawn(process.execPath, [holder, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  const said = await new Promise<string>((resolve) => {
    child.stdout.once('data', (bytes: Buffer) => {
      resolve(bytes.toString().trim());
    });
  });
  return { process: child, said };
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
}

describe('a data directory', () => {
  test('is made for its owner alone when it is not there, and opened again', async () => {
    const path = join(temporaryDirectory(), 'deep', 'data');
    const first = await openDataDirectory(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(first.paths).toEqual({
      log: join(path, 'log'),
      checkpoint: join(path, 'checkpoint'),
      base: join(path, 'base'),
      quarantine: join(path, 'quarantine'),
      feed: join(path, 'feed'),
      deliveries: join(path, 'deliveries'),
      catalog: join(path, 'catalog.sqlite'),
      workspace: join(path, 'workspace.json'),
    });
    await first.close();
    await first.close();
    await (await openDataDirectory(path)).close();
  });

  test('may be an empty one, such as a fresh volume', async () => {
    const path = temporaryDirectory();
    mkdirSync(join(path, 'lost+found'));
    await (await openDataDirectory(path)).close();
  });

  test('of a newer format is refused and not touched', async () => {
    const path = temporaryDirectory();
    writeFileSync(join(path, 'format.json'), '{"kind":"segue-data","format":2}');
    await expect(openDataDirectory(path)).rejects.toMatchObject({
      code: 'data/newer-format',
      message: expect.stringMatching(/format 2.*up to 1.*start the newer version/) as string,
    });
    expect(readdirSync(path)).toEqual(['format.json']);
    expect(readFileSync(join(path, 'format.json'), 'utf8')).toBe('{"kind":"segue-data","format":2}');
  });

  test.each([
    ['photos.zip', 'x'],
    ['format.json', '{"format":1}'],
    ['format.json', '{"kind":"segue-data","format":"1"}'],
    ['format.json', ''],
    ['format.json', '[null]'],
  ])('is not what holds a strange %s (%s)', async (name, text) => {
    const path = temporaryDirectory();
    writeFileSync(join(path, name), text);
    await expect(openDataDirectory(path)).rejects.toMatchObject({ code: 'data/foreign' });
    expect(readdirSync(path)).toEqual([name]);
  });

  test('is no file', async () => {
    const path = join(temporaryDirectory(), 'file');
    writeFileSync(path, '');
    await expect(openDataDirectory(path)).rejects.toMatchObject({ code: 'data/not-a-directory' });
    await expect(openDataDirectory(join(path, 'below'))).rejects.toMatchObject({
      code: 'data/not-a-directory',
    });
  });
});

describe('one process at a time', () => {
  test('a second opening in one process is refused', async () => {
    const path = temporaryDirectory();
    const first = await openDataDirectory(path);
    await expect(openDataDirectory(path)).rejects.toMatchObject({ code: 'data/locked' });
    await first.close();
    await (await openDataDirectory(path)).close();
  });

  test('another process is told who has it', async () => {
    const path = temporaryDirectory();
    const directory = await openDataDirectory(path);
    const other = await inAnotherProcess(path);
    expect(other.said).toMatch(
      new RegExp(`^data/locked .* in use by process ${process.pid} since .*; stop that process`),
    );
    await ended(other.process);
    await directory.close();
  });

  test('after kill -9 the next one takes over at once', async () => {
    const path = temporaryDirectory();
    const other = await inAnotherProcess(path);
    expect(other.said).toBe('open');
    await expect(openDataDirectory(path)).rejects.toThrow(`in use by process ${other.process.pid!}`);
    other.process.kill('SIGKILL');
    await ended(other.process);
    expect(existsSync(join(path, 'lock.json'))).toBe(true);
    await (await openDataDirectory(path)).close();
  });

  test('of several that start at once in an empty directory exactly one gets it', async () => {
    const path = join(temporaryDirectory(), 'data');
    const others = await Promise.all(Array.from({ length: 4 }, () => inAnotherProcess(path)));
    const said = others.map((other) => other.said.split(' ')[0]);
    expect(said.sort()).toEqual(['data/locked', 'data/locked', 'data/locked', 'open']);
    for (const other of others) other.process.kill('SIGKILL');
    await Promise.all(others.map((other) => ended(other.process)));
  });
});

describe('the disk', () => {
  test('is low below 1 GiB, or 5 % where that is less', () => {
    expect(judge({ free: gib, total: 100 * gib }).low).toBe(false);
    expect(judge({ free: gib - 1, total: 100 * gib }).low).toBe(true);
    expect(judge({ free: 0.06 * gib, total: gib }).low).toBe(false);
    expect(judge({ free: 0.04 * gib, total: gib }).low).toBe(true);
    expect(judge({ free: 0, total: 0 }).low).toBe(false);
  });

  test('is asked again and again, and one failed question changes nothing', async () => {
    const answers = [{ free: 50 * gib, total: 100 * gib }, undefined, { free: 1, total: 100 * gib }];
    let asked = 0;
    const directory = await openDataDirectory(temporaryDirectory(), {
      pollMs: 1,
      measureDisk: () => {
        const answer = answers[Math.min(asked, answers.length - 1)];
        asked += 1;
        return answer === undefined ? Promise.reject(new Error('EIO')) : Promise.resolve(answer);
      },
    });
    expect(directory.diskState()).toEqual({ free: 50 * gib, total: 100 * gib, low: false });
    while (!directory.diskState().low) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(asked).toBeGreaterThan(2);
    await directory.close();
  });

  test('is the one that the directory lies on', async () => {
    const directory = await openDataDirectory(temporaryDirectory());
    const { free, total } = directory.diskState();
    expect(free).toBeGreaterThan(0);
    expect(total).toBeGreaterThanOrEqual(free);
    await directory.close();
  });
});
