/** The real command, in a process of its own: output, exit codes, signals. */

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { launcher, type Ran, runSegue } from './running-segue.ts';

const sharedScenarios = resolve(import.meta.dirname, '../../../../shared/scenarios');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'segue-cli-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function segue(args: readonly string[], env: NodeJS.ProcessEnv = {}): Ran {
  return runSegue(args, { cwd: folder, env: { PATH: process.env['PATH'], ...env } });
}

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

const passing = 'name: Nobody\nsteps:\n  - at: +1d\n';
const failing = `name: Two orders
definitions: { segments: { vip: 'count("Order") >= 2' } }
steps:
  - track: { userId: ann, event: Order }
    expect: { vip: [ann] }
`;

describe('segue test', () => {
  it('exits with 0 when all passed', () => {
    const ran = segue(['test', write('good.yaml', `${passing}---\n${passing}`)]);
    expect(ran).toEqual({ status: 0, out: 'PASS  Nobody\nPASS  Nobody\n2 passed, 0 failed\n', err: '' });
  });

  it('exits with 1 when some failed, and closes with the counts', () => {
    const ran = segue(['test', write('good.yaml', passing), write('bad.yaml', failing)]);
    expect(ran.status).toBe(1);
    expect(ran.out).toMatch(
      /^PASS {2}Nobody\nFAIL {2}Two orders\n {2}bad\.yaml:5 {2}step 1 {2}2026-01-01T00:00:00\.000/,
    );
    expect(ran.out).toContain(
      '    expect vip\n      expected  ann\n      found     nobody\n      ann\n        is missing\n',
    );
    expect(ran.out).toMatch(/\n1 passed, 1 failed\n$/);
  });

  it('exits with 2 when a file cannot be read, with line and column, and runs the others', () => {
    const ran = segue([
      'test',
      write('wrong.yaml', 'name: x\nsteps:\n  - expects: {}\n'),
      write('good.yaml', passing),
      'none.yaml',
    ]);
    expect(ran.status).toBe(2);
    expect(ran.out).toBe('PASS  Nobody\n1 passed, 0 failed\n');
    expect(ran.err).toBe(`none.yaml: error: There is no such file or folder. [file/unreadable]
wrong.yaml:3:5: error: A step has no key "expects"; did you mean "expect"? [scenario/format]
    3 |   - expects: {}
      |     ^
`);
  });

  it('prints one JSON object per scenario', () => {
    const ran = segue(['test', '--json', write('both.yaml', `${passing}---\n${failing}`)]);
    expect(ran.status).toBe(1);
    const lines = ran.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toMatchObject([
      { name: 'Nobody', file: 'both.yaml', passed: true, failures: [] },
      {
        name: 'Two orders',
        passed: false,
        failures: [
          {
            step: 1,
            line: 9,
            column: 15,
            check: 'expect vip',
            expected: 'ann',
            found: 'nobody',
            explanations: [{ customer: 'ann' }],
          },
        ],
      },
    ]);
    expect(ran.err).toBe('1 passed, 1 failed\n');
  });

  it('answers by every route there is, and by no other', () => {
    for (const route of ['incremental', 'interpreter', 'sql', 'all']) {
      expect(segue(['test', '--route', route, write('good.yaml', passing)]).status).toBe(0);
    }
    expect(segue(['test', '--route', 'magic', 'good.yaml']).status).toBe(2);
  });

  it.skipIf(!existsSync(sharedScenarios))('passes every shared scenario by every route', () => {
    const files = readdirSync(sharedScenarios).map((name) => join(sharedScenarios, name));
    const ran = segue(['test', '--route', 'all', ...files]);
    expect(ran.out).toMatch(/^(PASS .*\n)+\d+ passed, 0 failed\n$/);
    expect(ran.status).toBe(0);
  });
});

describe('segue check', () => {
  it('exits with 0, 1 or 2', () => {
    expect(segue(['check', write('d.yaml', 'segments: { vip: true }\n')])).toEqual({
      status: 0,
      out: '1 segment in 1 file: 0 errors, 0 warnings\n',
      err: '',
    });
    const wrong = segue(['check', write('e.yaml', 'segments:\n  lost_vip: in vipp\n  vip: true\n')]);
    expect(wrong.status).toBe(1);
    expect(wrong.err)
      .toBe(`e.yaml:2:16: error: segments.lost_vip: There is no segment “vipp”. Did you mean “vip”? [rule/unknown-name]
    2 |   lost_vip: in vipp
      |                ^^^^
`);
    expect(segue(['check', 'none.yaml']).status).toBe(2);
    expect(segue(['check', write('f.yaml', 'a: [\n')]).status).toBe(2);
  });

  it('prints JSON', () => {
    const ran = segue(['check', '--json', write('e.yaml', 'segments: { a: in b }\n')]);
    expect(JSON.parse(ran.out)).toMatchObject({
      ok: false,
      segments: ['a'],
      diagnostics: [{ file: 'e.yaml', line: 1, column: 19 }],
    });
  });
});

describe('segue fmt', () => {
  it('formats in place, and with --check only says so', () => {
    write('r.yaml', 'segments:\n  # who\n  vip:   count( "A" )>=2   # rich\n');
    expect(segue(['fmt', '--check', 'r.yaml'])).toEqual({
      status: 1,
      out: 'r.yaml: segments.vip\n1 of 1 file would be formatted\n',
      err: '',
    });
    expect(segue(['fmt', 'r.yaml']).status).toBe(0);
    expect(readFileSync(join(folder, 'r.yaml'), 'utf8')).toBe(
      'segments:\n  # who\n  vip:   count("A") >= 2   # rich\n',
    );
    expect(segue(['fmt', '--check', 'r.yaml']).status).toBe(0);
  });

  it('leaves alone a file that it cannot parse', () => {
    write('w.yaml', 'segments: { a: "count(", b: "count( \\"A\\" ) > 1" }\n');
    const ran = segue(['fmt', 'w.yaml']);
    expect(ran.status).toBe(2);
    expect(ran.err).toContain('w.yaml:1:');
    expect(readFileSync(join(folder, 'w.yaml'), 'utf8')).toContain('count( ');
  });
});

describe('the command', () => {
  it('suggests the nearest command and option, and exits with 2', () => {
    const command = segue(['tset']);
    expect(command).toMatchObject({ status: 2, out: '' });
    expect(command.err).toContain("unknown command 'tset'\n(Did you mean test?)");
    const option = segue(['test', '--jsn', 'x']);
    expect(option.status).toBe(2);
    expect(option.err).toContain("unknown option '--jsn'\n(Did you mean --json?)");
    expect(segue(['test']).status).toBe(2);
    expect(segue([]).status).toBe(2);
  });

  it('prints help with examples', () => {
    for (const command of ['test', 'check', 'fmt', 'completion', 'replay', 'generate', 'demo']) {
      const ran = segue([command, '--help']);
      expect(ran.status).toBe(0);
      expect(ran.out).toMatch(/Examples?:/);
    }
    expect(segue(['--help'])).toMatchObject({ status: 0, err: '' });
    expect(segue(['--version'])).toMatchObject({ status: 0, out: '0.1.0\n' });
  });

  it('colours only a terminal, or when told to', () => {
    write('bad.yaml', failing);
    expect(segue(['test', 'bad.yaml']).out).not.toContain('\u001b[');
    expect(segue(['test', 'bad.yaml'], { FORCE_COLOR: '1' }).out).toContain('\u001b[31mFAIL');
    expect(segue(['test', 'bad.yaml'], { FORCE_COLOR: '1', NO_COLOR: '1' }).out).not.toContain('\u001b[');
  });

  it.each(['bash', 'zsh', 'fish'])('prints a completion script that %s understands', (shell) => {
    const ran = segue(['completion', shell]);
    expect(ran.status).toBe(0);
    for (const word of ['test', 'check', 'fmt', 'route', 'incremental']) expect(ran.out).toContain(word);
    const checked = spawnSync(shell, ['-n'], { input: ran.out, encoding: 'utf8' });
    if (checked.error === undefined) {
      expect({ status: checked.status, err: checked.stderr }).toEqual({ status: 0, err: '' });
    }
  });

  it('completes commands, options and values in bash', () => {
    const complete = (words: string): string => {
      const script = `${segue(['completion', 'bash']).out}
COMP_WORDS=(${words}); COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 )); _segue; echo "\${COMPREPLY[@]}"`;
      return spawnSync('bash', ['-c', script], { encoding: 'utf8' }).stdout.trim();
    };
    expect(complete('segue te')).toBe('test');
    expect(complete('segue test --ro')).toBe('--route');
    expect(complete('segue test --route inc')).toBe('incremental');
    expect(complete('segue completion z')).toBe('zsh');
  });

  it('writes no colours into a pipe, not in continuous integration either', () => {
    write('plain.yaml', passing);
    expect(segue(['test', 'plain.yaml'], { CI: 'true' }).out).toBe('PASS  Nobody\n1 passed, 0 failed\n');
  });

  it('ends quietly when nobody reads its output', () => {
    write('many.yaml', Array.from({ length: 3000 }, () => passing).join('---\n'));
    const piped = spawnSync('bash', ['-c', `"${process.execPath}" "${launcher}" test many.yaml | head -1`], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(piped.stdout).toBe('PASS  Nobody\n');
    expect(piped.stderr).toBe('');
  });

  const olderNode = ['/usr/bin/node', '/usr/local/bin/node'].find(
    (node) =>
      existsSync(node) &&
      Number.parseInt(spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout, 10) < 24,
  );
  it.skipIf(olderNode === undefined)(
    'restarts itself under the pinned Node, passing exit codes and signals on',
    async () => {
      const ran = spawnSync(olderNode ?? '', [launcher, 'test', write('bad.yaml', failing)], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect(ran.status).toBe(1);
      expect(ran.stdout).toContain('0 passed, 1 failed');

      write('endless.yaml', Array.from({ length: 30_000 }, () => passing).join('---\n'));
      const child = spawn(olderNode ?? '', [launcher, 'test', 'endless.yaml'], {
        cwd: folder,
        stdio: 'ignore',
      });
      const ended = new Promise<NodeJS.Signals | null>((done) => {
        child.on('exit', (_code, signal) => {
          done(signal);
        });
      });
      await new Promise((wait) => setTimeout(wait, 500));
      child.kill('SIGTERM');
      expect(await ended).toBe('SIGTERM');
    },
  );
});

describe('segue backtest', () => {
  it('refuses a period that ends in what lies ahead', () => {
    const file = write('shop.ndjson', '{"type":"track","userId":"ann","event":"Order","messageId":"1"}\n');
    const ran = segue(['backtest', 'did "Order"', file, '--from', '2025-01-01', '--to', '2090-01-01']);
    expect(ran.status).toBe(2);
    expect(ran.out).toBe('');
    expect(ran.err).toContain('The period ends (2090-01-01) in what lies ahead, and today is ');
  });
});
