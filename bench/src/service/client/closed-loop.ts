/** As fast as it goes: every connection sends its next request when the one before is answered. */

import { CONNECTIONS } from '../scale.ts';
import { type Connection, expectOk, withConnections } from './connection.ts';

/** Sends all; resolves with the seconds that it took, without those of connecting. Rejects when a request is refused. */
export function sendClosed(port: number, requests: readonly Uint8Array[]): Promise<number> {
  return withConnections(port, CONNECTIONS, (connections) => sendOver(connections, requests));
}

async function sendOver(
  connections: readonly Connection[],
  requests: readonly Uint8Array[],
): Promise<number> {
  let next = 0;
  const since = performance.now();
  const work = async (connection: Connection): Promise<void> => {
    for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
      expectOk(await connection.send(request));
    }
  };
  await Promise.all(connections.map(work));
  return (performance.now() - since) / 1000;
}
