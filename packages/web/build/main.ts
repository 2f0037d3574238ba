/**
 * `npm run build`: builds the web app where its sources have changed since it was last built, and puts a compressed copy beside
 * each file, so that the service compresses nothing while it runs.
 */

import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';

const folder = path.join(import.meta.dirname, '..');
const root = path.join(folder, '../..');
const target = path.join(folder, 'dist');
const stamp = path.join(target, 'built-from');
/** Smaller files are sent as they are. */
const compressedBytesMin = 1_024;

/** Whatever goes into the app: its own files, what it takes from the other packages, the versions of libraries. */
function hashOfSources(): string {
  const files = globSync(
    [
      'packages/web/{src,public,build}/**/*.*',
      'packages/web/*.*',
      'packages/{core,client}/src/**/*.ts',
      'package-lock.json',
    ],
    { cwd: root },
  ).sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(path.join(root, file)));
  return hash.digest('hex');
}

function compress(): void {
  for (const name of globSync('**/*.{js,css,html,svg}', { cwd: target })) {
    const file = path.join(target, name);
    const bytes = readFileSync(file);
    if (bytes.length < compressedBytesMin) continue;
    const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  }
}

const hash = hashOfSources();
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) {
  process.stdout.write('The web app is built already.\n');
} else {
  await build({ root: folder, configFile: path.join(folder, 'vite.config.ts'), logLevel: 'warn' });
  compress();
  writeFileSync(stamp, hash);
  process.stdout.write('The web app is built.\n');
}
