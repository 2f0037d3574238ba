import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';

import {
  readSettings,
  readSettingsOf,
  type SettingsInForce,
  type SettingsInput,
} from '../../src/config/read-settings.ts';
import { settingFields } from '../../src/config/setting-field.ts';
import { settingText } from '../../src/config/setting-text.ts';
import { settingsSchema, type SettingsSchema } from '../../src/config/settings-schema.ts';
import type { Settings } from '../../src/config/settings.ts';

let folder: string;
let files = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'segue-settings-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

type Sources = { readonly file?: string; readonly env?: Record<string, string>; readonly flags?: object };

function inputOf({ file, env = {}, flags = {} }: Sources): SettingsInput {
  const input = { cwd: folder, env, flags: new Map<string, string>(Object.entries(flags)) };
  if (file === undefined) return input;
  const name = `settings-${files++}.yaml`;
  writeFileSync(join(folder, name), file);
  return { ...input, file: name };
}

function read(sources: Sources): SettingsInForce<Settings> {
  const settings = readSettings(inputOf(sources));
  if (!settings.ok) throw new Error(JSON.stringify(settings.error));
  return settings.value;
}

/** What is wrong, one line each: place, code and sentence. */
function faults(sources: Sources): readonly string[] {
  const settings = readSettings(inputOf(sources));
  if (settings.ok) return [];
  return settings.error.diagnostics.map(({ file, line, column, code, message }) => {
    const place = line === undefined ? file : `${file.replace(/\d+/, 'N')}:${line}:${column ?? 0}`;
    return `${place} ${code} ${message}`;
  });
}

describe('where settings come from', () => {
  it('takes defaults where nothing is said', () => {
    const { settings, all, file } = read({});
    expect(settings).toMatchObject({ host: '127.0.0.1', port: 8787, timezone: 'UTC', trustProxy: [] });
    expect(settings.data).toBe(join(folder, 'segue-data'));
    expect(settings).not.toHaveProperty('publicUrl');
    expect(file).toBeUndefined();
    expect(new Set(all.map(({ source }) => source))).toEqual(new Set(['default']));
  });

  it('lets the environment overrule the file, and flags overrule both', () => {
    const file = 'port: 1\nhost: file\ntimezone: Europe/Berlin\n';
    const { settings, all } = read({
      file,
      env: { SEGUE_PORT: '2', SEGUE_HOST: 'env' },
      flags: { port: '3' },
    });
    expect(settings).toMatchObject({ port: 3, host: 'env', timezone: 'Europe/Berlin' });
    const places = new Map(all.map(({ field, source, place }) => [field.name, `${source} ${place ?? ''}`]));
    expect(places.get('port')).toBe('flag --port');
    expect(places.get('host')).toBe('environment SEGUE_HOST');
    expect(places.get('timezone')).toMatch(/^file settings-\d+\.yaml:3$/);
    expect(places.get('data')).toBe('default ');
  });

  it('reads groups, units and lists in the file', () => {
    const file = `
limits:
  event: 64 KiB
  batch: 1MB
checkpoint: { interval: 1h30m }
webhooks:
  allow_private_addresses: yes
trust_proxy: [loopback, 10.0.0.0/8]
feed:
`;
    expect(read({ file }).settings).toMatchObject({
      limits: { eventBytes: 65_536, batchBytes: 1_000_000 },
      checkpoint: { intervalMs: 5_400_000 },
      webhooks: { allowPrivateAddresses: true },
      trustProxy: ['loopback', '10.0.0.0/8'],
    });
  });

  it('reads a path in the file from the folder of the file', () => {
    const { settings } = read({ file: 'data: here\n', env: { SEGUE_DEFINITIONS: '/abs' } });
    expect(settings.data).toBe(join(folder, 'here'));
    expect(settings.definitions).toBe('/abs');
    writeFileSync(join(folder, 'far.yaml'), 'data: ../here\n');
    const elsewhere = readSettings({
      ...inputOf({ env: { SEGUE_CONFIG: join(folder, 'far.yaml') } }),
      cwd: '/',
    });
    expect(elsewhere.ok && elsewhere.value.settings.data).toBe(join(folder, '../here'));
  });

  it('reads segue.yaml where it stands in the working directory', () => {
    const cwd = mkdtempSync(join(folder, 'cwd-'));
    writeFileSync(join(cwd, 'segue.yaml'), 'port: 4\n');
    const settings = readSettings({ cwd, env: {}, flags: new Map() });
    expect(settings.ok && [settings.value.settings.port, settings.value.file]).toEqual([
      4,
      join(cwd, 'segue.yaml'),
    ]);
  });

  it('takes an empty variable, an empty key and an empty file as nothing said', () => {
    expect(read({ file: 'port:\nlimits:\n', env: { SEGUE_PORT: '' } }).settings.port).toBe(8787);
    expect(read({ file: '# nothing\n' }).settings.port).toBe(8787);
  });

  it('leaves alone what Kubernetes says of a service named segue', () => {
    const env = { SEGUE_PORT: 'tcp://10.0.0.1:8787', SEGUE_PORT_8787_TCP: 'tcp://10.0.0.1:8787' };
    expect(read({ env })).toMatchObject({ settings: { port: 8787 }, warnings: [] });
  });
});

describe('what is wrong', () => {
  it('names the place, what was expected and the nearest name', () => {
    const file = 'prot: 1\nlimits:\n  events: 3\n  batch: 12 parsecs\ninterval: 3s\nwhatever: 1\n';
    expect(faults({ file, env: { SEGUE_PORT: '70000' }, flags: { 'log.level': 'inof' } })).toEqual([
      'settings-N.yaml:1:1 config/unknown There is no setting “prot”; did you mean “port”?',
      'settings-N.yaml:3:3 config/unknown There is no setting “limits.events”; did you mean “limits.event”?',
      'settings-N.yaml:4:10 config/value limits.batch: Expected a size with its unit from 1KiB to 64MiB, such as 512KiB, found “12 parsecs”.',
      'settings-N.yaml:5:1 config/unknown There is no setting “interval”; did you mean “checkpoint.interval”?',
      'settings-N.yaml:6:1 config/unknown There is no setting “whatever”; segue config --describe lists them.',
      'SEGUE_PORT config/value port: Expected a whole number from 0 to 65535, found “70000”.',
      '--log-level config/value log.level: Expected one of fatal, error, warn, info, debug, trace, found “inof”; did you mean “info”?',
    ]);
  });

  test.each([
    ['port: 1\nport: 2', 'yaml/syntax'],
    ['port: [1', 'yaml/syntax'],
    ['- port', 'config/file'],
    ['limits: 5', 'config/file'],
    ['just a text', 'config/file'],
    ['port: 1\n---\nport: 2\n', 'config/file'],
    ['port: { a: 1 }', 'config/value'],
    ['port: [1, 2]', 'config/value'],
    ['trust_proxy: [{ a: 1 }]', 'config/value'],
    ['trust_proxy: 10.0.0.0/33', 'config/value'],
    ['trust_proxy: true', 'config/value'],
    ['timezone: Mars/Olympus', 'config/value'],
    ['public_url: https://user:password@example.com', 'config/value'],
    ['public_url: https://example.com/path', 'config/value'],
    ['public_url: ftp://example.com', 'config/value'],
    ['checkpoint: { interval: 60 }', 'config/value'],
    ['checkpoint: { interval: 1ms }', 'config/value'],
    ['limits: { event: 99999999999999GiB }', 'config/value'],
    ['webhooks: { allow_private_addresses: perhaps }', 'config/value'],
    ['host: "a b"', 'config/value'],
    ['__proto__: { port: 1 }', 'config/unknown'],
    ['limits: { constructor: 1 }', 'config/unknown'],
  ])('refuses %j with %s', (file, code) => {
    expect(faults({ file }).map((line) => line.split(' ')[1])).toEqual([code]);
  });

  it('refuses a named file that is not there, a folder, and what is not UTF-8', () => {
    const of = (file: string): unknown => readSettings({ ...inputOf({}), file });
    writeFileSync(join(folder, 'latin.yaml'), Buffer.from([0x61, 0x3a, 0xe4]));
    expect(of('none.yaml')).toMatchObject({
      error: {
        diagnostics: [{ file: 'none.yaml', message: expect.stringMatching('no such file') as string }],
      },
    });
    expect(of('.')).toMatchObject({ error: { diagnostics: [{ code: 'config/file' }] } });
    expect(of('latin.yaml')).toMatchObject({
      error: { diagnostics: [{ message: expect.stringMatching('not UTF-8') as string }] },
    });
  });

  it('warns of a variable that is nearly a setting, and of no other', () => {
    const { warnings } = read({ env: { SEGUE_PROT: '1', SEGUE_WRITE_KEY: 'x', SEGUE_RESTARTED: '1' } });
    expect(warnings).toMatchObject([{ file: 'SEGUE_PROT', severity: 'warning', nearest: 'SEGUE_PORT' }]);
  });

  it('never fails on any text anywhere', () => {
    const fields = settingFields(settingsSchema);
    fc.assert(
      fc.property(
        fc.constantFrom(...fields),
        fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[\d.:/a-zA-Z-]{0,12}$/)),
        (field, text) => {
          const fromFlag = readSettings(inputOf({ flags: { [field.name]: text } }));
          const fromFile = readSettings(inputOf({ file: text }));
          for (const result of [fromFlag, fromFile]) {
            if (!result.ok) expect(result.error.diagnostics.length).toBeGreaterThan(0);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('secrets', () => {
  type Secrets = { key?: string; size?: number };
  const schema: SettingsSchema<Secrets> = {
    key: { kind: 'text', description: 'a key', secret: true },
    size: { kind: 'size', description: 'a secret size', secret: true },
  };

  it('are in force but never shown', () => {
    const result = readSettingsOf(schema, inputOf({ env: { SEGUE_KEY: 'hush' } }));
    if (!result.ok) throw new Error('refused');
    expect(result.value.settings.key).toBe('hush');
    expect(result.value.all.map(({ text }) => text)).toEqual(['••••••••', undefined]);
  });

  it('are not quoted in what is wrong, nor underlined in the file', () => {
    const result = readSettingsOf(schema, inputOf({ file: 'size: hush\n', flags: { size: 'hush' } }));
    if (result.ok) throw new Error('accepted');
    expect(JSON.stringify(result.error.diagnostics)).not.toContain('hush');
    expect(result.error.diagnostics.map(({ line }) => line)).toEqual([undefined, undefined]);
  });
});

describe('the schema', () => {
  const fields = settingFields(settingsSchema);

  it('gives every setting names of its own', () => {
    for (const name of ['name', 'variable', 'flag'] as const) {
      expect(new Set(fields.map((field) => field[name])).size).toBe(fields.length);
    }
  });

  it('has defaults that it would accept itself, as they are shown', () => {
    for (const field of fields) {
      const text = settingText(field, field.standard);
      if (text === undefined || text === '') continue;
      const { settings } = read({ flags: { [field.name]: text } });
      const value = field.path.reduce<unknown>(
        (node, key) => (node as Record<string, unknown>)[key],
        settings,
      );
      expect(value).toEqual(field.kind === 'path' ? join(folder, text) : field.standard);
    }
  });

  it('reads back every value as it is shown', () => {
    const bounded = fields.filter(({ kind }) => ['integer', 'duration', 'size'].includes(kind));
    fc.assert(
      fc.property(fc.constantFrom(...bounded), fc.double({ min: 0, max: 1, noNaN: true }), (field, part) => {
        const value = Math.floor(field.minimum + part * (field.maximum - field.minimum));
        const text = settingText(field, value) ?? '';
        const { all } = read({ flags: { [field.name]: text } });
        expect(all.find((setting) => setting.field.name === field.name)).toMatchObject({ value, text });
      }),
    );
  });
});
