/** The other end of a service process: opens the service when told to and answers what is asked of it, in order. */

import { assert } from '@segue/core/base/assert.ts';

import { ScenarioService } from './scenario-service.ts';
import type { ServiceAnswer, ServiceCall } from './service-calls.ts';

/** Answers the process that started this one. */
export function answerCalls(): void {
  let service: ScenarioService | undefined;
  let last: Promise<void> = Promise.resolve();
  const answer = async (call: ServiceCall): Promise<unknown> => {
    if (call.method === 'open') {
      service = await ScenarioService.open(call.options);
      return undefined;
    }
    assert(service !== undefined, 'a service that is open');
    const method: (...args: never[]) => unknown = service[call.method].bind(service);
    return method(...(call.args as never[]));
  };
  process.on('message', (call: ServiceCall) => {
    last = last.then(async () => {
      send(await settled(call.id, () => answer(call)));
    });
  });
}

async function settled(id: number, work: () => Promise<unknown>): Promise<ServiceAnswer> {
  try {
    return { id, ok: true, value: await work() };
  } catch (error) {
    return { id, ok: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function send(answer: ServiceAnswer): void {
  // Whoever asked may be gone by now; then this process is about to end.
  process.send?.(answer, undefined, undefined, () => undefined);
}
