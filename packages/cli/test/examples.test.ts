/** The rule language by example: every scenario holds, by every route, as a user would run it. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const folder = 'examples/scenarios';
const segue = join(root, 'packages/cli/bin/segue.mjs');
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
    const command = ['test', '--json', '--route', 'all', folder];
    const { stdout, stderr } = spawnSync(process.execPath, [segue, ...command], {
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

describe('the README', () => {
  /** Blocks of YAML that begin with the name of the file they are. */
  const blocks = [
    ...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/```yaml\n# (\S+)\n([\s\S]*?)```/g),
  ];

  test('its files are what its commands say they are', () => {
    const place = mkdtempSync(join(tmpdir(), 'segue-readme-'));
    try {
      for (const [, name = '', text = ''] of blocks) writeFileSync(join(place, name), text);
      const run = (...command: readonly string[]): { status: number | null; stdout: string } =>
        spawnSync(process.execPath, [segue, ...command], { cwd: place, encoding: 'utf8' });
      expect(run('check', 'segments.yaml').status).toBe(0);
      const tested = run('test', 'big-spenders.yaml');
      expect(tested.stdout.trimEnd().split('\n').at(-1)).toBe('1 passed, 0 failed');
      expect(tested.status).toBe(0);
    } finally {
      rmSync(place, { recursive: true });
    }
  });
});
