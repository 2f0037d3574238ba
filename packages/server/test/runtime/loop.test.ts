import { describe, expect, test } from 'vitest';

import type { Message } from '@segue/core/model/message.ts';
import { ok } from '@segue/core/base/result.ts';

import type { LogRecord } from '../../src/log/entry.ts';
import type { Log } from '../../src/log/log.ts';
import { createMemoryLog } from '../../src/log/memory-log.ts';
import { ManualClock } from '../../src/runtime/clock.ts';
import { Loop, type Subject } from '../../src/runtime/loop.ts';
import type { EntryResult } from '../../src/runtime/submissions.ts';

const start = Date.parse('2026-11-01T09:00:00Z');

function message(messageId: string): Message {
  return {
    kind: 'track',
    messageId,
    time: start,
    identifiers: [{ kind: 'user_id', value: 'ann' }],
    name: 'A',
    properties: {},
    traits: {},
  };
}

/** Keeps what it was given, and is due when told. */
class Recorder implements Subject {
  readonly records: LogRecord[] = [];
  dueAt: number | undefined = undefined;
  breaks = false;
  /** Whether it gets anything done. */
  works = true;
  /** Slices that it needs for a record. */
  slices = 1;
  /** Whether it takes what is not durable. */
  goesAhead = false;
  /** Records that it has told of. */
  told = 0;
  tells = 0;
  /** Records it was called with. */
  readonly calls: LogRecord[] = [];

  take(record: LogRecord): readonly EntryResult[] | undefined {
    if (this.breaks) throw new Error('a bug');
    this.calls.push(record);
    if (!this.works || this.calls.length % this.slices !== 0) return undefined;
    this.records.push(record);
    if (this.dueAt !== undefined && this.dueAt <= record.at) this.dueAt = undefined;
    return record.entries.map((_, i) => ok({ profile: record.position + i, notices: [] }));
  }

  tell(): void {
    this.told = this.records.length;
    this.tells++;
  }

  get mayGoAhead(): boolean {
    return this.goesAhead;
  }

  nextDueAt(): number | undefined {
    return this.dueAt;
  }

  memberships(): readonly [] {
    return [];
  }
}

function open(subject = new Recorder(), log = createMemoryLog(), clock = new ManualClock(start)) {
  return { subject, log, clock, loop: new Loop({ log, clock, subject }) };
}

async function untilIdle(loop: Loop): Promise<void> {
  while (loop.depth + loop.behind > 0) await turn();
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the loop', () => {
  test('puts what arrives together into one record, and what arrives meanwhile into the next', async () => {
    const { loop, subject } = open();
    const first = ['a', 'b', 'c'].map((id) => loop.take([message(id)], 'web'));
    await turn();
    const second = ['d', 'e'].map((id) => loop.take([message(id), message(`${id}2`)], 'web'));
    const outcomes = await Promise.all([...first, ...second]);
    expect(subject.records.map(({ position, entries }) => [position, entries.length])).toEqual([
      [0, 3],
      [3, 4],
    ]);
    expect(
      outcomes.map((outcome) => (outcome.ok ? outcome.value.map(({ profile }) => profile) : [])),
    ).toEqual([[0], [1], [2], [3, 4], [5, 6]]);
  });

  test('applies nothing that is not durable, and answers nothing that is not applied', async () => {
    const { loop, log, subject } = open();
    const taken = loop.take([message('a')], 'web');
    log.breakWith(new Error('the disk is gone'));
    await expect(taken).rejects.toThrow('the disk is gone');
    await expect(loop.failed).resolves.toMatchObject({ message: 'the disk is gone' });
    expect(subject.records).toEqual([]);
    expect(await loop.take([message('b')], 'web')).toMatchObject({ ok: false });
    await expect(loop.submit([{ kind: 'tick' }])).rejects.toThrow('the disk is gone');
  });

  test('ends where the engine fails, and answers nobody', async () => {
    const { loop, subject } = open();
    subject.breaks = true;
    await expect(loop.take([message('a')], 'web')).rejects.toThrow('a bug');
    await expect(loop.failed).resolves.toMatchObject({ message: 'a bug' });
    expect(loop.closed?.code).toBe('intake/stopping');
  });

  test('lets time pass by a tick in the log, when something is due and not before', async () => {
    const subject = new Recorder();
    subject.dueAt = start + 1000;
    const { clock, log } = open(subject);
    clock.set(start + 999);
    await turn();
    await turn();
    expect(log.next).toBe(0);
    clock.set(start + 1000);
    while (subject.records.length === 0) await turn();
    expect(subject.records).toEqual([{ position: 0, at: start + 1000, entries: [{ kind: 'tick' }] }]);
  });

  test('stands still while the clock is set back', async () => {
    const { loop, clock, subject } = open();
    await loop.take([message('a')], 'web');
    clock.set(start - 3_600_000);
    expect(loop.now()).toBe(start);
    await loop.take([message('b')], 'web');
    expect(subject.records.map(({ at }) => at)).toEqual([start, start]);
  });

  test('stops when all that was taken is answered, and takes nothing more', async () => {
    const { loop, subject } = open();
    const taken = loop.take([message('a')], 'web');
    await loop.stop();
    expect(subject.records).toHaveLength(1);
    expect(await taken).toMatchObject({ ok: true });
    expect(await loop.take([message('b')], 'web')).toMatchObject({
      ok: false,
      error: { code: 'intake/stopping' },
    });
  });

  test('says so when it is asked to refuse, or more waits than it may hold', async () => {
    const closed = { code: 'intake/disk-low', message: 'full', retryAfterSeconds: 60 } as const;
    const clock = new ManualClock(start);
    const loop = new Loop({ log: createMemoryLog(), clock, subject: new Recorder(), refuses: () => closed });
    expect(await loop.take([message('a')], 'web')).toEqual({ ok: false, error: closed });
    const busy = open().loop;
    const flood = Array.from({ length: 100_000 }, () => message('a'));
    const taken = busy.take(flood, 'web');
    expect(busy.closed?.code).toBe('intake/overloaded');
    expect(await busy.take([message('a')], 'web')).toMatchObject({ ok: false });
    expect(await taken).toMatchObject({ ok: true });
    expect(busy.closed).toBeUndefined();
  });

  test('takes an empty request without a record', async () => {
    const { loop, log } = open();
    expect(await loop.take([], 'web')).toEqual({ ok: true, value: [] });
    expect(log.next).toBe(0);
  });
});

/** A log whose disk takes records when it is told to. */
function slowLog() {
  const log = createMemoryLog();
  const waiting: (() => void)[] = [];
  let isBroken = false;
  const slow: Log = new Proxy(log, {
    get: (target, name) => {
      if (name === 'append') {
        return async (...record: Parameters<Log['append']>) => {
          await new Promise<void>((resolve) => waiting.push(resolve));
          if (isBroken) throw new Error('the disk is gone');
          return target.append(...record);
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return {
    slow,
    write: () => waiting.shift()?.(),
    break: () => {
      isBroken = true;
      waiting.shift()?.();
    },
    get writing() {
      return waiting.length;
    },
  };
}

describe('an engine that is ahead', () => {
  const ahead = () => {
    const disk = slowLog();
    const subject = new Recorder();
    subject.goesAhead = true;
    const clock = new ManualClock(start);
    return { disk, subject, clock, loop: new Loop({ log: disk.slow, clock, subject }) };
  };
  const turns = async (count = 5): Promise<void> => {
    for (let i = 0; i < count; i++) await turn();
  };

  test('takes a record while it is written, and tells nobody before it is durable', async () => {
    const { loop, subject, disk } = ahead();
    const said: string[] = [];
    const note = (what: string) => () => void said.push(what);
    void loop.take([message('a')], 'web').then(note('answered'));
    expect([loop.caughtUp(), loop.settled()]).toEqual([undefined, undefined]);
    await turns();
    expect(subject.records.map(({ position }) => position)).toEqual([0]);
    void loop.caughtUp()?.then(note('caught up'));
    void loop.settled()?.then(note('settled'));
    void loop.atRest(note('at rest'));
    await turns();
    expect([said, subject.told, loop.isBusy]).toEqual([[], 0, false]);
    disk.write();
    await turns();
    expect([said.sort(), subject.told]).toEqual([['answered', 'at rest', 'caught up', 'settled'], 1]);
    expect([loop.caughtUp(), loop.settled()]).toEqual([undefined, undefined]);
  });

  test('tells what it has of a record as soon as that is durable', async () => {
    const { loop, subject, disk } = ahead();
    subject.works = false;
    const taken = loop.take([message('a')], 'web');
    await turns();
    expect([subject.calls.length > 0, loop.isBusy, subject.tells]).toEqual([true, true, 0]);
    disk.write();
    while (subject.tells === 0) await turn();
    expect(subject.records).toEqual([]);
    subject.works = true;
    expect(await taken).toMatchObject({ ok: true });
  });

  test('is ahead of nothing but messages and ticks', async () => {
    const { loop, subject, disk } = ahead();
    const refreshed = loop.submit([{ kind: 'refresh' }]);
    await turns();
    expect([subject.calls.length, loop.caughtUp()]).toEqual([0, undefined]);
    disk.write();
    await refreshed;
    expect(subject.told).toBe(1);
  });

  test('is ahead by one record, and by none while the subject does not want it', async () => {
    const { loop, subject, disk } = ahead();
    const taken = [loop.take([message('a')], 'web')];
    await turns();
    taken.push(loop.take([message('b')], 'web'));
    await turns();
    expect([subject.records.length, disk.writing]).toEqual([1, 1]);
    subject.goesAhead = false;
    disk.write();
    await turns();
    expect([subject.records.length, subject.told, disk.writing]).toEqual([1, 1, 1]);
    disk.write();
    expect(await Promise.all(taken)).toMatchObject([{ ok: true }, { ok: true }]);
    expect(subject.told).toBe(2);
  });

  test('lets what is due come to pass, and tells of it when the tick is durable', async () => {
    const { subject, clock, disk } = ahead();
    subject.dueAt = start + 1000;
    const late: unknown[] = [];
    const loop = new Loop({
      log: disk.slow,
      clock,
      subject,
      onTaken: (_, { lateMs }) => void late.push(lateMs),
    });
    clock.set(start + 1000);
    await turns();
    expect([subject.records.length, subject.told, loop.behind]).toEqual([1, 0, 0]);
    clock.set(start + 1007);
    disk.write();
    await turns();
    expect([subject.told, late]).toEqual([1, [7]]);
  });

  test('of a record that the disk did not take says nothing to anybody, and lets nobody read', async () => {
    const { loop, subject, disk } = ahead();
    const taken = loop.take([message('a')], 'web');
    await turns();
    const waiting = [loop.caughtUp(), loop.settled(), loop.atRest(() => 1)];
    disk.break();
    await expect(taken).rejects.toThrow('the disk is gone');
    for (const one of [...waiting, loop.caughtUp(), loop.settled()]) {
      await expect(one).rejects.toThrow('the disk is gone');
    }
    await expect(loop.atRest(() => 1)).rejects.toThrow('the disk is gone');
    expect([subject.records.length, subject.told]).toEqual([1, 0]);
  });
});

describe('an engine that is behind', () => {
  const keep = (loop: Loop, id: string, told: string[] = []): ReturnType<Loop['keep']> =>
    loop.keep([message(id)], 'web', ([outcome]) => {
      told.push(`${id} is of ${outcome?.profile ?? 'nobody'}`);
    });

  test('takes a record in slices, between which others have a turn, and nothing else meanwhile', async () => {
    const { loop, subject } = open();
    subject.slices = 3;
    let turns = 0;
    const count = (): void => {
      turns++;
      if (subject.records.length < 2) setImmediate(count);
    };
    setImmediate(count);
    const taken = ['a', 'b'].map((id) => loop.take([message(id)], 'web'));
    await turn();
    const next = loop.take([message('c')], 'web');
    expect(await Promise.all([...taken, next])).toMatchObject([{ ok: true }, { ok: true }, { ok: true }]);
    expect(turns).toBeGreaterThanOrEqual(6);
    expect(subject.calls.map(({ position }) => position)).toEqual([0, 0, 0, 2, 2, 2]);
    expect(subject.records).toHaveLength(2);
  });

  test('keeps nobody waiting who only wants to know that nothing is lost', async () => {
    const { loop, log, subject } = open();
    const told: string[] = [];
    subject.works = false;
    expect(await keep(loop, 'a', told)).toBeUndefined();
    expect(await keep(loop, 'b', told)).toBeUndefined();
    expect([log.next, loop.behind, subject.records.length, told]).toEqual([2, 2, 0, []]);
    subject.works = true;
    await untilIdle(loop);
    expect(told).toEqual(['a is of 0', 'b is of 1']);
  });

  test('is waited for by those who read: for all that was durable when they came, and no more', async () => {
    const { loop, subject } = open();
    expect(loop.caughtUp()).toBeUndefined();
    subject.works = false;
    await keep(loop, 'a');
    let seen: number | undefined;
    const read = loop.caughtUp()?.then(() => {
      seen = subject.records.length;
    });
    await keep(loop, 'b');
    await turn();
    expect(seen).toBeUndefined();
    subject.works = true;
    await read;
    expect(seen).toBeGreaterThanOrEqual(1);
    await untilIdle(loop);
    expect(loop.caughtUp()).toBeUndefined();
  });

  test('lets whoever waited look before it takes what came after', async () => {
    const { loop, subject } = open();
    subject.works = false;
    await keep(loop, 'a');
    let seen: number | undefined;
    void loop.caughtUp()?.then(() => {
      seen = subject.calls.filter(({ position }) => position > 0).length;
    });
    await keep(loop, 'b');
    expect(loop.behind).toBe(2);
    subject.works = true;
    await untilIdle(loop);
    expect([seen, subject.records.length]).toEqual([0, 2]);
  });

  test('is so far behind at most, then senders wait', async () => {
    const { loop, log, subject } = open();
    subject.works = false;
    const flood = Array.from({ length: 1000 }, (_, i) => message(`m${i}`));
    const kept = Array.from({ length: 25 }, () => loop.keep(flood, 'web', () => undefined));
    for (let i = 0; i < 200; i++) await turn();
    expect([log.next, loop.behind, loop.depth]).toEqual([20_000, 20_000, 5_000]);
    subject.works = true;
    expect(await Promise.all(kept)).toEqual(kept.map(() => undefined));
    await untilIdle(loop);
    expect(subject.records.map(({ position }) => position)).toEqual(kept.map((_, i) => i * 1000));
  });

  test('is looked at by a checkpoint only between two records', async () => {
    const { loop, subject } = open();
    expect(await loop.atRest(() => subject.records.length)).toBe(0);
    subject.works = false;
    await keep(loop, 'a');
    while (subject.calls.length === 0) await turn();
    const half = loop.atRest(() => subject.records.length);
    await keep(loop, 'b');
    subject.works = true;
    expect(await half).toBe(1);
    await expect(
      loop.atRest(() => {
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
  });

  test('stops when it has caught up', async () => {
    const { loop, subject } = open();
    subject.works = false;
    await keep(loop, 'a');
    const stopped = loop.stop();
    await turn();
    subject.works = true;
    await stopped;
    expect(subject.records).toHaveLength(1);
  });

  test('that fails answers nobody who waits for it, and lets nobody wait for ever', async () => {
    const { loop, subject } = open();
    subject.works = false;
    await keep(loop, 'a');
    const taken = loop.take([message('b')], 'web');
    const read = loop.caughtUp();
    subject.breaks = true;
    await expect(taken).rejects.toThrow('a bug');
    await expect(read).rejects.toThrow('a bug');
    await expect(keep(loop, 'c')).resolves.toMatchObject({ code: 'intake/stopping' });
    await expect(loop.atRest(() => 1)).rejects.toThrow('a bug');
    await loop.stop();
  });

  test('does nothing of what is due before the tick that says so is durable', async () => {
    const { loop, log, subject, clock } = open();
    await loop.take([message('a')], 'web');
    subject.works = false;
    await keep(loop, 'b');
    subject.dueAt = start + 1000;
    clock.set(start + 1000);
    subject.works = true;
    await untilIdle(loop);
    while (subject.records.length < 3) await turn();
    expect(subject.records.map(({ position, at }) => [position, at])).toEqual([
      [0, start],
      [1, start],
      [2, start + 1000],
    ]);
    expect(log.next).toBe(3);
  });
});
