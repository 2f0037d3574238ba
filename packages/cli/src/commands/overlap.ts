/** `segue overlap`: how many customers are in a combination of segments and stages, or how several lie in one another. */

import type { Command } from 'commander';

import { addAskOptions, ask, type AskOptions } from '../preview/ask-service.ts';
import { matrixText, overlapText } from '../preview/tables.ts';
import { postToApi } from '../service/call-api.ts';
import type { Terminal } from '../terminal.ts';

type OverlapOptions = AskOptions & { readonly members?: string };

const segmentName = /^[a-z][a-z0-9_]*$/;

export function registerOverlap(program: Command, terminal: Terminal): void {
  const command = program
    .command('overlap')
    .summary('count customers in a combination of segments and stages')
    .description(
      'Asks a running service, whose live sets answer at once. One argument is a rule of segments and stages; several are names that are compared with one another, stages as LIFECYCLE.STAGE.',
    )
    .argument('<rule-or-name...>', 'a rule such as "in vip and not in churned", or names to compare')
    .option('--members <n>', 'how many customers to name, with a rule (default: 0)');
  addAskOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  segue overlap 'in vip and not stage(customer) = "lost"'
  segue overlap vip churn_risk customer.lost

Exit codes: 0 done, 1 the rule has errors, 2 not done.`,
    )
    .action(async (names: readonly string[], options: OverlapOptions) => {
      const [first = '', ...rest] = names;
      if (rest.length > 0) {
        await ask(
          options,
          terminal,
          (remote) => postToApi(remote, '/api/overlap/matrix', { sets: names }),
          matrixText,
        );
        return;
      }
      const rule = segmentName.test(first) ? `in ${first}` : first;
      const members = options.members === undefined ? {} : { members: Number(options.members) };
      await ask(
        options,
        terminal,
        (remote) => postToApi(remote, '/api/overlap', { rule, ...members }),
        overlapText,
      );
    });
}
