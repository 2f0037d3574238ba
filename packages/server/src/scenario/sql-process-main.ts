/**
 * The process that chDB lives in while a test or a scenario asks it. Its argument is a directory for chDB's own files. It
 * ends with whoever started it, and leaves nothing behind.
 */

import module from 'node:module';

import { removeScratchDirectory } from './scratch-directory.ts';

/** Statements in order. */
export type SqlCall = { readonly statements: readonly string[] };
/** What the last of them gave, as lines of JSON arrays; or why one failed. */
export type SqlAnswer =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly error: string };

function answer(call: (sql: string) => string, { statements }: SqlCall): SqlAnswer {
  let text = '';
  for (const sql of statements) {
    try {
      text = call(sql);
    } catch (error) {
      return { ok: false, error: error instanceof Error ? error.message : String(error) };
    }
  }
  return { ok: true, text };
}

const [, , directory = ''] = process.argv;

process.on('disconnect', () => {
  removeScratchDirectory(directory);
  // An ordinary exit waits for threads of chDB, which do not end.
  process.kill(process.pid, 'SIGKILL');
});
if (process.connected) {
  module.enableCompileCache();
  const { Session } = await import('chdb');
  const session = new Session(directory);
  // The data are few, and other tests want the processors.
  session.query('SET max_threads = 1');
  // Rules with “for” over dates in a zone whose clocks change become large once functions are written out.
  session.query('SET max_expanded_ast_elements = 5000000');
  const call = (sql: string): string => session.query(sql, 'JSONCompactEachRow');
  process.on('message', (message: SqlCall) => {
    process.send?.(answer(call, message));
  });
}
