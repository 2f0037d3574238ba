/** What overlap, preview and population have in common: a question to a running service, its answer as text or as JSON. */

import type { Command } from 'commander';

import { exitFailed, exitOk, exitUnusable } from '../exit-code.ts';
import { refusalText } from '../refusal-text.ts';
import { ApiError, type Remote } from '../service/call-api.ts';
import { type RemoteOptions, remoteOf, standardUrl } from '../service/read-api.ts';
import type { Colours, Terminal } from '../terminal.ts';

export type AskOptions = RemoteOptions & { readonly json?: true };

/** Where the service is, who asks, and how the answer is printed. */
export function addAskOptions(command: Command, role = 'viewer'): Command {
  return command
    .option('--url <url>', `where the service is (default: $SEGUE_URL, or ${standardUrl})`)
    .option('--key <key>', `a server key of role ${role} or above (default: $SEGUE_KEY)`)
    .option('--json', 'print one JSON object');
}

/** Asks and prints. A rule with errors is told like one that `segue check` finds. */
export async function ask(
  options: AskOptions,
  terminal: Terminal,
  question: (remote: Remote) => Promise<unknown>,
  /** Gets the answer, which is of the type that the question has. */
  text: (answer: never, colours: Colours) => string,
): Promise<void> {
  try {
    const answer = await question(remoteOf(options));
    const told =
      options.json === true ? JSON.stringify(answer) : text(answer as never, terminal.colours).trimEnd();
    terminal.write(`${told}\n`);
    process.exitCode = exitOk;
  } catch (error) {
    const faults = error instanceof ApiError ? error.diagnostics : [];
    const { errorColours } = terminal;
    for (const { message, code, line = 1, column } of faults.slice(1)) {
      const place = column === undefined ? '' : `${line}:${column} `;
      terminal.writeError(`${place}${message} ${errorColours.dim(`[${code}]`)}\n`);
    }
    const first = faults[0];
    const isRule = first !== undefined && error instanceof ApiError && error.code === 'rules/invalid';
    terminal.writeError(refusalText(error, isRule ? first.code : 'ask/failed', errorColours));
    process.exitCode = isRule ? exitFailed : exitUnusable;
  }
}
