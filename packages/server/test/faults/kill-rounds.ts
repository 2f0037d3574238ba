/**
 * Killed with -9 again and again in one data directory: under load, during a checkpoint, while definitions are applied,
 * while it starts and replays. After each round the next start is held against the client's book.
 */

import { checkChanges, checkCounted, checkFates } from './check.ts';
import { HttpClient } from './http-client.ts';
import { Ledger } from './ledger.ts';
import { readOffline } from './offline.ts';
import { Random } from './random.ts';
import { Sender, sendRest } from './sender.ts';
import { Service } from './service.ts';
import { Watcher } from './watcher.ts';
import { definitions, foundWorkspace, makeDirectory, removeDirectory, type Workspace } from './workspace.ts';

/** What goes on when the process is killed. */
const moments = ['load', 'checkpoint', 'definitions', 'start'] as const;
export type Moment = (typeof moments)[number];

export type KillTally = {
  readonly rounds: number;
  /** Messages. */
  readonly acknowledged: number;
  readonly unknown: number;
  readonly unknownThere: number;
  readonly changes: number;
  readonly replayedEntries: number;
  readonly faults: readonly string[];
};

export type KillOptions = {
  readonly rounds: number;
  readonly seed: number;
  readonly onRound?: (round: number, tally: KillTally) => void;
};

export async function killRounds(options: KillOptions): Promise<KillTally> {
  const data = makeDirectory();
  const run = new KillRun(await foundWorkspace(data), options.seed);
  let tally = run.tally(0);
  for (let round = 1; round <= options.rounds && tally.faults.length === 0; round++) {
    await run.round(round);
    tally = run.tally(round);
    options.onRound?.(round, tally);
  }
  // What was found is to be looked at.
  if (tally.faults.length === 0) removeDirectory(data);
  return tally;
}

/** A checkpoint each second, which is what a second of a round can be killed in. */
const flags = ['--checkpoint-interval', '1s', '--stop-timeout', '5s'];

class KillRun {
  readonly #workspace: Workspace;
  readonly #random: Random;
  readonly #seed: number;
  readonly #watcher: Watcher;
  readonly #faults: string[] = [];
  /** Of the round before, to be held against the service of this one. */
  #ledger: Ledger | undefined;
  #customers = 0;
  #revision = 1;
  #turn = 0;
  #acknowledged = 0;
  #unknown = 0;
  #unknownThere = 0;
  #replayedEntries = 0;
  #changes = 0;

  constructor(workspace: Workspace, seed: number) {
    this.#workspace = workspace;
    this.#random = new Random(seed);
    this.#seed = seed;
    this.#watcher = new Watcher(workspace.serverKey);
  }

  tally(rounds: number): KillTally {
    return {
      rounds,
      acknowledged: this.#acknowledged,
      unknown: this.#unknown,
      unknownThere: this.#unknownThere,
      changes: this.#changes,
      replayedEntries: this.#replayedEntries,
      faults: this.#faults,
    };
  }

  /** Starts the service, checks the round before, sends, kills, looks at what is on the disk. */
  async round(round: number): Promise<void> {
    const { data } = this.#workspace;
    const moment = moments[this.#random.below(moments.length)]!;
    const where = `seed ${this.#seed}, round ${round} (${moment}) in ${data}`;
    const found: string[] = [];
    if (moment === 'start') await this.#killWhileStarting();
    const { service, url } = await Service.start({ data, flags });
    await this.#watcher.connect(url, round % 10 === 1 ? 'beginning' : 'last');
    found.push(...(await this.#checkRoundBefore(url)));
    await this.#loadAndKill(service, url, moment, `round-${this.#seed}-${round}`);
    const offline = await readOffline(data);
    this.#changes = offline.changes.length;
    this.#replayedEntries += offline.entries - (offline.checkpointed ?? 0);
    if (offline.revision < this.#revision) {
      found.push(`definitions ${this.#revision} were acknowledged, and ${offline.revision} are in force`);
    }
    this.#revision = offline.revision;
    found.push(...service.complaints(), ...offline.faults, ...checkChanges(this.#watcher, offline));
    this.#faults.push(...found.map((fault) => `${fault} (${where})`));
  }

  async #checkRoundBefore(url: string): Promise<readonly string[]> {
    const ledger = this.#ledger;
    if (ledger === undefined) return [];
    const { faults, unknown, unknownThere } = await checkFates(url, this.#workspace, ledger);
    this.#unknown += unknown;
    this.#unknownThere += unknownThere;
    await sendRest(url, this.#workspace.writeKey, ledger);
    this.#customers += ledger.customers.length;
    const after = await checkFates(url, this.#workspace, ledger);
    const counted = await checkCounted(url, this.#workspace, this.#customers);
    return [...faults, ...after.faults.map((fault) => `sent again: ${fault}`), ...counted];
  }

  async #killWhileStarting(): Promise<void> {
    const { data } = this.#workspace;
    const service = new Service({ data, flags });
    await new Promise((resolve) => setTimeout(resolve, this.#random.between(0, 700)));
    await service.kill();
  }

  async #loadAndKill(service: Service, url: string, moment: Moment, name: string): Promise<void> {
    const ledger = new Ledger(name);
    const first = Promise.withResolvers<undefined>();
    const sender = new Sender({
      url,
      writeKey: this.#workspace.writeKey,
      ledger,
      everyMs: this.#random.between(2, 20),
      onAcknowledged: () => {
        first.resolve(undefined);
      },
    });
    await Promise.race([first.promise, service.ended]);
    const applying = moment === 'definitions' ? this.#applyOn(url) : undefined;
    await new Promise((resolve) => setTimeout(resolve, this.#delayMs(moment)));
    await service.kill();
    await Promise.all([sender.stop(), applying]);
    this.#acknowledged += ledger.count('acknowledged');
    this.#ledger = ledger;
  }

  #delayMs(moment: Moment): number {
    switch (moment) {
      case 'load':
      case 'start':
        return this.#random.between(0, 600);
      case 'definitions':
        return this.#random.between(0, 150);
      case 'checkpoint':
        // The timer of the checkpoint began with the first record, a little before its answer came.
        return this.#random.between(970, 1_030);
    }
  }

  /** Puts one set of definitions after the other into force until the connection breaks. */
  async #applyOn(url: string): Promise<void> {
    const client = new HttpClient(url);
    const { serverKey: key } = this.#workspace;
    try {
      for (;;) {
        const body = { definitions: definitions(++this.#turn) };
        const { status, body: answer } = await client.call('POST', '/api/definitions', { key, body });
        if (status !== 200) throw new TypeError(`definitions were answered with ${JSON.stringify(answer)}`);
        this.#revision = (answer as { readonly revision: number }).revision;
      }
    } catch (error) {
      if (error instanceof TypeError) this.#faults.push(error.message);
    } finally {
      client.close();
    }
  }
}
