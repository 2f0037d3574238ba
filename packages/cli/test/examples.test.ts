/** The rule language by example: every scenario holds, by every route, as a user would run it. */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const folder = 'examples/scenarios';
const files = readdirSync(join(root, folder)).filter((name) => name.endsWith('.yaml'));

type Outcome = {
  readonly name: string;
  readonly file: string;
  readonly passed: boolean;
  readonly failures: unknown;
};

describe('examples of the rule language', () => {
  let outcomes: readonly Outcome[] = [];

  beforeAll(() => {
    const command = [join(root, 'packages/cli/bin/segue.mjs'), 'test', '--json', '--route', 'all', folder];
    const { stdout, stderr } = spawnSync(process.execPath, command, {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    const lines = stdout.split('\n').filter((line) => line !== '');
    if (lines.length === 0) throw new Error(`The command printed no outcome: ${stderr}`);
    outcomes = lines.map((line) => JSON.parse(line) as Outcome);
  });

  test.each(files)('%s', (file) => {
    const own = outcomes.filter((outcome) => outcome.file.endsWith(`/${file}`));
    expect(own.length).toBeGreaterThan(0);
    expect(own.filter(({ passed }) => !passed)).toEqual([]);
  });

  test('there are at least a hundred and fifty, each with a name of its own', () => {
    const names = outcomes.map(({ name }) => name);
    expect(names.length).toBeGreaterThanOrEqual(150);
    expect(new Set(names).size).toBe(names.length);
  });

  test('each file is in the list of contents', () => {
    const contents = readFileSync(join(root, folder, 'README.md'), 'utf8');
    expect(files.filter((file) => !contents.includes(`(${file})`))).toEqual([]);
  });
});
