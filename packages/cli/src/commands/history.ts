/** `segue history`: what a running service knows of the past. */

import { type Command, Option } from 'commander';

import {
  flowsText,
  membersText,
  retentionText,
  returnsText,
  sizeText,
  statusText,
  stayText,
} from '../history/tables.ts';
import { rebuild, type RebuildOptions } from '../history/rebuild.ts';
import { type QueryValue, standardUrl } from '../service/read-api.ts';
import { showFrom } from '../service/show-answer.ts';
import { addSettingOptions } from '../settings/command-settings.ts';
import type { Terminal } from '../terminal.ts';

const show = showFrom('history', 'history/failed');

type Options = {
  readonly url?: string;
  readonly key?: string;
  readonly json?: true;
  readonly from?: string;
  readonly to?: string;
  readonly at?: string;
  readonly every?: string;
  readonly unit?: string;
  readonly until?: string;
  readonly limit?: string;
  readonly then?: string;
  readonly fresh?: true;
};

const name = 'a segment (vip), or a stage of a lifecycle (customer.active)';

export function registerHistory(program: Command, terminal: Terminal): void {
  const history = program
    .command('history')
    .summary('ask a running service about the past')
    .description(
      'Sizes, members, stays, returns and flows through time, as the history store of a running service has them.',
    )
    .addHelpText(
      'after',
      `
Examples:
  segue history size vip --from 2026-01-01 --every week
  segue history members customer.active --at 2026-06-01
  segue history flows customer --from 2026-10-01 --to 2026-11-01
  segue history retention "Order Completed" --every month

Exit codes: 0 done, 2 not done.`,
    );
  addSize(history, terminal);
  addMembers(history, terminal);
  addStay(history, terminal);
  addReturns(history, terminal);
  addFlows(history, terminal);
  addRetention(history, terminal);
  addStatus(history, terminal);
  addRebuild(history, terminal);
}

function addSize(history: Command, terminal: Terminal): void {
  withPeriod(remote(history.command('size').argument('<name>', name)))
    .summary('the size through a period, with entries and exits by cause')
    .addOption(
      new Option('--every <unit>', 'of one row').choices(['hour', 'day', 'week', 'month']).default('day'),
    )
    .action(async (of: string, options: Options) => {
      await show('size', { of, ...periodOf(options), every: options.every }, options, terminal, sizeText);
    });
}

function addMembers(history: Command, terminal: Terminal): void {
  remote(history.command('members').argument('<name>', name))
    .summary('who was in it at an instant')
    .option('--at <instant>', 'then (default: now)')
    .option('--limit <n>', 'how many to name', '100')
    .action(async (of: string, options: Options) => {
      const { at, limit, fresh } = options;
      await show('members', { of, at, limit, fresh }, options, terminal, membersText);
    });
}

function addStay(history: Command, terminal: Terminal): void {
  withPeriod(remote(history.command('stay').argument('<name>', name)))
    .summary('how long those stay who entered in a period')
    .option('--until <instant>', 'follow them up to then, such as the end of the period (default: now)')
    .addOption(new Option('--unit <unit>', 'of the curve').choices(['hour', 'day', 'week']).default('day'))
    .action(async (of: string, options: Options) => {
      const { until, unit } = options;
      await show('stay', { of, ...periodOf(options), until, unit }, options, terminal, stayText);
    });
}

function addReturns(history: Command, terminal: Terminal): void {
  withPeriod(remote(history.command('returns').argument('<name>', name)))
    .summary('how many of those who left in a period came back')
    .action(async (of: string, options: Options) => {
      await show('returns', { of, ...periodOf(options) }, options, terminal, returnsText);
    });
}

function addFlows(history: Command, terminal: Terminal): void {
  withPeriod(remote(history.command('flows').argument('<lifecycle>', 'name of the lifecycle')))
    .summary('how customers moved between the stages of a lifecycle')
    .action(async (lifecycle: string, options: Options) => {
      await show('flows', { lifecycle, ...periodOf(options) }, options, terminal, flowsText);
    });
}

function addRetention(history: Command, terminal: Terminal): void {
  withPeriod(remote(history.command('retention').argument('<event>', 'the event that begins it')))
    .summary('of those who first did it in a week, how many do it in each later week')
    .option('--then <event>', 'the later event (default: the same)')
    .addOption(
      new Option('--every <unit>', 'of one cohort').choices(['day', 'week', 'month']).default('week'),
    )
    .action(async (event: string, options: Options) => {
      const { then, every } = options;
      const query = { event, then, every, ...periodOf(options) };
      await show('retention', query, options, terminal, retentionText);
    });
}

function addStatus(history: Command, terminal: Terminal): void {
  remote(history.command('status'))
    .summary('how the history store is, and how far it has come')
    .action(async (options: Options) => {
      await show('status', {}, options, terminal, statusText);
    });
}

function addRebuild(history: Command, terminal: Terminal): void {
  const command = history
    .command('rebuild')
    .summary('make the history store again from the log')
    .description(
      'Makes the history store again from the log: of a running service (everything else goes on), or with --offline in a data directory that nobody uses.',
    )
    .option('--url <url>', `where the service is (default: $SEGUE_URL, or ${standardUrl})`)
    .option('--key <key>', 'a server key of role admin (default: $SEGUE_KEY)')
    .option('--offline', 'in the data directory, without a service')
    .option('--resume', 'offline: go on where a rebuild was cut short');
  addSettingOptions(command, [
    'data',
    'timezone',
    'history.memory',
    'history.threads',
    'history.server',
  ]).action(async (options: RebuildOptions) => {
    process.exitCode = await rebuild(options, terminal);
  });
}

function remote(command: Command): Command {
  return command
    .option('--url <url>', `where the service is (default: $SEGUE_URL, or ${standardUrl})`)
    .option('--key <key>', 'a server key (default: $SEGUE_KEY)')
    .option('--fresh', 'wait until history has all that was sent before')
    .option('--json', 'print one JSON object');
}

function withPeriod(command: Command): Command {
  return command
    .option('--from <instant>', 'included (default: 30 days before --to)')
    .option('--to <instant>', 'excluded (default: now)');
}

function periodOf({ from, to, fresh }: Options): Readonly<Record<string, QueryValue>> {
  return { from, to, fresh };
}
