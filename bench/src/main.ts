/**
 * The benchmark: `npm run bench [-- --scale small|medium|full] [--only PHASE] [--json FILE] [--markdown FILE]`.
 *
 * Each phase runs in a process of its own, so that none finds the heap or the compiler's guesses of another. Exit code
 * 0: all done; 1: a subject disagrees with the oracle, so the run is void; 2: the arguments are wrong.
 */

import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { PhaseResult } from './measure/result.ts';
import { type Options, readOptions, USAGE } from './options.ts';
import { PHASES } from './phases/phase.ts';
import { machineFacts } from './report/machine.ts';
import { markdownPage } from './report/markdown.ts';
import { headerText, phaseText, targetsText } from './report/text.ts';

await main();

async function main(): Promise<void> {
  let options: Options;
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
async function runHere(name: string, { scale }: Options): Promise<void> {
  const phase = PHASES.get(name);
  if (phase === undefined || process.send === undefined) {
    throw new Error(`--phase ${name} is for the benchmark itself`);
  }
  const result = await phase(scale);
  process.send(result, () => {
    process.disconnect();
  });
}

async function runAll({ scale, only, json, markdown }: Options): Promise<void> {
  const facts = machineFacts();
  process.stdout.write(`${headerText(facts, scale.name)}\n`);
  const results: PhaseResult[] = [];
  for (const name of PHASES.keys()) {
    if (only.length > 0 && !only.includes(name)) continue;
    const since = performance.now();
    const result = await runChild(name, scale.name);
    results.push(result);
    process.stdout.write(`${phaseText(result, (performance.now() - since) / 1000)}\n`);
  }
  const targets = results.flatMap((result) => result.targets);
  process.stdout.write(targetsText(targets));
  write(json, `${JSON.stringify({ scale: scale.name, machine: facts, phases: results }, null, 2)}\n`);
  if (markdown !== undefined) write(markdown, markdownPage(facts, scale.name, results));
  if (results.some(({ problems }) => problems.length > 0)) {
    process.stdout.write('A subject disagrees with the oracle: the run is void.\n');
    process.exitCode = 1;
  }
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  process.stdout.write(`written to ${file}\n`);
}

function runChild(phase: string, scale: string): Promise<PhaseResult> {
  // Most of the memory: what is measured must not be how near the limit is.
  const heapMiB = Math.floor((os.totalmem() / 2 ** 20) * 0.8);
  const execArgv = [
    '--expose-gc',
    `--max-old-space-size=${heapMiB}`,
    '--disable-warning=ExperimentalWarning',
  ];
  return new Promise((resolve) => {
    let result: PhaseResult | undefined;
    const child = fork(import.meta.filename, ['--phase', phase, '--scale', scale], { execArgv });
    child.on('message', (message) => {
      result = message as PhaseResult;
    });
    child.on('exit', (code, signal) => {
      resolve(result ?? failed(phase, `ended with ${signal ?? String(code)} before it had a result`));
    });
  });
}

function failed(phase: string, problem: string): PhaseResult {
  return { phase, figures: [], targets: [], checks: [], problems: [problem] };
}
