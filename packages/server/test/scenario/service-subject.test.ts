import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it, test } from 'vitest';

import { noDefinitions, type Definitions } from '@segue/core/model/definitions.ts';
import type { Message } from '@segue/core/model/message.ts';

import { openLmdbLog } from '../../src/log/lmdb-log.ts';
import { ScenarioService } from '../../src/scenario/scenario-service.ts';
import { makeScratchDirectory, removeScratchDirectory } from '../../src/scenario/scratch-directory.ts';
import { ServiceProcess } from '../../src/scenario/service-process.ts';
import { openServiceSubject } from '../../src/scenario/service-subject.ts';
import type { OpenSubject } from '../../src/scenario/subject.ts';
import { directoriesOf, isAlive, knowsProcesses, servicesOf, until } from './leftovers.ts';
import { failuresOf, read } from './run.ts';

const hour = 3_600_000;

afterEach(() => {
  expect(directoriesOf(process.pid)).toEqual([]);
  if (knowsProcesses) expect(servicesOf(process.pid)).toEqual([]);
});

describe('a scenario', () => {
  const batchOf = (count: number, more = ''): string =>
    Array.from({ length: count }, (_, i) => `      - track: { userId: u${i}, event: Order${more} }\n`).join(
      '',
    );
  const story = (batch: string, after = ''): string => `
name: A batch
definitions: { segments: { buyers: did "Order" } }
steps:
  - batch:
${batch}    size: { buyers: 2500 }
${after}`;

  it('may send 2,500 messages in one request, here or where it is restarted', async () => {
    expect(await failuresOf(story(batchOf(2500)))).toEqual([]);
    const restarted = '  - restart: true\n    size: { buyers: 2500 }\n';
    expect(await failuresOf(story(batchOf(2500), restarted))).toEqual([]);
  });

  it('may not send what the tracking API refuses', async () => {
    expect(await failuresOf(story(batchOf(2501)))).toEqual([
      '1 batch | a batch that is accepted | The batch holds 2501 messages; expected at most 2500: send several batches.',
    ]);
    const wide = `, properties: { x: ${'x'.repeat(500)} }`;
    expect(await failuresOf(story(batchOf(1000, wide)))).toEqual([
      expect.stringMatching(/^1 batch \| a batch that is accepted \| The batch is \d+ bytes of JSON/),
    ]);
    const large = `, properties: { x: ${'x'.repeat(40_000)} }`;
    expect(await failuresOf(story(batchOf(2, large)))).toEqual([
      expect.stringMatching(/^1 track of line 6 \| a message that is accepted \| The message is 40\d+ bytes/),
    ]);
    const deep = `, properties: { x: ${'['.repeat(40)}${']'.repeat(40)} }`;
    expect(await failuresOf(story(batchOf(1, deep)))).toEqual([
      expect.stringMatching(/^1 track of line 6 \| a message that is accepted \| .*nested too deep/),
    ]);
  });

  it('may send nothing at all', async () => {
    expect(await failuresOf('steps:\n  - batch: []\n  - restart: true\n')).toEqual([]);
  });

  it('names customers who are gone by the identifiers that they had', async () => {
    const text = `
definitions: { segments: { buyers: did "Order" } }
steps:
  - batch:
      - track: { userId: Ann, traits: { email: ann@x.com }, event: Order }
      - alias: { userId: ben, previousId: Ann }
    changes:
      - { customer: Ann@X.com, segment: buyers, change: entered }
  - track: { userId: chi, event: Order }
  - erase: { userId: chi }
    changes:
      - { customer: chi, segment: buyers, change: entered }
      - { customer: chi, segment: buyers, change: exited, cause: erasure }
`;
    expect(await failuresOf(text)).toEqual([]);
    expect(await failuresOf(text.replace('customer: Ann@X.com', 'customer: zoe'))).toEqual([
      expect.stringMatching(/\| .*zoe entered buyers \| .*entered buyers/),
    ]);
  });
});

describe('a fault', () => {
  const restarting = 'name: x\nsteps:\n  - track: { userId: ann, event: E }\n  - restart: true\n';

  /** The service as it is, of which one method does something else. */
  const broken =
    (change: Partial<Awaited<ReturnType<OpenSubject>>>): OpenSubject =>
    async (setup) => {
      const subject = await openServiceSubject(setup);
      return new Proxy(subject, {
        get: (target, name): unknown => {
          const changed: unknown = Reflect.get(change, name);
          if (changed !== undefined) return changed;
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      });
    };

  it('of a check leaves nothing behind', async () => {
    const text = `${restarting}    expect: { nobody: [] }\n`;
    expect(await failuresOf(text)).toHaveLength(1);
  });

  it('that throws fails the scenario and leaves nothing behind', async () => {
    const open = broken({
      take: () => {
        throw new Error('boom');
      },
    });
    for (const text of [restarting, restarting.replace('  - restart: true\n', '')]) {
      expect(await failuresOf(text, open)).toEqual([
        expect.stringContaining('1 the step | an answer | internal error: Error: boom'),
      ]);
    }
  });

  it.runIf(knowsProcesses)('that ends the process of the service is told', async () => {
    const open = broken({
      advanceTo: () => {
        for (const pid of servicesOf(process.pid)) process.kill(pid, 'SIGKILL');
      },
    });
    expect(await failuresOf(restarting, open)).toEqual([
      '1 the step | an answer | internal error: The process of the service was ended by SIGKILL',
    ]);
  });

  it('in the process of the service is told with what it wrote to standard error', async () => {
    const options = { directory: 'nowhere', timeZone: 'UTC', now: 0 };
    const crashing = new ServiceProcess('nowhere', join(import.meta.dirname, 'crashing-main.ts'));
    await expect(crashing.open(options)).rejects.toThrow(/^The process of the service ended with code 3/);
    await expect(crashing.open(options)).rejects.toMatchObject({
      stack: expect.stringContaining('the last words of the service') as string,
    });
    await crashing.kill();
  });

  it('of opening is told with its reason, and leaves nothing behind', async () => {
    const directory = makeScratchDirectory();
    const service = new ServiceProcess(directory);
    const options = { directory: join(directory, '\0'), timeZone: 'UTC', now: 0 };
    await expect(service.open(options)).rejects.toThrow('StorageError');
    await service.kill();
    removeScratchDirectory(directory);
  });
});

describe.runIf(knowsProcesses)('a run that is ended from outside leaves nothing behind', () => {
  const script = resolve(import.meta.dirname, 'open-and-wait.ts');

  test.each([
    ['SIGINT', 1],
    ['SIGKILL', 1],
    ['SIGTERM', 0],
    ['SIGKILL', 0],
  ] as const)('%s, %i restarts', async (signal, restarts) => {
    const command = spawn(process.execPath, [script, String(restarts)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = command.pid!;
    const ended = once(command, 'exit');
    await Promise.race([once(command.stdout, 'data'), ended]);
    const services = servicesOf(pid);
    expect(services).toHaveLength(2 * restarts);
    command.kill(signal);
    expect(await ended).toEqual([null, signal]);
    await until(() => !services.some(isAlive) && directoriesOf(pid).length === 0);
  });
});

describe('the service of a scenario', () => {
  const definitions: Definitions = read(
    `definitions: { segments: { waiting: 'seq("Added", no "Order" within 2h)', daily: 'quintile(count("Added")) = 5' } }\nsteps: []\n`,
  )[0]!.definitions;
  const added = (userId: string, time: number): Message => ({
    kind: 'track',
    messageId: `${userId} ${time}`,
    time,
    identifiers: [{ kind: 'user_id', value: userId }],
    name: 'Added',
    properties: {},
    traits: {},
  });

  async function using(work: (directory: string) => Promise<void>): Promise<void> {
    const directory = makeScratchDirectory();
    try {
      await work(directory);
    } finally {
      removeScratchDirectory(directory);
    }
  }

  async function live(directory: string): Promise<void> {
    const service = await ScenarioService.open({ directory, timeZone: 'UTC', now: 0 });
    await service.apply({ kind: 'definitions', definitions }, 0);
    await service.take([added('ann', 0), added('ben', 0)], 0);
    await service.take([added('chi', hour)], hour);
    await service.advanceTo(30 * hour);
    expect(await service.whatIsWrong()).toBeUndefined();
    await service.close();
  }

  it('lets what is due on the way happen at its own instant, by ticks in the log', () =>
    using(async (directory) => {
      await live(directory);
      const log = await openLmdbLog(join(directory, 'log'), { readOnly: true });
      const ticks = [...log.read(0)].filter(({ entries }) => entries[0]?.kind === 'tick');
      expect(ticks.map(({ at }) => at / hour)).toEqual([2, 3, 24]);
      await log.close();
    }));

  it('goes on where it was when it is opened again', () =>
    using(async (directory) => {
      await live(directory);
      const again = await ScenarioService.open({ directory, timeZone: 'UTC', now: 30 * hour });
      expect(await again.whatIsWrong()).toBeUndefined();
      expect(again.namesOf(again.members('waiting'))).toEqual(['ann', 'ben', 'chi']);
      expect(again.changesFrom(0).map(({ seq, at }) => [seq, at / hour])).toEqual([
        [0, 2],
        [1, 2],
        [2, 3],
      ]);
      await again.close();
    }));

  it('says so when changes that were told are no longer known, or others are', () =>
    using(async (directory) => {
      await live(directory);
      const first = await ScenarioService.open({ directory, timeZone: 'UTC', now: 30 * hour });
      await first.checkpoint();
      await first.close();
      rmSync(join(directory, 'feed'), { recursive: true });
      const lost = await ScenarioService.open({ directory, timeZone: 'UTC', now: 30 * hour });
      expect(await lost.whatIsWrong()).toBe('changes 0 to 2 are lost');
      await expect(lost.take([added('dan', 30 * hour)], 30 * hour)).rejects.toThrow('are lost');
      await lost.close();
    }));

  it('says so when its state is not what the log says', () =>
    using(async (directory) => {
      await live(directory);
      const other = makeScratchDirectory();
      const shorter = await ScenarioService.open({ directory: other, timeZone: 'UTC', now: 0 });
      await shorter.apply({ kind: 'definitions', definitions: noDefinitions }, 0);
      await shorter.take([added('zoe', 0)], 0);
      await shorter.checkpoint();
      await shorter.close();
      rmSync(join(directory, 'checkpoint'), { recursive: true, force: true });
      rmSync(join(directory, 'feed'), { recursive: true, force: true });
      renameSync(join(other, 'checkpoint'), join(directory, 'checkpoint'));
      removeScratchDirectory(other);
      const wrong = await ScenarioService.open({ directory, timeZone: 'UTC', now: 30 * hour });
      expect(await wrong.whatIsWrong()).toMatch(
        /^(change 1 is|the state is not that of a replay of the log)/,
      );
      await wrong.close();
    }));
});
