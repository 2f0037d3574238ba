/** `segue test`: runs scenario files on a virtual clock. */

import { Option, type Command } from 'commander';

import type { TestOptions } from '../scenarios/test-files.ts';
import type { Terminal } from '../terminal.ts';

const routeNames = ['incremental', 'sql', 'interpreter', 'all'] as const;

export function registerTest(program: Command, terminal: Terminal): void {
  program
    .command('test')
    .summary('run scenario files on a virtual clock')
    .description(
      'Runs scenario files: what happens, and who must then be in which segment. Files are YAML or JSON; of a folder, every such file in it is run.',
    )
    .argument('<file...>', 'scenario files or folders')
    .addOption(
      new Option('--route <route>', 'how answers are found; all: by every route, which must agree')
        .choices(routeNames)
        .default('incremental'),
    )
    .option('--json', 'print one JSON object per scenario; the closing line goes to standard error')
    .addHelpText(
      'after',
      `
Examples:
  segue test scenarios/*.yaml
  segue test --route all scenarios/
  segue test --json cart.yaml | jq 'select(.passed | not)'

Exit codes: 0 all passed, 1 some failed, 2 a file cannot be read.`,
    )
    .action(async (files: readonly string[], options: TestOptions) => {
      const { testFiles } = await import('../scenarios/test-files.ts');
      process.exitCode = await testFiles(files, options, terminal);
    });
}
