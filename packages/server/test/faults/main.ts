/**
 * The faults of the whole service, at length: `npm run test:faults`. Prints a table; exit code 1 where something was lost,
 * and then the directories are kept.
 *
 *     npm run test:faults -- --rounds 2000          more kills
 *     npm run test:faults -- --only power --images 1000 --seed 7
 */

import { parseArgs } from 'node:util';

import { jumpClock } from './clock-jumps.ts';
import { diskErrorName, diskErrors, failDisk } from './disk-errors.ts';
import { canMount, fillDisk, fillDiskAtOnce } from './full-disk.ts';
import { withHostileClients } from './hostile-clients.ts';
import { killRounds } from './kill-rounds.ts';
import { cutPower, namesAtRisk } from './power-cuts.ts';
import { canTrace } from './strace.ts';
import { killAtCalls } from './system-calls.ts';
import { foundWorkspace, makeDirectory, removeDirectory, type Workspace } from './workspace.ts';

type Outcome = { readonly done: string; readonly faults: readonly string[] };

type Part = {
  readonly name: string;
  readonly title: string;
  /** Why it cannot be done on this machine. */
  readonly lacks?: string | undefined;
  readonly run: (template: Workspace, progress: (text: string) => void) => Promise<Outcome>;
};

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '150' },
    calls: { type: 'string', default: '200' },
    images: { type: 'string', default: '360' },
    clients: { type: 'string', default: '3000' },
    seed: { type: 'string', default: String(Date.now()) },
    only: { type: 'string', multiple: true },
  },
});
const seed = numberOf('seed');
/** Of the calls, those of the first start. */
const foundingShare = 0.4;
const noTrace = canTrace ? undefined : 'strace is not usable';
const noMount = canMount ? undefined : 'a disk of its own cannot be mounted';

function numberOf(name: 'rounds' | 'calls' | 'images' | 'clients' | 'seed'): number {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new RangeError(`--${name} is “${values[name]}”; expected a whole number above 0`);
}

const parts: readonly Part[] = [
  {
    name: 'kills',
    title: 'kill -9 at any moment',
    run: async (_, progress) => {
      const rounds = numberOf('rounds');
      const tally = await killRounds({
        rounds,
        seed,
        onRound: (round) => {
          progress(`round ${round} of ${rounds}`);
        },
      });
      const { acknowledged, unknown, unknownThere, changes, faults } = tally;
      const fates = `${acknowledged} messages acknowledged, ${unknown} unknown (${unknownThere} were there)`;
      return { done: `${tally.rounds} rounds, ${fates}, ${changes} changes`, faults };
    },
  },
  {
    name: 'calls',
    title: 'killed before a write or sync',
    lacks: noTrace,
    run: async (_, progress) => {
      const founding = Math.round(numberOf('calls') * foundingShare);
      const working = numberOf('calls') - founding;
      const tally = await killAtCalls({ founding, working, onKill: progress });
      const { killed, missed, acknowledged, faults } = tally;
      return {
        done: `${killed} calls (${missed} not reached), ${acknowledged} messages acknowledged`,
        faults,
      };
    },
  },
  {
    name: 'errors',
    title: 'EIO and ENOSPC',
    lacks: noTrace,
    run: async (template, progress) => {
      const faults: string[] = [];
      let slowestMs = 0;
      for (const error of diskErrors) {
        progress(diskErrorName(error));
        const failed = await failDisk(template, error);
        faults.push(...failed.faults);
        slowestMs = Math.max(slowestMs, failed.endedAfterMs);
      }
      return { done: `${diskErrors.length} errors, ended within ${Math.round(slowestMs)} ms`, faults };
    },
  },
  {
    name: 'full',
    title: 'a full disk',
    lacks: noMount,
    run: async (template) => {
      const slowly = await fillDisk(template);
      const atOnce = await fillDiskAtOnce(template);
      const acknowledged = slowly.acknowledged + atOnce.acknowledged;
      return { done: `${acknowledged} messages acknowledged`, faults: [...slowly.faults, ...atOnce.faults] };
    },
  },
  {
    name: 'power',
    title: 'power cuts',
    lacks: noTrace,
    run: async (template, progress) => {
      const images = numberOf('images');
      const tally = await cutPower(template, {
        images,
        seed,
        startEach: 20,
        onImage: (image) => {
          progress(`image ${image} of ${images}`);
        },
      });
      const risks = (await namesAtRisk()).map((path) => `the name of ${path} is not synced`);
      const from = `${tally.writes} writes, ${tally.syncs} syncs, ${tally.acknowledged} messages`;
      const done = `${images} images of ${from}; ${tally.started} started`;
      return { done, faults: [...tally.faults, ...risks] };
    },
  },
  {
    name: 'clients',
    title: 'hostile clients',
    run: async (template) => {
      const options = { clientsOfAKind: 10, silent: numberOf('clients'), seed };
      const { clients, acknowledged, faults } = await withHostileClients(template, options);
      return { done: `${clients} clients, ${acknowledged} messages of a good one acknowledged`, faults };
    },
  },
  {
    name: 'clock',
    title: 'clock jumps of an hour',
    run: async (template) => {
      const { jumps, timed, faults } = await jumpClock(template);
      return { done: `${jumps} jumps, ${timed} changes by time`, faults };
    },
  },
];

function print(text: string): void {
  process.stdout.write(text);
}

/** On a terminal, a line that is written over. */
function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

async function runPart(part: Part, template: Workspace): Promise<boolean> {
  const title = part.title.padEnd(32);
  if (part.lacks !== undefined) {
    print(`${title} skipped: ${part.lacks}\n`);
    return true;
  }
  const began = performance.now();
  const { done, faults } = await part.run(template, (text) => {
    showProgress(`${part.title}: ${text}`);
  });
  showProgress('');
  const seconds = Math.round((performance.now() - began) / 1_000);
  print(
    `${title} ${faults.length === 0 ? 'none lost' : `${faults.length} FAULTS`}  ${done}  (${seconds} s)\n`,
  );
  for (const fault of faults.slice(0, 20)) print(`    ${fault}\n`);
  return faults.length === 0;
}

const unknown = values.only?.find((name) => !parts.some((part) => part.name === name));
if (unknown !== undefined) {
  throw new RangeError(`--only is “${unknown}”; expected ${parts.map(({ name }) => name).join(', ')}`);
}
// Leaving by `exit` takes the services along.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const template = await foundWorkspace(makeDirectory());
print(`seed ${seed}\n`);
let isGood = true;
for (const part of parts) {
  if (values.only !== undefined && !values.only.includes(part.name)) continue;
  isGood = (await runPart(part, template)) && isGood;
}
removeDirectory(template.data);
process.exit(isGood ? 0 : 1);
