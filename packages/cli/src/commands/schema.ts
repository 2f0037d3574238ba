/** `segue schema`: which events, properties, traits and values a running service has seen, for whoever writes a rule. */

import type { Command } from 'commander';

import { eventsText, pathsText, traitsText, valuesText } from '../schema/tables.ts';
import { standardUrl } from '../service/read-api.ts';
import { showFrom } from '../service/show-answer.ts';
import type { Terminal } from '../terminal.ts';

const show = showFrom('schema', 'schema/failed');

type Options = {
  readonly url?: string;
  readonly key?: string;
  readonly json?: true;
  readonly kind?: string;
  readonly like?: string;
  readonly limit?: string;
};

export function registerSchema(program: Command, terminal: Terminal): void {
  const schema = program
    .command('schema')
    .summary('ask a running service which names and values have come')
    .description(
      'Names of events, properties and traits, and their values, with how often they occur, as the history store of a running service has counted them.',
    )
    .addHelpText(
      'after',
      `
Examples:
  segue schema events
  segue schema properties "Order Completed"
  segue schema values "Order Completed" category --like shoe
  segue schema traits
  segue schema trait-values plan.tier

Exit codes: 0 done, 2 not done.`,
    );
  remote(schema.command('events'))
    .summary('events, pages and screens, the most frequent first')
    .action(async (options: Options) => {
      await show('events', {}, options, terminal, eventsText);
    });
  withKind(remote(schema.command('properties').argument('<event>', 'its name')))
    .summary('what stands in the messages of an event')
    .action(async (event: string, options: Options) => {
      await show('properties', { event, kind: options.kind }, options, terminal, pathsText);
    });
  withValues(withKind(remote(schema.command('values').argument('<event>', 'its name'))))
    .argument('<property>', 'such as category, products.category, properties["gift wrap"]')
    .summary('values of a property of an event')
    .action(async (event: string, property: string, options: Options) => {
      const { kind, like, limit } = options;
      await show('property-values', { event, kind, property, like, limit }, options, terminal, valuesText);
    });
  remote(schema.command('traits'))
    .summary('traits, those of most customers first')
    .action(async (options: Options) => {
      await show('traits', {}, options, terminal, traitsText);
    });
  remote(schema.command('trait').argument('<trait>', 'its name'))
    .summary('what kinds of values a trait has, and what stands within it')
    .action(async (trait: string, options: Options) => {
      await show('trait-paths', { trait }, options, terminal, pathsText);
    });
  withValues(remote(schema.command('trait-values').argument('<trait>', 'such as city, address.city')))
    .summary('values of a trait that customers have now')
    .action(async (trait: string, options: Options) => {
      const { like, limit } = options;
      await show('trait-values', { trait, like, limit }, options, terminal, valuesText);
    });
}

function remote(command: Command): Command {
  return command
    .option('--url <url>', `where the service is (default: $SEGUE_URL, or ${standardUrl})`)
    .option('--key <key>', 'a server key (default: $SEGUE_KEY)')
    .option('--json', 'print one JSON object');
}

function withKind(command: Command): Command {
  return command.option('--kind <kind>', 'track, page or screen', 'track');
}

function withValues(command: Command): Command {
  return command
    .option('--like <text>', 'only values with this in them, in any case')
    .option('--limit <n>', 'how many to name', '50');
}
