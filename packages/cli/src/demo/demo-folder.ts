/**
 * What a demo is, in a folder of its own: `demo.json` beside the data directory of its service. The file is written last when
 * the past is in, so a folder that has it is complete, and one without it is made anew.
 */

import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { writeDurably } from '@segue/server/log/durable-files.ts';

export type Demo = {
  readonly seed: number;
  readonly customers: number;
  /** First day of the shop, midnight UTC, ms since 1970. */
  readonly start: number;
  /** How often the shop has been opened. */
  readonly runs: number;
  readonly writeKey: string;
  /** Who signs in by the door, and the door's secret (demo-door.ts). */
  readonly email: string;
  readonly password: string;
  readonly door: string;
};

const fileName = 'demo.json';
const format = 1;

export function dataOf(folder: string): string {
  return join(folder, 'data');
}

/** Undefined where there is none, or one that was not finished or is of another version. */
export async function readDemo(folder: string): Promise<Demo | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, fileName), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const kept = readJson(text);
  return isDemo(kept) ? kept : undefined;
}

export async function writeDemo(folder: string, demo: Demo): Promise<void> {
  await writeDurably(join(folder, fileName), `${JSON.stringify({ format, ...demo }, undefined, 2)}\n`);
}

/** Takes away what a demo consists of, and nothing else that may lie there. */
export async function clearDemo(folder: string): Promise<void> {
  await rm(join(folder, fileName), { force: true });
  await rm(dataOf(folder), { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isDemo(kept: unknown): kept is Demo {
  if (typeof kept !== 'object' || kept === null) return false;
  const fields = kept as Readonly<Record<string, unknown>>;
  const numbers = ['seed', 'customers', 'start', 'runs'].every((name) => Number.isSafeInteger(fields[name]));
  const texts = ['writeKey', 'email', 'password', 'door'].every((name) => typeof fields[name] === 'string');
  return fields['format'] === format && numbers && texts;
}
