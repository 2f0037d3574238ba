/** Commands around a running service: settings, start, backup, restore, apply. */

import { Command } from 'commander';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import picocolors from 'picocolors';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import type { HostProcess, StopSignal } from '@segue/server/http/lifecycle.ts';
import type { FirstSignIn, OpenSegue } from '@segue/server/http/parts.ts';
import { openDataDirectory } from '@segue/server/log/data-directory.ts';
import { openLmdbLog } from '@segue/server/log/lmdb-log.ts';

import { FakeService } from '../../server/test/http/fake-service.ts';
import { OwnProcess } from '../../server/test/http/own-process.ts';
import { registerStart } from '../src/commands/start.ts';
import { logLineText } from '../src/service/log-lines.ts';
import type { Terminal } from '../src/terminal.ts';
import { launcher, type Ran, runSegue } from './running-segue.ts';

const plain = picocolors.createColors(false);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'segue-service-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
});

function segue(args: readonly string[], env: NodeJS.ProcessEnv = {}): Ran {
  return runSegue(args, { cwd: folder, env: { PATH: process.env['PATH'], ...env } });
}

/** As `segue`, while this process goes on answering. */
async function segueMeanwhile(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const options = { cwd: folder, env: { PATH: process.env['PATH'], ...env } };
  const command = new OwnProcess([launcher, ...args], options);
  const status = await command.ended;
  return { status, out: command.out, err: command.errors };
}

describe('segue config', () => {
  it('shows every setting with its value and where it comes from', () => {
    writeFileSync(join(folder, 'mine.yaml'), 'port: 9000\nlimits: { event: 16KiB }\n');
    const ran = segue(['config', '--config', 'mine.yaml', '--host', '::1'], {
      SEGUE_TIMEZONE: 'Asia/Kolkata',
    });
    expect(ran.status).toBe(0);
    expect(ran.out).toMatch(/^port +9000 +mine\.yaml:1$/m);
    expect(ran.out).toMatch(/^limits\.event +16KiB +mine\.yaml:2$/m);
    expect(ran.out).toMatch(/^timezone +Asia\/Kolkata +SEGUE_TIMEZONE$/m);
    expect(ran.out).toMatch(/^host +::1 +--host$/m);
    expect(ran.out).toMatch(/^public_url +– +default$/m);
  });

  it('prints JSON for programs', () => {
    const ran = segue(['config', '--json', '--webhooks-allow-private-addresses'], {
      SEGUE_TRUST_PROXY: 'loopback',
    });
    expect(JSON.parse(ran.out)).toMatchObject({
      file: null,
      settings: {
        port: { value: 8787, source: 'default', place: null },
        'checkpoint.interval': { value: '1m' },
        public_url: { value: null },
        trust_proxy: { value: ['loopback'], source: 'environment', place: 'SEGUE_TRUST_PROXY' },
        'webhooks.allow_private_addresses': { value: true, place: '--webhooks-allow-private-addresses' },
      },
    });
  });

  it('says what is wrong with the line concerned, and ends with 2', () => {
    writeFileSync(join(folder, 'wrong.yaml'), 'prot: 9000\n');
    const ran = segue(['config', '--config', 'wrong.yaml']);
    expect(ran).toEqual({
      status: 2,
      out: '',
      err: `wrong.yaml:1:1: error: There is no setting “prot”; did you mean “port”? [config/unknown]
    1 | prot: 9000
      | ^^^^
`,
    });
  });

  it('describes every setting without reading any', () => {
    const ran = segue(['config', '--describe'], { SEGUE_PORT: 'nonsense' });
    expect(ran.status).toBe(0);
    expect(ran.out).toMatch(/^\| `checkpoint\.interval` \| .* \| `1m` \|$/m);
  });
});

/** Runs `segue start` in this process, with a service of the test's; it is asked to stop as soon as it has started. */
async function start(open: OpenSegue, args: readonly string[]): Promise<Ran> {
  let out = '';
  let err = '';
  let ask: ((signal: StopSignal) => void) | undefined;
  const host: HostProcess = {
    onSignal: (listener) => {
      ask = listener;
      return () => undefined;
    },
    onCrash: () => () => undefined,
    exit: () => undefined,
  };
  const terminal: Terminal = {
    write: (text) => {
      out += text;
      ask?.('SIGTERM');
    },
    writeError: (text) => {
      err += text;
    },
    colours: plain,
    errorColours: plain,
  };
  const program = new Command('segue').exitOverride();
  registerStart(program, terminal, { open, host });
  await program.parseAsync(['node', 'segue', 'start', '--port', '0', '--log-level', 'fatal', ...args]);
  const status = process.exitCode === undefined ? null : Number(process.exitCode);
  process.exitCode = undefined;
  return { status, out, err };
}

class FirstStart extends FakeService {
  readonly firstSignIn: FirstSignIn = { path: '/sign-in#token', writeKey: 'wk_1', serverKey: 'sk_1' };
}

describe('segue start', () => {
  afterEach(() => {
    process.exitCode = undefined;
  });

  it('says where it is, how to get in once, and how to send the first event', async () => {
    const data = join(folder, 'first');
    const ran = await start(() => Promise.resolve(new FirstStart()), ['--data', data]);
    expect(ran.status).toBe(0);
    expect(ran.err).toBe('');
    expect(ran.out).toMatch(/^Segue [\d.]+ is running at http:\/\/127\.0\.0\.1:\d+\n/);
    expect(ran.out).toContain(`data       ${data}\n`);
    expect(ran.out).toMatch(/sign in +http:\/\/127\.0\.0\.1:\d+\/sign-in#token {2}\(once\)\n/);
    expect(ran.out).toMatch(
      /curl http:\/\/127\.0\.0\.1:\d+\/v1\/track -u wk_1: -H 'content-type: application\/json'/,
    );
  });

  it('says no more than where it is when somebody has been in already', async () => {
    const ran = await start(() => Promise.resolve(new FakeService()), ['--data', join(folder, 'again')]);
    expect(ran.out).not.toMatch(/sign in|curl/);
  });

  it('warns when keys would cross a network in clear', async () => {
    const open: OpenSegue = () => Promise.resolve(new FakeService());
    expect((await start(open, ['--host', '0.0.0.0'])).err).toMatch(
      /^warning: The service listens on 0\.0\.0\.0, without TLS/,
    );
    expect((await start(open, ['--host', '0.0.0.0', '--public-url', 'https://a.example'])).err).toBe('');
  });

  it('does not start with settings that cannot be used', async () => {
    const ran = await start(() => Promise.reject(new Error('not reached')), ['--partitions', '0']);
    expect(ran).toMatchObject({ status: 2, out: '' });
    expect(ran.err).toMatch(
      /^--partitions: error: partitions: Expected a whole number from 1 to 64, found “0”\./,
    );
  });

  /** As the service does it: the data directory first. */
  const openData: OpenSegue = async ({ data }) => {
    const directory = await openDataDirectory(data);
    const service = new FakeService();
    return Object.assign(service, { stop: () => directory.close() });
  };

  it.each<[string, string, (path: string) => void | Promise<void>]>([
    [
      'is a file',
      'data/not-a-directory',
      (path: string) => {
        writeFileSync(path, '');
      },
    ],
    [
      'is of a newer format',
      'data/newer-format',
      async (path: string) => {
        await (await openDataDirectory(path)).close();
        writeFileSync(join(path, 'format.json'), JSON.stringify({ kind: 'segue-data', format: 999 }));
      },
    ],
    [
      'holds something else',
      'data/foreign',
      (path: string) => {
        mkdirSync(path);
        writeFileSync(join(path, 'holiday.jpg'), '');
      },
    ],
  ])('does not start where the data directory %s', async (what, code, prepare) => {
    const data = join(folder, what.replaceAll(' ', '-'));
    await prepare(data);
    const ran = await start(openData, ['--data', data]);
    expect(ran).toMatchObject({ status: 2, out: '' });
    expect(ran.err).toMatch(new RegExp(`^error: .*\\[${code}\\]\n$`));
    expect(ran.err).toContain(data);
  });

  it('does not start on a data directory that is in use', async () => {
    const data = join(folder, 'in-use');
    const held = await openDataDirectory(data);
    const ran = await start(openData, ['--data', data]);
    await held.close();
    expect(ran).toMatchObject({ status: 2 });
    expect(ran.err).toMatch(/\[data\/locked\]\n$/);
    expect(await start(openData, ['--data', data])).toMatchObject({ status: 0 });
  });

  it('gives the place in the program of what nobody foresaw', async () => {
    const ran = await start(() => Promise.reject(new TypeError('x is not a function')), []);
    expect(ran).toMatchObject({ status: 2, err: 'error: x is not a function [start/failed]\n' });
  });
});

describe('a line of the log', () => {
  it('is words at a terminal', () => {
    const line =
      '{"level":"info","time":"2026-11-01T12:00:01.000Z","signal":"SIGTERM","n":3,"msg":"stopping"}\n';
    expect(logLineText(line, plain)).toBe('12:00:01 info  stopping signal=SIGTERM n=3\n');
  });
});

describe('segue backup and restore', () => {
  it('copy a data directory that is in use, and make one of the copy', async () => {
    const data = join(folder, 'source');
    const directory = await openDataDirectory(data);
    const log = await openLmdbLog(directory.paths.log);
    await log.append([{ kind: 'refresh' }, { kind: 'tick' }], 1_700_000_000_000);
    const backedUp = segue(['backup', 'copy', '--data', data]);
    await log.close();
    await directory.close();
    expect(backedUp).toMatchObject({ status: 0, err: '' });
    expect(backedUp.out).toContain('2 entries of the log, the last of 2023-11-14T22:13:20.000Z');
    const restored = segue(['restore', 'copy', '--data', 'restored', '--json']);
    expect(restored.status).toBe(0);
    expect(JSON.parse(restored.out)).toMatchObject({ log: { entries: 2 } });
    const again = segue(['restore', 'copy', '--data', 'restored']);
    expect(again).toMatchObject({ status: 2, out: '' });
    expect(again.err).toMatch(/\[backup\/target-in-use\]\n$/);
    expect(segue(['backup', 'other', '--data', 'nowhere']).err).toMatch(/\[data\/unusable\]\n$/);
  });
});

describe('segue apply', () => {
  type Asked = { readonly headers: IncomingMessage['headers']; readonly body: Record<string, unknown> };
  let server: Server;
  let env: NodeJS.ProcessEnv;
  let asked: Asked[];
  let answer: (body: Record<string, unknown>) => { status: number; body: unknown };

  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
        asked.push({ headers: request.headers, body });
        const { status, body: text } = answer(body);
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(text));
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    env = { SEGUE_URL: `http://127.0.0.1:${port}`, SEGUE_KEY: 'sk_1' };
    writeFileSync(join(folder, 'vip.yaml'), 'segments:\n  vip: count("Order Completed") >= 3\n');
  });
  afterAll(() => {
    server.close();
  });
  afterEach(() => {
    asked = [];
  });

  const preview = {
    revision: 4,
    dryRun: true,
    difference: [
      { kind: 'segments', name: 'vip', change: 'created' },
      { kind: 'lists', name: 'old', change: 'removed' },
    ],
    moves: [
      {
        kind: 'segments',
        name: 'vip',
        entering: 12,
        leaving: 0,
        enteringExamples: ['ann', 'bob'],
        leavingExamples: [],
      },
      {
        kind: 'lifecycles',
        name: 'buying',
        entering: 1,
        leaving: 0,
        enteringExamples: ['cid'],
        leavingExamples: [],
      },
    ],
    warnings: [],
  };
  const shown = `+ segments.vip
    12 would enter: ann, bob, …
- lists.old
  lifecycles.buying
    1 would change their stage: cid
1 created, 1 removed since revision 4
`;

  it('shows what would change and who would move, then puts it into force once', async () => {
    asked = [];
    answer = ({ dryRun }) => ({
      status: 200,
      body: dryRun === true ? preview : { ...preview, revision: 5, dryRun: false },
    });
    const ran = await segueMeanwhile(['apply', '--yes', '--reason', 'spring', 'vip.yaml'], env);
    expect(ran).toEqual({ status: 0, out: `${shown}Revision 5 is in force.\n`, err: '' });
    expect(asked.map(({ body }) => [body['dryRun'], body['expectedRevision'], body['reason']])).toEqual([
      [true, undefined, 'spring'],
      [undefined, 4, 'spring'],
    ]);
    expect(asked[0]?.headers.authorization).toBe('Bearer sk_1');
    expect(asked[1]?.headers['idempotency-key']).toMatch(/^[\da-f-]{36}$/);
    expect(asked[1]?.body['definitions']).toMatchObject({
      segments: { vip: { rule: 'count("Order Completed") >= 3' } },
    });
  });

  it('changes nothing on a dry run, or where nobody can be asked', async () => {
    asked = [];
    answer = () => ({ status: 200, body: preview });
    expect(await segueMeanwhile(['apply', '--dry-run', 'vip.yaml'], env)).toEqual({
      status: 0,
      out: shown,
      err: '',
    });
    const alone = await segueMeanwhile(['apply', 'vip.yaml'], env);
    expect(alone).toMatchObject({ status: 2, out: shown });
    expect(alone.err).toMatch(/\[apply\/not-asked\]/);
    expect(asked.every(({ body }) => body['dryRun'] === true)).toBe(true);
  });

  it('does nothing where nothing differs', async () => {
    asked = [];
    answer = () => ({ status: 200, body: { ...preview, difference: [], moves: [] } });
    const ran = await segueMeanwhile(['apply', '--yes', 'vip.yaml'], env);
    expect(ran).toEqual({ status: 0, out: '0 differences since revision 4\n', err: '' });
    expect(asked).toHaveLength(1);
  });

  it('sends nothing that has errors', async () => {
    asked = [];
    writeFileSync(join(folder, 'broken.yaml'), 'segments:\n  vip: in vpi\n');
    const ran = await segueMeanwhile(['apply', '--yes', 'broken.yaml'], env);
    expect(ran).toMatchObject({ status: 1, out: '' });
    expect(ran.err).toMatch(/^broken\.yaml:2:11: error: .*\[rule\/unknown-name\]/);
    expect(asked).toEqual([]);
  });

  it('tells what the service refused, and what is not the service', async () => {
    asked = [];
    answer = () => ({
      status: 409,
      body: { code: 'definitions/conflict', detail: 'Revision 6 is in force.' },
    });
    expect(await segueMeanwhile(['apply', '--yes', 'vip.yaml'], env)).toMatchObject({
      status: 2,
      err: 'error: Revision 6 is in force. [definitions/conflict]\n',
    });
    answer = () => ({ status: 418, body: 'teapot' });
    const other = await segueMeanwhile(['apply', '--yes', 'vip.yaml'], env);
    expect(other.err).toMatch(
      /^error: What answers at http:\S+ is not Segue \(status 418\).*\[api\/unreachable\]/,
    );
    const closed = await segueMeanwhile(['apply', 'vip.yaml'], { ...env, SEGUE_URL: 'http://127.0.0.1:1' });
    expect(closed.err).toMatch(
      /^error: Segue cannot be reached at http:\/\/127\.0\.0\.1:1;.*\[api\/unreachable\]/,
    );
    const noKey = await segueMeanwhile(['apply', 'vip.yaml'], { ...env, SEGUE_KEY: '' });
    expect(noKey.err).toMatch(/\[api\/no-key\]/);
  });
});
