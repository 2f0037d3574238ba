/** Opens the service as a scenario with so many restarts does, says so, and waits for its end. */

import { noDefinitions } from '@segue/core/model/definitions.ts';

import { openServiceSubject } from '../../src/scenario/service-subject.ts';

await openServiceSubject({
  name: 'wait',
  timeZone: 'UTC',
  start: 0,
  definitions: noDefinitions,
  restarts: Number(process.argv[2]),
});
process.stdout.write('open\n');
setInterval(() => undefined, 60_000);
