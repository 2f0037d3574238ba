/** The YAML and JSON files that paths on a command line stand for: a file is itself, a folder all that is in it. */

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { compareStrings } from '@segue/core/base/order.ts';

import { placed, type PlacedDiagnostic } from './place.ts';

export type ListedFiles = {
  /** Each file once; files of one folder in order of their names. */
  readonly files: readonly string[];
  readonly unreadable: readonly PlacedDiagnostic[];
};

const readable = /\.(ya?ml|json)$/i;

export async function listFiles(paths: readonly string[]): Promise<ListedFiles> {
  const files = new Set<string>();
  const unreadable: PlacedDiagnostic[] = [];
  for (const path of paths) {
    try {
      const isFolder = (await stat(path)).isDirectory();
      const found = isFolder ? await filesIn(path) : [path];
      if (found.length === 0) {
        const message = 'There is no .yaml, .yml or .json file in this folder.';
        unreadable.push(placed(path, undefined, { code: 'file/empty-folder', message }));
      }
      for (const file of found) files.add(file);
    } catch (error) {
      unreadable.push(placed(path, undefined, { code: 'file/unreadable', message: whyUnreadable(error) }));
    }
  }
  return { files: [...files], unreadable };
}

/** The text of a file, or why it cannot be had. */
export async function readTextFile(
  file: string,
): Promise<{ readonly text: string } | { readonly unreadable: PlacedDiagnostic }> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    return {
      unreadable: placed(file, undefined, { code: 'file/unreadable', message: whyUnreadable(error) }),
    };
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const message = `This is not UTF-8 text: ${firstBadLine(bytes)}; expected UTF-8. Save the file as UTF-8.`;
    return { unreadable: placed(file, undefined, { code: 'file/encoding', message }) };
  }
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && readable.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/(^|[\\/])(\.|node_modules[\\/])/.test(file.slice(folder.length)))
    .sort(compareStrings);
}

function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'ENOENT':
      return 'There is no such file or folder.';
    case 'EACCES':
    case 'EPERM':
      return 'This may not be read: permission denied.';
    case 'EISDIR':
      return 'This is a folder; expected a file.';
    default:
      return `This cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function firstBadLine(bytes: Uint8Array): string {
  let line = 1;
  let from = 0;
  for (let i = 0; i <= bytes.length; i++) {
    if (i < bytes.length && bytes[i] !== 10) continue;
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(from, i));
    } catch {
      return `line ${line} has bytes that are none`;
    }
    line += 1;
    from = i + 1;
  }
  return 'it has bytes that are none';
}
