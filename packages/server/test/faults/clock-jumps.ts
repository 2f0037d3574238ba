/**
 * The machine's clock is set an hour forth and back, under load, at rest, and while the service is down. Changes by time
 * alone come once each, never before their instant by the machine's clock, and soon after it when the clock was set forth.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { checkChanges, checkCounted, checkFates } from './check.ts';
import { HttpClient } from './http-client.ts';
import { Ledger } from './ledger.ts';
import { readOffline } from './offline.ts';
import { Sender, sendRest } from './sender.ts';
import { Service } from './service.ts';
import { Watcher } from './watcher.ts';
import { copyWorkspace, definitions, makeDirectory, removeDirectory, type Workspace } from './workspace.ts';

const hourMs = 3_600_000;
/** How long those may stay whose time is over. */
const leaveWithinMs = 60_000;
const preload = join(import.meta.dirname, 'jumping-clock.ts');

export type ClockTally = {
  readonly jumps: number;
  /** Changes by time alone. */
  readonly timed: number;
  readonly faults: readonly string[];
};

type PublicChange = {
  readonly seq: number;
  readonly customer: { readonly id: number };
  readonly segment?: string;
  readonly change: string;
  readonly atMs: number;
  readonly cause: string;
};

/** An offset, and the changes that may have been made under it: below `from` none, from `until` on none. */
type Reign = { readonly offsetMs: number; readonly from: number; until: number };

/** The clock of the service's process, as it is set from outside. */
class MachineClock {
  readonly file: string;
  readonly #reigns: Reign[] = [];

  constructor(folder: string) {
    this.file = join(folder, 'clock');
    this.#write(0, 0);
  }

  get jumps(): number {
    return this.#reigns.length - 1;
  }

  /** `settled`: the first change that was surely made after the jump, once it has been seen; `seen`: how many were before. */
  async jump(
    service: Service,
    offsetMs: number,
    { seen, settled }: { readonly seen: number; readonly settled: () => Promise<number> },
  ): Promise<void> {
    const before = this.#reigns.at(-1)!;
    this.#write(offsetMs, seen);
    service.process.kill('SIGUSR2');
    while (!this.#isSeen(offsetMs)) await pass(2);
    before.until = await settled();
  }

  /** While the service does not run, and has made so many changes. */
  set(offsetMs: number, made: number): void {
    this.#reigns.at(-1)!.until = made;
    this.#write(offsetMs, made);
  }

  /** The furthest that it may have stood when a change was made that was seen at an instant of ours. */
  latestAt(seq: number, seenAt: number): number {
    const offsets = this.#reigns.filter(({ from, until }) => from <= seq && seq < until);
    return seenAt + Math.max(...offsets.map(({ offsetMs }) => offsetMs));
  }

  #write(offsetMs: number, from: number): void {
    writeFileSync(this.file, String(offsetMs));
    this.#reigns.push({ offsetMs, from, until: Infinity });
  }

  #isSeen(offsetMs: number): boolean {
    const seen = `${this.file}.seen`;
    return existsSync(seen) && Number(readFileSync(seen, 'utf8')) === offsetMs;
  }
}

function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Forty minutes: a window that ends only because the clock is set. */
function withLongWindow(): object {
  const { segments, ...rest } = definitions(1) as { readonly segments: object };
  return { ...rest, segments: { ...segments, lately: { rule: 'did "Counted" last 40m' } } };
}

export async function jumpClock(template: Workspace): Promise<ClockTally> {
  const folder = makeDirectory();
  const run = new ClockRun(copyWorkspace(template, join(folder, 'data')), new MachineClock(folder));
  const tally = await run.run();
  if (tally.faults.length === 0) removeDirectory(folder);
  return tally;
}

class ClockRun {
  readonly #workspace: Workspace;
  readonly #clock: MachineClock;
  readonly #watcher: Watcher;
  readonly #ledgers: Ledger[] = [];
  readonly #faults: string[] = [];
  readonly #unseen = new Set<number>();

  constructor(workspace: Workspace, clock: MachineClock) {
    this.#workspace = workspace;
    this.#clock = clock;
    this.#watcher = new Watcher(workspace.serverKey);
  }

  async run(): Promise<ClockTally> {
    let { service, url } = await this.#start();
    const client = new HttpClient(url);
    const body = { definitions: withLongWindow() };
    await client.call('POST', '/api/definitions', { key: this.#workspace.serverKey, body });
    client.close();

    await this.#load(url, 'before', 300);
    // Until the long window is all that is left to be due.
    await pass(1_000);
    const since = await this.#jump(service, url, hourMs);
    await this.#untilLeft(url, 'lately', 'set forth at rest', since);
    await this.#load(url, 'forth', 300);
    await this.#jump(service, url, 0);
    await this.#load(url, 'back', 600);
    const jumping = this.#load(url, 'jumping', 900);
    for (const hours of [1, 0, 1]) {
      await pass(200);
      await this.#jump(service, url, hours * hourMs);
    }
    await jumping;
    await service.kill();
    this.#clock.set(0, await this.#noteUnseen());
    ({ service, url } = await this.#start());
    await this.#load(url, 'behind the log', 300);
    await service.stop();
    this.#clock.set(2 * hourMs, await this.#noteUnseen());
    ({ service, url } = await this.#start());
    await this.#untilLeft(url, 'lately', 'set forth while it was down');
    await this.#load(url, 'after', 300);
    await this.#end(service, url);
    return { jumps: this.#clock.jumps, timed: this.#timed().length, faults: this.#faults };
  }

  async #start(): Promise<{ readonly service: Service; readonly url: string }> {
    const started = await Service.start({
      data: this.#workspace.data,
      node: ['--import', preload],
      env: { JUMPING_CLOCK: this.#clock.file },
      flags: ['--checkpoint-interval', '1s'],
    });
    await this.#watcher.connect(started.url);
    return started;
  }

  /** Resolves with how many customers came since. */
  async #jump(service: Service, url: string, offsetMs: number): Promise<number> {
    const name = `jump-${this.#clock.jumps}`;
    const ledger = new Ledger(name);
    this.#ledgers.push(ledger);
    const settled = async (): Promise<number> => {
      // What is in the log before these messages may have been made by the clock as it stood.
      ledger.messages().next();
      await sendRest(url, this.#workspace.writeKey, ledger);
      for (let seq = 0; ;) {
        const change = this.#watcher.seen[seq];
        if (change === undefined) await pass(5);
        else if (change.includes(`${name}-`)) return seq;
        else seq++;
      }
    };
    await this.#clock.jump(service, offsetMs, { seen: this.#watcher.seen.length, settled });
    return ledger.customers.length;
  }

  /**
   * What happened before the service ended and had not reached us: when it is seen says nothing. Resolves with how many changes
   * there are.
   */
  async #noteUnseen(): Promise<number> {
    const { changes } = await readOffline(this.#workspace.data);
    for (let seq = this.#watcher.seen.length; seq < changes.length; seq++) this.#unseen.add(seq);
    return changes.length;
  }

  async #load(url: string, name: string, ms: number): Promise<void> {
    const ledger = new Ledger(name.replaceAll(' ', '-'));
    const sender = new Sender({ url, writeKey: this.#workspace.writeKey, ledger });
    this.#ledgers.push(ledger);
    await pass(ms);
    await sender.stop();
    await sendRest(url, this.#workspace.writeKey, ledger);
  }

  /** Resolves when nobody is in a segment any more but those who came since. */
  async #untilLeft(url: string, segment: string, when: string, since = 0): Promise<void> {
    const client = new HttpClient(url);
    const until = performance.now() + leaveWithinMs;
    const path = `/v1/segments/${segment}/members?limit=1`;
    for (;;) {
      const { size } = await client.get<{ readonly size: number }>(path, this.#workspace.serverKey);
      if (size === since) break;
      if (performance.now() > until) {
        this.#faults.push(
          `${when}, ${size - since} customers stay in ${segment}, though their time was over`,
        );
        break;
      }
      await pass(20);
    }
    client.close();
  }

  async #end(service: Service, url: string): Promise<void> {
    let customers = 0;
    for (const ledger of this.#ledgers) {
      this.#faults.push(...(await checkFates(url, this.#workspace, ledger)).faults);
      customers += ledger.customers.length;
    }
    this.#faults.push(...(await checkCounted(url, this.#workspace, customers)));
    // What is due soon is to be seen too.
    await pass(1_000);
    this.#watcher.disconnect();
    await service.stop();
    const offline = await readOffline(this.#workspace.data);
    this.#faults.push(...offline.faults, ...checkChanges(this.#watcher, offline), ...service.complaints());
    this.#checkTimes();
  }

  #timed(): readonly PublicChange[] {
    const changes = this.#watcher.seen.map((text) => JSON.parse(text) as PublicChange);
    return changes.filter(({ cause }) => cause === 'time');
  }

  #checkTimes(): void {
    for (const { seq, atMs, segment } of this.#timed()) {
      if (this.#unseen.has(seq)) continue;
      const early = atMs - this.#clock.latestAt(seq, this.#watcher.seenAt[seq]!);
      if (early > 0) this.#faults.push(`change ${seq} of ${segment ?? 'a lifecycle'} came ${early} ms early`);
    }
    const isIn = new Map<string, string>();
    for (const text of this.#watcher.seen) {
      const { seq, customer, segment, change } = JSON.parse(text) as PublicChange;
      if (segment === undefined) continue;
      const key = `${customer.id} ${segment}`;
      if (isIn.get(key) === change) this.#faults.push(`change ${seq}: ${key} ${change} twice`);
      isIn.set(key, change);
    }
  }
}
