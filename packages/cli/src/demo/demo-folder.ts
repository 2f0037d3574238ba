/**
 * What a demo is, in a folder of its own: `demo.json` beside the data directory of its service. The file is written last when
 * the past is in, so a folder that has it is complete. While the past is made another file says so; a folder with that one is
 * made anew. Data beside which there is neither are somebody else's, and are left alone.
 */

import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { openDataDirectory } from '@segue/server/log/data-directory.ts';
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
const makingName = 'demo-unfinished.txt';
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

/** Why a folder is not taken for a demo. */
export class DemoFolderError extends Error {
  readonly code: string = 'demo/folder';

  constructor(folder: string) {
    super(
      `${dataOf(folder)} is there, and is not of a demo, so it is not touched; give another folder with --folder.`,
    );
    this.name = 'DemoFolderError';
  }
}

export async function writeDemo(folder: string, demo: Demo): Promise<void> {
  await writeDurably(join(folder, fileName), `${JSON.stringify({ format, ...demo }, undefined, 2)}\n`);
  await rm(join(folder, makingName), { force: true });
}

/**
 * Takes away what a demo consists of, and nothing else that may lie there, and notes that one is being made.
 *
 * @throws DemoFolderError; StorageError `data/locked` where it is running
 */
export async function clearDemo(folder: string): Promise<void> {
  const data = dataOf(folder);
  const isOurs = [fileName, makingName].some((name) => existsSync(join(folder, name)));
  if (existsSync(data)) {
    if (!isOurs) throw new DemoFolderError(folder);
    const held = await openDataDirectory(data);
    await held.close();
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, makingName), 'A demo is being made here; what is in data/ is of it.\n');
  await rm(join(folder, fileName), { force: true });
  await rm(data, { recursive: true, force: true });
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
