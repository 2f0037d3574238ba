/**
 * The benchmark of the service behind its doors: `npm run bench:service [-- --scale small|medium|full] [--only PHASE]`.
 *
 * Each phase runs in a process of its own, which is the client; the service and the floors are processes beside it. Exit
 * code 0: all done; 1: the service's state differs from a replay of its log, or something due came early, was lost or
 * came twice, so the run is void; 2: the arguments are wrong.
 */

import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { PhaseResult } from '../measure/result.ts';
import { machineFacts } from '../report/machine.ts';
import { headerText, phaseText, targetsText } from '../report/text.ts';
import { readOptions, type ServiceOptions, USAGE } from './options.ts';
import { ASKED_PHASES, SERVICE_PHASES } from './phases/phase.ts';
import { servicePage } from './page.ts';

await main();

async function main(): Promise<void> {
  let options: ServiceOptions;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  if (options.help) process.stdout.write(USAGE);
  else if (options.phase !== undefined) await runHere(options.phase, options);
  else await runAll(options);
}

/** One phase in this process, a child; the result goes to the parent. */
async function runHere(name: string, { scale, profileFolder, keepFolder }: ServiceOptions): Promise<void> {
  const phase = SERVICE_PHASES.get(name);
  if (phase === undefined || process.send === undefined) {
    throw new Error(`--phase ${name} is for the benchmark itself`);
  }
  const result = await phase({ scale, profileFolder, keepFolder });
  process.send(result, () => process.exit());
}

async function runAll(options: ServiceOptions): Promise<void> {
  const { scale, only, json, markdown } = options;
  const facts = machineFacts();
  process.stdout.write(`${headerText(facts, scale.name)}\n`);
  const results: PhaseResult[] = [];
  for (const name of SERVICE_PHASES.keys()) {
    if (only.length > 0 ? !only.includes(name) : ASKED_PHASES.has(name)) continue;
    const since = performance.now();
    const result = await runChild(name, options);
    results.push(result);
    process.stdout.write(`${phaseText(result, (performance.now() - since) / 1000)}\n`);
  }
  process.stdout.write(targetsText(results.flatMap(({ targets }) => targets)));
  write(json, `${JSON.stringify({ scale: scale.name, machine: facts, phases: results }, null, 2)}\n`);
  if (markdown !== undefined) write(markdown, servicePage(facts, scale.name, results));
  if (results.some(({ problems }) => problems.length > 0)) {
    process.stdout.write('Something is not as it must be: the run is void.\n');
    process.exitCode = 1;
  }
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  process.stdout.write(`written to ${file}\n`);
}

function runChild(phase: string, { scale, profileFolder, keepFolder }: ServiceOptions): Promise<PhaseResult> {
  const profile = profileFolder === undefined ? [] : ['--profile', path.resolve(profileFolder, phase)];
  const keep = keepFolder === undefined ? [] : ['--keep', path.resolve(keepFolder)];
  const args = ['--phase', phase, '--scale', scale.name, ...profile, ...keep];
  const execArgv = ['--expose-gc', '--disable-warning=ExperimentalWarning'];
  return new Promise((resolve) => {
    let result: PhaseResult | undefined;
    const child = fork(import.meta.filename, args, { execArgv });
    child.on('message', (message) => {
      result = message as PhaseResult;
    });
    child.on('exit', (code, signal) => {
      const problem = `ended with ${signal ?? String(code)} before it had a result`;
      resolve(result ?? { phase, figures: [], targets: [], checks: [], problems: [problem] });
    });
  });
}
