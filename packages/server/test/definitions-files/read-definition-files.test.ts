import { mkdtempSync, writeFileSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readDefinitionFiles } from '../../src/definitions-files/read-definition-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'segue-definitions-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function faultsOf(...paths: string[]): Promise<string[]> {
  const read = await readDefinitionFiles(paths);
  return [...read.unreadable, ...read.diagnostics].map(
    ({ file, line, column, code }) =>
      `${file.slice(folder.length + 1)}:${line ?? ''}:${column ?? ''} ${code}`,
  );
}

describe('definitions files', () => {
  it('are read as one set, in any order, from folders and documents', async () => {
    mkdirSync(join(folder, 'sub'));
    write('a.yaml', 'segments:\n  lost_vip: in vip and in lost\n---\nsegments:\n  lost: did "A"\n');
    write('sub/b.yml', 'segments: { vip: \'count("A") > 3\' }\n');
    write('c.json', '{ "lifecycles": { "default": { "stages": [ { "all": null } ] } } }');
    write('notes.txt', 'not a definition');
    const read = await readDefinitionFiles([folder]);
    expect([...read.definitions.segments.keys()].sort()).toEqual(['lost', 'lost_vip', 'vip']);
    expect(read.definitions.lifecycles.has('default')).toBe(true);
    expect([...read.diagnostics, ...read.unreadable]).toEqual([]);
    expect(read.files).toHaveLength(3);
  });

  it('point at the file’s line and column, whatever the style of the rule', async () => {
    write(
      'a.yaml',
      [
        'segments:',
        '  plain: in nowhere_at_all',
        "  single: 'in nowhere_at_all'",
        '  double: "did \\"A\\" and in nowhere_at_all"',
        '  block: |',
        '    did "A"',
        '    and in nowhere_at_all',
        '  folded: >-',
        '    did "A"',
        '    and in nowhere_at_all',
        '  map:',
        '    rule: in nowhere_at_all',
        'lifecycles:',
        '  default:',
        '    stages:',
        '      - lost: in nowhere_at_all',
        '      - rest:',
        'rfm:',
        '  default: { purchase: "Order", value: revenue }',
      ].join('\n'),
    );
    expect(await faultsOf(folder)).toEqual([
      'a.yaml:2:13 rule/unknown-name',
      'a.yaml:3:15 rule/unknown-name',
      'a.yaml:4:29 rule/unknown-name',
      'a.yaml:7:12 rule/unknown-name',
      'a.yaml:10:12 rule/unknown-name',
      'a.yaml:12:14 rule/unknown-name',
      'a.yaml:16:18 rule/unknown-name',
      expect.stringMatching(/^a\.yaml:19:25 rule\//),
    ]);
  });

  it('may not define a name twice', async () => {
    write('a.yaml', 'segments:\n  vip: did "A"\n');
    write('b.yaml', 'segments:\n  other: did "A"\n  vip: did "B"\n');
    const read = await readDefinitionFiles([folder]);
    expect(read.diagnostics).toMatchObject([{ line: 3, column: 3, code: 'definitions/duplicate' }]);
    expect(read.diagnostics[0]!.message).toContain('a.yaml:2');
  });

  it('say where an unknown key stands', async () => {
    write('a.yaml', 'segments:\n  vip:\n    rule: did "A"\n    descripton: x\nsegmnts: {}\n');
    expect(await faultsOf(folder)).toEqual([
      'a.yaml:4:5 definitions/unknown-key',
      'a.yaml:5:1 definitions/unknown-key',
    ]);
  });

  it('take true and false for rules', async () => {
    write('a.yaml', 'segments: { everyone: true, nobody: { rule: false } }\n');
    expect(await faultsOf(folder)).toEqual([]);
  });

  it('that cannot be read are reported, and the others go on', async () => {
    const bad = write('bad.yaml', 'a: [1\n');
    const latin = write('latin.yaml', Uint8Array.from([97, 58, 32, 10, 98, 58, 32, 0xe9, 10]));
    const good = write('good.yaml', 'segments: { vip: true }\n');
    const read = await readDefinitionFiles([bad, latin, join(folder, 'none.yaml'), good]);
    expect(read.definitions.segments.has('vip')).toBe(true);
    expect(read.unreadable.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'file/unreadable There is no such file or folder.',
      expect.stringMatching(/^yaml\/syntax/),
      'file/encoding This is not UTF-8 text: line 2 has bytes that are none; expected UTF-8. Save the file as UTF-8.',
    ]);
    mkdirSync(join(folder, 'empty'));
    expect(await faultsOf(join(folder, 'empty'))).toEqual(['empty:: file/empty-folder']);
  });

  it('that are scenarios are told apart', async () => {
    expect(await faultsOf(write('s.yaml', 'name: x\nsteps: []\n'))).toEqual([
      's.yaml:1:1 definitions/scenario',
    ]);
  });
});
