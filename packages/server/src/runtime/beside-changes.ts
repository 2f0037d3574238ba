/** What streams tell beside changes: sizes and messages, of the running engine. */

import type { Message } from '@segue/core/model/message.ts';

import { LiveMessages } from '../feeds/live-messages.ts';
import { LiveSizes, type Sizes } from '../feeds/live-sizes.ts';
import type { Log } from '../log/log.ts';
import type { Customers } from './customers.ts';
import type { Loop } from './loop.ts';

export function besideChanges(
  customers: Customers,
  log: Pick<Log, 'entryAt'>,
  loop: Pick<Loop, 'atRest'>,
): { readonly sizes: LiveSizes; readonly messages: LiveMessages } {
  const { sets } = customers;
  const position = (): number => customers.position;
  return {
    sizes: new LiveSizes({
      ready: () => sets.ready(),
      // Where the log fails nobody is told any more.
      atRest: (work) => void loop.atRest(work).catch(() => undefined),
      position,
      sizes: () => sizesOf(customers),
    }),
    messages: new LiveMessages({
      position,
      entryAt: (at) => log.entryAt(at),
      customerOf: (message) => customerOf(customers, message),
    }),
  };
}

function sizesOf({ engine, sets }: Customers): Sizes {
  const lifecycles = [...engine.definitions.lifecycles.values()].map(
    ({ name, stages }) =>
      [name, new Map(stages.map((stage) => [stage.name, sets.stage(name, stage.name)?.size ?? 0]))] as const,
  );
  return {
    customers: sets.everybody().size,
    segments: sets.sizes(),
    lifecycles: new Map(lifecycles),
  };
}

function customerOf({ engine }: Customers, { identifiers }: Message): string | undefined {
  for (const identifier of identifiers) {
    const id = engine.findProfile(identifier);
    if (id !== undefined) return engine.namesOf(id).displayId;
  }
  return undefined;
}
