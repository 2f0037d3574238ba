/** One configuration of the engine in a process of its own; see own-process.ts, which starts it and asks. */

import { collectGarbage } from '../measure/rounds.ts';
import { touchConstant, touchProportional } from '../workload/segments.ts';
import { touchesText } from '../workload/touches.ts';
import { usualTraffic } from '../workload/traffic.ts';
import { EngineCase } from './engine-run.ts';
import type { Answer, Configuration, Order } from './own-process.ts';

const { name, events, segments, family, entry } = JSON.parse(process.argv[2] ?? '') as Configuration;
const traffic = usualTraffic(events);
const set = family === 'constant' ? touchConstant(segments) : touchProportional(segments);
const subject = new EngineCase(name, traffic, set, entry);

process.on('message', (order: Order) => {
  process.send?.(answer(order));
});

function answer(order: Order): Answer {
  try {
    if (order === 'check') {
      const checked = subject.check();
      return { kind: 'checked', checked, touches: touchesText(traffic, set, subject.changes) };
    }
    collectGarbage();
    return { kind: 'ran', sample: subject.run() };
  } catch (error) {
    return { kind: 'failed', problem: error instanceof Error ? error.message : String(error) };
  }
}
