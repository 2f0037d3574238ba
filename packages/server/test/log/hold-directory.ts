/** A process that opens a data directory, says what became of it, and holds it until it is ended. */

import { openDataDirectory } from '../../src/log/data-directory.ts';
import { StorageError } from '../../src/log/storage-error.ts';

const path = process.argv[2] ?? '';
try {
  await openDataDirectory(path);
  process.stdout.write('open\n');
  process.stdin.resume();
} catch (error) {
  if (!(error instanceof StorageError)) throw error;
  process.stdout.write(`${error.code} ${error.message}\n`);
}
