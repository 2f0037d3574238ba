/**
 * A process that answers as the HTTP interface of a ClickHouse server does, with chDB doing the work: for testing what goes
 * over the wire where there is no server. It says its port on a line of its own.
 *
 * Arguments: directory.
 */

import { mkdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { Session } from 'chdb';

const [directory = ''] = process.argv.slice(2);
const files = join(directory, 'files');
mkdirSync(files, { recursive: true });
/** Keeps the library open. */
const control = new Session(join(directory, 'chdb'));
let requests = 0;
/** Parameters of a request that are no settings. */
const notSettings = new Set(['query', 'query_id', 'database', 'session_id', 'default_format', 'role']);

type Asked = { readonly url: URL; readonly body: Buffer; readonly tag: string };

const server = createServer((request, response) => {
  void answer(request, response);
});
server.listen(0, '127.0.0.1', () => {
  writeSync(1, `${(server.address() as AddressInfo).port}\n`);
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const url = new URL(request.url ?? '/', 'http://localhost');
  const tag = `request-${requests++}`;
  response.on('close', () => {
    // Whoever goes away ends the query, as the client asks for.
    void control
      .queryAsync(`KILL QUERY WHERE Settings['log_comment'] = '${tag}' ASYNC`)
      .catch(() => undefined);
  });
  const session = new Session(join(directory, 'chdb'));
  try {
    const database = url.searchParams.get('database') ?? 'default';
    await session.queryAsync(`USE \`${database}\``);
    await run(session, { url, body: Buffer.concat(pieces), tag }, response);
    response.end();
  } catch (error) {
    fail(response, error instanceof Error ? error.message : String(error));
  } finally {
    session.close();
  }
}

async function run(session: Session, { url, body, tag }: Asked, response: ServerResponse): Promise<void> {
  const sql = url.searchParams.get('query') ?? body.toString();
  const insert = /^INSERT INTO (\w+) \(([^)]*)\) FORMAT RowBinary$/u.exec(sql.trim());
  if (insert !== null) {
    await insertRows(session, insert[1] ?? '', insert[2] ?? '', body);
    return;
  }
  const format = /\nFORMAT (\w+)\s*$/u.exec(sql);
  if (format === null) {
    await session.queryAsync(sql);
    return;
  }
  const settings = [...url.searchParams]
    .filter(([name]) => !notSettings.has(name) && !name.startsWith('cancel_'))
    .map(([name, value]) => `${name} = ${value}`);
  const asked = `${sql.slice(0, format.index)}\nSETTINGS ${[`log_comment = '${tag}'`, ...settings].join(', ')}`;
  let head: Buffer | undefined;
  for await (const chunk of session.queryStream(asked, { format: format[1] ?? '' })) {
    let bytes = Buffer.from(chunk.raw());
    // Each chunk of the library begins with the names again; an answer of a server has them once.
    if ((format[1] ?? '').includes('WithNames')) {
      const lines = (format[1] ?? '').endsWith('Types') ? 2 : 1;
      let end = 0;
      for (let i = 0; i < lines; i++) end = bytes.indexOf(10, end) + 1;
      if (head !== undefined && bytes.subarray(0, head.length).equals(head)) {
        bytes = bytes.subarray(head.length);
      } else head ??= bytes.subarray(0, end);
    }
    if (response.destroyed) return;
    if (!response.write(bytes)) {
      await new Promise<void>((resolve) => {
        response.once('drain', resolve);
        response.once('close', resolve);
      });
    }
  }
}

async function insertRows(session: Session, table: string, columns: string, body: Buffer): Promise<void> {
  const described = await session.queryAsync(`DESCRIBE TABLE ${table}`, { format: 'JSONCompactEachRow' });
  const rows = described
    .text()
    .split('\n')
    .filter((line) => line !== '');
  const given = columns.split(', ');
  const structure = rows
    .map((line) => JSON.parse(line) as string[])
    .filter(([name = '']) => given.includes(name))
    .map((column) => column.slice(0, 2).join(' '))
    .join(', ');
  const file = join(files, `${requests}.bin`);
  writeFileSync(file, body);
  const text = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  await session.queryAsync(
    `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM file(${text(file)}, 'RowBinary', ${text(structure)})`,
  );
  rmSync(file);
}

function fail(response: ServerResponse, message: string): void {
  const code = /Code: (\d+)/u.exec(message)?.[1] ?? '1000';
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(code === '394' ? 500 : 400, { 'x-clickhouse-exception-code': code });
  response.end(message.startsWith('Code:') ? message : `Code: ${code}. DB::Exception: ${message}`);
}
