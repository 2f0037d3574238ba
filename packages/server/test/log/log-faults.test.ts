/**
 * What becomes of the log when its process is killed and when its disk breaks: nothing that was acknowledged is lost,
 * records are whole and in order, and after a failure nothing is acknowledged.
 *
 * SEGUE_FAULT_ROUNDS sets how many rounds (10); half as many system calls are tried. What this machine does not allow is skipped with the reason in its name.
 */

import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openLmdbLog } from '../../src/log/lmdb-log.ts';
import { messages } from './entries.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const rounds = Number(process.env['SEGUE_FAULT_ROUNDS'] ?? 10);
/** The system calls at which a process is killed, one after the other; each is a round under strace. */
const callsMax = Math.ceil(rounds / 2);
/** More than a round takes, in milliseconds. */
const roundMs = 60_000;
const program = join(import.meta.dirname, 'append-endlessly.ts');

class Appender {
  readonly process: ChildProcess;
  /** Positions below this were acknowledged. */
  acknowledged = 0;
  readonly said: string[] = [];
  readonly ended: Promise<void>;
  #rest = '';

  constructor(
    directory: string,
    options: { readonly under?: readonly string[]; readonly size?: number; readonly stallMs?: number } = {},
  ) {
    const command = [...(options.under ?? []), process.execPath, program, directory];
    command.push(`${options.size ?? 5}`, `${options.stallMs ?? 10_000}`);
    this.process = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'ignore'] });
    this.process.stdout!.on('data', (bytes: Buffer) => {
      this.#hear(bytes.toString());
    });
    onTestFinished(() => {
      this.process.kill('SIGKILL');
    });
    this.ended = new Promise((resolve) =>
      this.process.once('close', () => {
        resolve();
      }),
    );
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition() && this.process.exitCode === null && this.process.signalCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  #hear(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) {
      const [word, position, count] = line.split(' ');
      if (word === 'ack') this.acknowledged = Math.max(this.acknowledged, Number(position) + Number(count));
      else this.said.push(line);
    }
  }
}

/** Looks at all that is there from a position on; the position after the last entry. */
async function checkLogFrom(directory: string, from: number): Promise<number> {
  const log = await openLmdbLog(directory);
  let next = from;
  for (const record of log.read(from)) {
    expect(record.position).toBeLessThanOrEqual(next);
    next = record.position + record.entries.length;
    expect(record.entries).toEqual(messages(record.position, record.entries.length));
  }
  expect(log.next).toBe(next);
  await log.close();
  return next;
}

function possible(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

const canTrace = possible('strace', ['-f', '-e', 'trace=fdatasync', 'true']);
const canMount = canMountHere();

function canMountHere(): boolean {
  if (process.getuid?.() !== 0) return false;
  return possible('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']);
}

describe('killed with -9', () => {
  test(
    `at random, ${rounds} times over, the log keeps all that was acknowledged, whole and in order`,
    { timeout: roundMs * rounds },
    async () => {
      const directory = temporaryDirectory();
      let checked = 0;
      let acknowledged = 0;
      for (let round = 0; round < rounds; round += 1) {
        const appender = new Appender(directory, { size: round % 3 === 0 ? 200 : 5 });
        await appender.until(() => appender.acknowledged > acknowledged);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
        appender.process.kill('SIGKILL');
        await appender.ended;
        acknowledged = Math.max(acknowledged, appender.acknowledged);
        checked = await checkLogFrom(directory, checked);
        expect(checked).toBeGreaterThanOrEqual(acknowledged);
      }
      expect(await checkLogFrom(directory, 0)).toBe(checked);
    },
  );

  test.runIf(canTrace).each([
    ['syncs', 'fdatasync'],
    ['writes', 'pwrite64,pwritev,writev'],
  ])(
    `at each of the first ${callsMax} %s of a thread${canTrace ? '' : ' (skipped: strace is not usable)'}`,
    { timeout: roundMs * rounds },
    async (_, calls) => {
      for (let nth = 1; nth <= callsMax; nth += 1) {
        const directory = temporaryDirectory();
        const appender = new Appender(directory, { under: strace(`${calls}:signal=SIGKILL:when=${nth}`) });
        await appender.ended;
        expect(appender.said).not.toContain('alive');
        expect(await checkLogFrom(directory, 0)).toBeGreaterThanOrEqual(appender.acknowledged);
      }
    },
  );
});

describe('when the disk breaks', () => {
  const patientMs = 300_000;
  const faults: [string, string, string, number][] = [
    ['a sync fails', 'fdatasync:error=EIO:when=3', 'log/failed', patientMs],
    ['every sync from the third on fails', 'fdatasync:error=EIO:when=3+', 'log/failed', patientMs],
    ['a write of pages fails', 'pwritev,writev:error=EIO:when=3', 'log/failed', patientMs],
    [
      'the page that completes a transaction cannot be written',
      'pwrite64:error=EIO:when=4',
      'log/failed',
      patientMs,
    ],
    ['a sync does not return', 'fdatasync:delay_enter=1500000:when=4', 'log/stalled', 500],
  ];
  test.runIf(canTrace).each(faults)(
    `%s: nothing more is acknowledged, and a restart is clean${canTrace ? '' : ' (skipped: strace is not usable)'}`,
    async (_, fault, code, stallMs) => {
      const directory = temporaryDirectory();
      const appender = new Appender(directory, { under: strace(fault), stallMs });
      await appender.ended;
      expect(appender.said).toEqual(['open', `failed ${code}`, `after ${code}`, 'alive']);
      expect(await checkLogFrom(directory, 0)).toBeGreaterThanOrEqual(appender.acknowledged);
      const next = new Appender(directory);
      await next.until(() => next.acknowledged > appender.acknowledged);
      next.process.kill('SIGKILL');
      await next.ended;
      expect(await checkLogFrom(directory, 0)).toBeGreaterThanOrEqual(next.acknowledged);
    },
  );

  test.runIf(canMount)(
    `it is full: nothing more is acknowledged, and a restart with room is clean${canMount ? '' : ' (skipped: a disk of its own cannot be mounted)'}`,
    async () => {
      const disk = join(temporaryDirectory(), 'disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
      onTestFinished(() => {
        execFileSync('umount', ['-l', disk]);
      });
      const directory = join(disk, 'log');
      const appender = new Appender(directory, { size: 200 });
      await appender.ended;
      expect(appender.said).toEqual(['open', 'failed log/failed', 'after log/failed', 'alive']);
      expect(appender.acknowledged).toBeGreaterThan(0);
      execFileSync('mount', ['-o', 'remount,size=64m', disk]);
      expect(await checkLogFrom(directory, 0)).toBeGreaterThanOrEqual(appender.acknowledged);
      const next = new Appender(directory);
      await next.until(() => next.acknowledged > appender.acknowledged);
      next.process.kill('SIGKILL');
      await next.ended;
      expect(await checkLogFrom(directory, 0)).toBeGreaterThanOrEqual(next.acknowledged);
    },
  );
});

/** Runs a command with a fault in its system calls. */
function strace(fault: string): readonly string[] {
  const calls = fault.split(':')[0]!;
  return ['strace', '-f', '-o', '/dev/null', '-e', `trace=${calls}`, '-e', `inject=${fault}`];
}
