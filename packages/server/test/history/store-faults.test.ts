/** History whose process dies, whose disk is full or fails, or that a power cut has left in pieces: nothing is missing after it. */

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';

import { storedJson } from '@segue/core/sql/stored-json.ts';

import { canMount, mountNote } from '../faults/full-disk.ts';
import { canTrace, traceNote } from '../faults/strace.ts';
import { readAll } from '../files/read.ts';
import { temporaryDirectory } from '../log/temporary-directory.ts';
import { expectHistory } from './recount.ts';
import { Rig, start } from './rig.ts';
import { buys, shop } from './shop.ts';
import { whyNoChdb } from './why-no-chdb.ts';

const skipped = whyNoChdb === undefined ? '' : ` (skipped: ${whyNoChdb})`;
const retail = fileURLToPath(
  new URL('../../../../../shared/data/online_retail/online_retail_to_2011-11-16.csv.gz', import.meta.url),
);
const retailNote = existsSync(retail) ? '' : ' (skipped: the data set is not there)';
const kills = 20;
const dayMs = 86_400_000;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

type Sum = { readonly count: number; readonly hash: string };

/** Of all messages, in the order of the log: what the log has of them. */
function sumOfLog(rig: Rig): Sum {
  const hash = createHash('sha256');
  let count = 0;
  for (const { position, entries } of rig.log.read(0)) {
    entries.forEach((entry, i) => {
      if (entry.kind !== 'message') return;
      const { messageId, time, kind, name, properties } = entry.message;
      const known = rig.runtime.customers.index.messageAt(position + i);
      if (known === undefined) return;
      count++;
      hash.update(`${JSON.stringify([position + i, time, kind, name, messageId, storedJson(properties)])}\n`);
    });
  }
  return { count, hash: hash.digest('hex') };
}

/** The same, as history has it. */
async function sumOfHistory(rig: Rig): Promise<Sum> {
  const sql = 'SELECT position, time, kind, name, message_id, properties FROM messages ORDER BY position';
  const pieces: Uint8Array[] = [];
  for await (const piece of rig.history.stream(sql, 'JSONCompactEachRow')) pieces.push(piece);
  const lines = Buffer.concat(pieces)
    .toString()
    .split('\n')
    .filter((line) => line !== '');
  const hash = createHash('sha256');
  for (const line of lines) hash.update(`${JSON.stringify(JSON.parse(line))}\n`);
  return { count: lines.length, hash: hash.digest('hex') };
}

/** The process of the history, which is this one's child. */
function childOf(pid: number): number {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' '),
  );
  const found = children.find((child) => {
    const file = `/proc/${child}/cmdline`;
    return child !== '' && existsSync(file) && readFileSync(file, 'utf8').includes('history-child-main');
  });
  return Number(found);
}

/** Files of the parts of a table, those of columns first. */
function partFiles(directory: string): string[] {
  const files = readdirSync(join(directory, 'history', 'chdb'), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => /\/all_\d[^/]*\/[^/]+\.(bin|cmrk\d|mrk\d|txt|idx)$/u.test(file))
    .map((file) => join(directory, 'history', 'chdb', file))
    .filter((file) => statSync(file).isFile());
}

/** As if the machine had gone down since. */
function startedAgain(directory: string): void {
  writeFileSync(join(directory, 'history', 'boot'), 'another start of the machine');
}

describe.skipIf(whyNoChdb !== undefined)(`the files of history${skipped}`, () => {
  test.skipIf(!existsSync(retail))(
    `have every message of a shop's year, once, after ${kills} kills while it was imported${retailNote}`,
    async () => {
      const { messages } = await readAll([retail], { mapping: 'online_retail', timeZone: 'Europe/London' });
      const rig = await Rig.open(temporaryDirectory(), Date.UTC(2011, 10, 17), { retryMsMax: 100 });
      await rig.submit([shop]);
      const share = Math.ceil(messages.length / kills);
      for (let from = 0; from < messages.length; from += share) {
        for (let at = from; at < Math.min(from + share, messages.length); at += 500) {
          await rig.take(messages.slice(at, Math.min(at + 500, from + share)));
        }
        await pause((from / share) * 37);
        await rig.killHistory();
      }
      await rig.caughtUp();
      const sum = await sumOfHistory(rig);
      expect(sum.count).toBe(messages.length);
      expect(sum).toEqual(sumOfLog(rig));
      expect(rig.ended.length).toBe(kills);
      await expectHistory(rig);
      await rig.close();
    },
  );

  test.skipIf(!canMount)(
    `are whole again when a disk that was full has room; everything else goes on meanwhile${mountNote}`,
    async () => {
      const directory = temporaryDirectory();
      const disk = join(directory, 'history');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', disk]);
      onTestFinished(() => void spawnSync('umount', ['-l', disk]));
      const rig = await Rig.open(directory, start, { retryMsMax: 200, openMs: 3_000 });
      await rig.submit([shop]);
      await rig.take(buys(0, 500, start - 3 * dayMs));
      await rig.caughtUp();
      spawnSync('cp', ['/dev/zero', join(disk, 'filler')], { stdio: 'ignore' });
      for (let i = 0; i < 10; i++) await rig.take(buys(500 + 100 * i, 100, start - 3 * dayMs));
      while (rig.ended.length < 2) await pause(20);
      expect(rig.ended.join()).toMatch(/space|ENOSPC/iu);
      const { state, behindEntries, error } = rig.history.status();
      expect({ state, error }).toMatchObject({ error: expect.stringMatching(/space|ENOSPC/iu) as string });
      expect(behindEntries).toBeGreaterThan(0);
      expect(rig.runtime.engine.members('buyers').length).toBeGreaterThan(0);
      execFileSync('rm', [join(disk, 'filler')]);
      await rig.caughtUp();
      await expectHistory(rig);
      expect(await sumOfHistory(rig)).toEqual(sumOfLog(rig));
      await rig.close();
    },
  );

  test.skipIf(!canTrace)(
    `are whole again when a disk that gave errors works; everything else goes on meanwhile${traceNote}`,
    async () => {
      const rig = await Rig.open(temporaryDirectory(), start, { retryMsMax: 200 });
      await rig.submit([shop]);
      await rig.take(buys(0, 500, start - 3 * dayMs));
      await rig.caughtUp();
      const injected = 'mkdir,mkdirat';
      const strace = spawn('strace', [
        ...['-f', '-p', String(childOf(process.pid)), '-o', '/dev/null'],
        ...['-e', `trace=${injected}`, '-e', `inject=${injected}:error=EIO`],
      ]);
      await new Promise((resolve) => strace.stderr.once('data', resolve));
      await rig.take(buys(500, 300, start - 3 * dayMs));
      while (rig.ended.length < 1) await pause(20);
      expect(rig.ended.join()).toMatch(/Input\/output|EIO/u);
      await rig.take(buys(800, 300, start - 3 * dayMs));
      await rig.caughtUp();
      await expectHistory(rig);
      expect(await sumOfHistory(rig)).toEqual(sumOfLog(rig));
      strace.kill();
      await rig.close();
    },
  );

  test.each([
    [
      'files without an end',
      (files: readonly string[]) => {
        for (const file of files.slice(-6)) truncateSync(file, 0);
      },
    ],
    [
      'files of zeros',
      (files: readonly string[]) => {
        for (const file of files.slice(-9)) writeFileSync(file, Buffer.alloc(statSync(file).size));
      },
    ],
    [
      'every file empty',
      (files: readonly string[]) => {
        for (const file of files) truncateSync(file, 0);
      },
    ],
  ])('that a power cut has left as %s are made right again', async (_, damage) => {
    const directory = temporaryDirectory();
    let rig = await Rig.open(directory, start, { retryMsMax: 200 });
    await rig.submit([shop]);
    for (let i = 0; i < 5; i++) {
      await rig.take(buys(200 * i, 200, start - 3 * dayMs));
      await rig.caughtUp();
    }
    await rig.runtime.checkpoint();
    await rig.close();
    const files = partFiles(directory).sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs);
    expect(files.length).toBeGreaterThan(20);
    damage(files);
    startedAgain(directory);
    rig = await Rig.open(directory, rig.clock.now(), { retryMsMax: 200 });
    await rig.take(buys(1_000, 100, start - 3 * dayMs));
    await rig.caughtUp();
    await expectHistory(rig);
    expect(await sumOfHistory(rig)).toEqual(sumOfLog(rig));
    await rig.close();
  });
});
