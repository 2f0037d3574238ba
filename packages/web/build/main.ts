/**
 * `npm run build`: builds the web app where its sources have changed since it was last built, and puts a compressed copy beside
 * each file, so that the service compresses nothing while it runs.
 */

import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';

const folder = path.join(import.meta.dirname, '..');
const root = path.join(folder, '../..');
const target = path.join(folder, 'dist');
/** Built here and put in place when it is whole, so that several may build at once and who is served never sees a half. */
const building = path.join(root, `node_modules/.cache/web-app-${String(process.pid)}`);
const stampName = 'built-from';
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
  for (const name of globSync('**/*.{js,css,html,svg}', { cwd: building })) {
    const file = path.join(building, name);
    const bytes = readFileSync(file);
    if (bytes.length < compressedBytesMin) continue;
    const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  }
}

/** Somebody who built the same from the same sources may have been quicker: then theirs stays. */
function putInPlace(): void {
  rmSync(target, { recursive: true, force: true });
  try {
    renameSync(building, target);
  } catch (error) {
    if (!existsSync(path.join(target, stampName))) throw error;
    rmSync(building, { recursive: true, force: true });
  }
}

// Whoever builds it, a test for example, may be in another mode: what is served is always the app as people use it.
process.env['NODE_ENV'] = 'production';
const hash = hashOfSources();
const stamp = path.join(target, stampName);
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) {
  process.stdout.write('The web app is built already.\n');
} else {
  const configFile = path.join(folder, 'vite.config.ts');
  await build({ root: folder, configFile, logLevel: 'warn', build: { outDir: building, emptyOutDir: true } });
  compress();
  writeFileSync(path.join(building, stampName), hash);
  putInPlace();
  process.stdout.write('The web app is built.\n');
}
