/** `segue sql`: shows a rule, or a value, as the query that answers it over history. */

import type { Command } from 'commander';

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import { Zone } from '@segue/core/base/zone.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { checkRule, checkValue } from '@segue/core/rules/check.ts';
import { parseRule, parseValue } from '@segue/core/rules/parse.ts';
import { ruleToSql } from '@segue/core/sql/compile.ts';
import { valueToSql } from '@segue/core/sql/value-query.ts';

import { diagnosticText } from '../diagnostic-text.ts';
import { exitFailed, exitOk, exitUnusable } from '../exit-code.ts';
import { collect, complain } from '../explain/past.ts';
import { readDefinitionsOrComplain } from '../replay/definitions.ts';
import type { Terminal } from '../terminal.ts';
import { readTime } from './replay.ts';

type SqlCommandOptions = {
  readonly definitions: readonly string[];
  readonly timezone: string;
  readonly at?: string;
  readonly value?: true;
  readonly json?: true;
};

type Asked = { readonly definitions: Definitions; readonly zone: Zone; readonly at: Instant };

/** The query, or what is wrong with the rule. */
type Answered = { readonly sql?: string; readonly diagnostics: readonly Diagnostic[] };

export function registerSql(program: Command, terminal: Terminal): void {
  program
    .command('sql')
    .summary('show a rule as the query that answers it over history')
    .description(
      'Writes a rule as one ClickHouse query over the tables of the history store, which gives the customers for whom the rule holds at an instant: the same as the engine says and as “segue explain” explains.',
    )
    .argument('<rule>', "the text of a rule, such as 'did \"Order Completed\" last 30d' or 'in vip'")
    .option(
      '-d, --definitions <path>',
      'what the rule may name: a file, a folder, or builtin; may be repeated (default: builtin)',
      collect,
      [],
    )
    .option('-z, --timezone <zone>', 'time zone of the workspace', 'UTC')
    .option('--at <time>', 'the instant of the question (default: now)')
    .option('--value', 'the text is a value, such as \'sum(revenue of "Order Completed")\'')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  segue sql 'did "Order Completed" last 30d'
  segue sql 'in churn_alert' --definitions definitions/ --timezone Europe/Berlin --at 2026-03-01
  segue sql --value 'sum(revenue of "Order Completed", last 365d)'

Exit codes: 0 written, 1 the rule is wrong or cannot be said in SQL, 2 definitions, zone or time cannot be read.`,
    )
    .action(async (rule: string, options: SqlCommandOptions) => {
      process.exitCode = await writeSql(rule, options, terminal);
    });
}

async function writeSql(text: string, options: SqlCommandOptions, terminal: Terminal): Promise<number> {
  const zone = Zone.open(options.timezone);
  if (!zone.ok) {
    complain(`--timezone: ${zone.error}`, terminal);
    return exitUnusable;
  }
  const at = readTime(options.at, zone.value);
  if (at === null) {
    complain(`--at: "${options.at ?? ''}" is no time; expected 2026-01-31 or 2026-01-31T10:00:00Z`, terminal);
    return exitUnusable;
  }
  const definitions = await readDefinitionsOrComplain(options.definitions, terminal);
  if (definitions === undefined) return exitUnusable;
  const asked: Asked = { definitions, zone: zone.value, at: at ?? Date.now() };
  const { sql, diagnostics } = options.value === true ? valueAnswer(text, asked) : ruleAnswer(text, asked);
  if (options.json === true) {
    terminal.write(`${JSON.stringify({ ok: sql !== undefined, at: asked.at, sql, diagnostics })}\n`);
  } else {
    for (const diagnostic of diagnostics) {
      terminal.writeError(diagnosticText({ ...diagnostic, file: 'rule' }, text, terminal.errorColours));
    }
    if (sql !== undefined) terminal.write(sql);
  }
  return sql === undefined ? exitFailed : exitOk;
}

function ruleAnswer(text: string, asked: Asked): Answered {
  const { tree, diagnostics, positions } = parseRule(text);
  if (tree === undefined) return { diagnostics };
  return checked(checkRule(tree, { definitions: asked.definitions }, positions), () =>
    ruleToSql(tree, asked),
  );
}

function valueAnswer(text: string, asked: Asked): Answered {
  const { tree, diagnostics, positions } = parseValue(text);
  if (tree === undefined) return { diagnostics };
  return checked(checkValue(tree, { definitions: asked.definitions }, positions), () => {
    const query = valueToSql(tree, asked);
    return query.ok ? { ok: true, value: query.value.text } : query;
  });
}

function checked(diagnostics: readonly Diagnostic[], compile: () => ReturnType<typeof ruleToSql>): Answered {
  if (diagnostics.some(({ severity }) => severity === 'error')) return { diagnostics };
  const sql = compile();
  return sql.ok ? { sql: sql.value, diagnostics } : { diagnostics: [...diagnostics, sql.error] };
}
