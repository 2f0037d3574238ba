/** `segue demo`: the first command. The service with a shop in it: its past year is there, its present streams in. */

import { InvalidArgumentError, type Command } from 'commander';

import { exitUnusable } from '../exit-code.ts';
import { readDefinitionsOrComplain } from '../replay/definitions.ts';
import { refusalText } from '../refusal-text.ts';
import { keepObjectsYoung } from '../service/young-objects.ts';
import { addSettingOptions, readCommandSettings, type SettingOptions } from '../settings/command-settings.ts';
import type { Terminal } from '../terminal.ts';

type DemoOptions = SettingOptions & {
  readonly folder: string;
  readonly customers: number;
  readonly seed: number;
  readonly pace: number;
  readonly anew?: true;
  readonly open: boolean;
};

const customersMax = 100_000;
const paceMax = 6_000;

export function registerDemo(program: Command, terminal: Terminal): void {
  const command = program
    .command('demo')
    .summary('run the service with a shop in it, and look')
    .description(
      'Runs the service with a made-up shop: a year of it is lived through in some seconds, then what happens now streams in over HTTP, into the ready-made segments and lifecycle. Prints an address that signs you in, and opens it where there is a browser. Ctrl-C stops it; the next start goes on from there.',
    )
    .option('--folder <folder>', 'where the demo is kept', '.segue/demo')
    .option('--anew', 'throw away what there is, and begin anew')
    .option('--customers <n>', 'people of the shop, when it is made', wholeNumber(1, customersMax), 800)
    .option('--seed <n>', 'of its random numbers, when it is made', wholeNumber(0, 2 ** 31), 1)
    .option('--pace <n>', 'messages a minute, about', wholeNumber(1, paceMax), 120)
    .option('--no-open', 'do not open a browser');
  addSettingOptions(command, ['host', 'port', 'timezone', 'log.level', 'history.enabled'])
    .addHelpText(
      'after',
      `
Examples:
  segue demo
  segue demo --port 9000 --pace 600
  segue demo --anew --customers 5000

Your own orders, without a service: segue replay orders.csv --mapping mapping.yaml

Exit codes: 0 stopped as asked, 1 ended by a fault, 2 not started (settings, folder, port).`,
    )
    .action(async (options: DemoOptions) => {
      process.exit(await demo(options, terminal));
    });
}

async function demo(options: DemoOptions, terminal: Terminal): Promise<number> {
  const inForce = await readCommandSettings(options, terminal);
  if (inForce === undefined) return exitUnusable;
  const definitions = await readDefinitionsOrComplain([], terminal);
  if (definitions === undefined) return exitUnusable;
  keepObjectsYoung();
  const { runDemo } = await import('../demo/run-demo.ts');
  const zone = inForce.all.find(({ field }) => field.name === 'timezone');
  try {
    return await runDemo(
      {
        folder: options.folder,
        isAnew: options.anew === true,
        customers: options.customers,
        seed: options.seed,
        messagesPerMinute: options.pace,
        opensBrowser: options.open,
        settings: inForce.settings,
        hasOwnZone: zone !== undefined && zone.source !== 'default',
        definitions,
      },
      terminal,
    );
  } catch (error) {
    terminal.writeError(refusalText(error, 'demo/failed', terminal.errorColours));
    return exitUnusable;
  }
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}`);
  };
}
