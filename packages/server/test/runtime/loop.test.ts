import { describe, expect, test } from 'vitest';

import type { Message } from '@segue/core/model/message.ts';
import { ok } from '@segue/core/base/result.ts';

import type { LogRecord } from '../../src/log/entry.ts';
import { createMemoryLog } from '../../src/log/memory-log.ts';
import { ManualClock } from '../../src/runtime/clock.ts';
import { Loop, type EntryResult, type Subject } from '../../src/runtime/loop.ts';

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

  take(record: LogRecord): readonly EntryResult[] {
    if (this.breaks) throw new Error('a bug');
    this.records.push(record);
    if (this.dueAt !== undefined && this.dueAt <= record.at) this.dueAt = undefined;
    return record.entries.map((_, i) => ok({ profile: record.position + i, notices: [] }));
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
