/**
 * Looks at the beginning of an LMDB file before LMDB does, which ends the process on one that it cannot use.
 *
 * The layout is that of LMDB 1.0 as lmdb 3.5 brings it, on little-endian machines: a page begins with 24 bytes of its
 * own; the first two pages hold magic, data version and, 16 bytes further, the page size.
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const headBytes = 64;
const pageFlagsAt = 18;
const metaFlag = 0x08;
const magicAt = 24;
const magic = 0xbeefc0de;
const versionAt = 28;
const dataVersion = 2;
const pageSizeAt = 48;
const metaPages = 2;

/** What is wrong with a file; undefined when LMDB can open it, or will make it. Errors of the system are thrown. */
export function inspectLmdbFile(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { size } = fstatSync(file);
    if (size === 0) return undefined;
    const head = Buffer.alloc(headBytes);
    if (readSync(file, head, 0, headBytes, 0) < headBytes) return 'its file is cut off';
    return inspectHead(head, size);
  } finally {
    closeSync(file);
  }
}

function inspectHead(head: Buffer, size: number): string | undefined {
  const isMeta = (head.readUInt16LE(pageFlagsAt) & metaFlag) !== 0;
  if (!isMeta || head.readUInt32LE(magicAt) !== magic) return 'its file is no LMDB file';
  const version = head.readUInt32LE(versionAt) & 0xffff;
  if (version !== dataVersion) return `its file has LMDB's format ${version}, not ${dataVersion}`;
  if (size < head.readUInt32LE(pageSizeAt) * metaPages) return 'its file is cut off';
  return undefined;
}
