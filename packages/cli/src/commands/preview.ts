/** `segue preview`: of how many customers a rule would hold now, before it is defined. */

import type { Command } from 'commander';

import { addAskOptions, ask, type AskOptions } from '../preview/ask-service.ts';
import { previewText } from '../preview/tables.ts';
import { postToApi } from '../service/call-api.ts';
import type { Terminal } from '../terminal.ts';

type PreviewOptions = AskOptions & { readonly by: readonly string[]; readonly members: string };

const membersDefault = '5';

export function registerPreview(program: Command, terminal: Terminal): void {
  const command = program
    .command('preview')
    .summary('count the customers for whom a rule would hold now')
    .description(
      'Asks a running service of how many customers a rule would hold if it were defined now: the size, some members, which condition keeps how many out, and members by stage and by trait. Nothing is changed.',
    )
    .argument('<rule>', 'the rule')
    .option(
      '--by <trait>',
      'count members by a trait, such as city; may be repeated',
      (text: string, all: readonly string[]) => [...all, text],
      [] as readonly string[],
    )
    .option('--members <n>', 'how many members to name', membersDefault);
  addAskOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  segue preview 'did "Order Completed" last 30d and trait.city = "Oslo"'
  segue preview 'count("Order Completed", last 90d) >= 3' --by city --json

Exit codes: 0 done, 1 the rule has errors, 2 not done.`,
    )
    .action(async (rule: string, options: PreviewOptions) => {
      const body = { rule, traits: options.by, members: Number(options.members) };
      await ask(options, terminal, (remote) => postToApi(remote, '/api/preview', body), previewText);
    });
}
