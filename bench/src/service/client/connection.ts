/**
 * HTTP/1.1 over one connection, as little of it as a load needs: requests are bytes made ahead of the clock, answers have
 * a length. A general client would be a large part of what is measured on a machine that it shares with the service.
 */

import { connect, type Socket } from 'node:net';

export type Answer = {
  readonly status: number;
  readonly body: string;
  /** When the last byte was there, by `performance.now()`. */
  readonly at: number;
};

type Waiting = {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
};

const HEAD_END = '\r\n\r\n';

/** Bytes of a request with a JSON body. */
export function postRequest(path: string, key: string, json: string): Buffer {
  const head = requestHead('POST', path, key);
  const length = Buffer.byteLength(json);
  return Buffer.from(`${head}content-type: application/json\r\ncontent-length: ${length}${HEAD_END}${json}`);
}

export function getRequest(path: string, key: string): Buffer {
  return Buffer.from(`${requestHead('GET', path, key)}accept: application/json${HEAD_END}`);
}

function requestHead(method: string, path: string, key: string): string {
  const basic = Buffer.from(`${key}:`).toString('base64');
  return `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Basic ${basic}\r\n`;
}

/** One request at a time. */
export class Connection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #waiting: Waiting | undefined = undefined;
  #ended: Error | undefined = undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.#take(chunk);
    });
    socket.on('error', (error) => {
      this.#end(error);
    });
    socket.on('close', () => {
      this.#end(new Error('The connection was closed.'));
    });
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Connection(socket));
      });
    });
  }

  /** Rejects when the connection ends before the answer. */
  send(request: Uint8Array): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined || this.#waiting !== undefined) {
        reject(this.#ended ?? new Error('There is a request under way on this connection.'));
        return;
      }
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.#received.toString('latin1', 0, headEnd);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? NaN);
    if (Number.isNaN(length)) {
      this.#end(new Error(`The answer has no length: ${head}`));
      return;
    }
    const end = headEnd + HEAD_END.length + length;
    if (this.#received.length < end) return;
    const at = performance.now();
    const status = Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length));
    const body = this.#received.toString('utf8', headEnd + HEAD_END.length, end);
    this.#received = this.#received.subarray(end);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({ status, body, at });
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#socket.destroy();
    this.#waiting?.reject(this.#ended);
    this.#waiting = undefined;
  }
}

/** Connections for as long as they are used: one that is idle for long would be closed by the other side. */
export async function withConnections<T>(
  port: number,
  count: number,
  use: (connections: readonly Connection[]) => Promise<T>,
): Promise<T> {
  const connections = await Promise.all(Array.from({ length: count }, () => Connection.open(port)));
  try {
    return await use(connections);
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** @throws Error when the answer is not the one that a load counts on. */
export function expectOk({ status, body }: Answer): void {
  if (status !== 200) throw new Error(`A request was answered with ${status}: ${body.slice(0, 300)}`);
}
