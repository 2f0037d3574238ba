/** What `segue test` does: reads scenario files, runs each scenario, reports. */

import { listFiles, readTextFile } from '@segue/server/definitions-files/list-files.ts';
import type { PlacedDiagnostic } from '@segue/server/definitions-files/place.ts';
import { importScenarioFile } from '@segue/server/scenario/import-messages.ts';
import { readScenarios } from '@segue/server/scenario/read-scenario.ts';
import type { Scenario } from '@segue/server/scenario/scenario.ts';
import { openServiceSubject } from '@segue/server/scenario/service-subject.ts';
import { whyNoSql } from '@segue/server/scenario/sql-process.ts';

import { diagnosticText } from '../diagnostic-text.ts';
import { exitFailed, exitOk, exitUnusable } from '../exit-code.ts';
import type { Terminal } from '../terminal.ts';
import { OracleSubject } from './oracle-subject.ts';
import { outcomeJson, outcomeText, summaryText } from './report.ts';
import { runRoutes, type OpenRoute } from './run-routes.ts';
import { ScenarioDatabase, SqlSubject } from './sql-subject.ts';

export type RouteName = 'incremental' | 'sql' | 'interpreter' | 'all';
export type TestOptions = { readonly route: RouteName; readonly json?: true };

const incremental: OpenRoute = { route: 'incremental', open: openServiceSubject };
const interpreter: OpenRoute = { route: 'interpreter', open: (setup) => new OracleSubject(setup) };

/** Runs the scenarios of files and folders; the exit code. */
export async function testFiles(
  paths: readonly string[],
  options: TestOptions,
  terminal: Terminal,
): Promise<number> {
  const { route } = options;
  const noSql = route === 'sql' || route === 'all' ? await whyNoSql() : undefined;
  if (noSql !== undefined) {
    terminal.writeError(
      `The sql route needs chDB, which cannot be used here: ${noSql}. Use --route incremental or interpreter.\n`,
    );
    return exitUnusable;
  }
  const database = new ScenarioDatabase();
  try {
    return await runFiles(paths, routesOf(route, database), options, terminal);
  } finally {
    await database.close();
  }
}

async function runFiles(
  paths: readonly string[],
  routes: readonly OpenRoute[],
  options: TestOptions,
  terminal: Terminal,
): Promise<number> {
  const json = options.json === true;
  const listed = await listFiles(paths);
  let unreadable = reportUnreadable(listed.unreadable, undefined, terminal);
  let [passed, failed] = [0, 0];
  for (const file of listed.files) {
    const read = await readScenarioFile(file);
    if ('problems' in read) {
      reportUnreadable(read.problems, read.text, terminal);
      unreadable = true;
      continue;
    }
    for (const scenario of read.scenarios) {
      const outcome = await runRoutes(scenario, routes, importScenarioFile);
      if (outcome.passed) passed += 1;
      else failed += 1;
      terminal.write(json ? outcomeJson(outcome) : outcomeText(outcome, terminal.colours));
    }
  }
  const summary = summaryText(passed, failed);
  if (json) terminal.writeError(summary);
  else terminal.write(summary);
  if (unreadable) return exitUnusable;
  return failed > 0 ? exitFailed : exitOk;
}

function routesOf(route: RouteName, database: ScenarioDatabase): readonly OpenRoute[] {
  const sql: OpenRoute = { route: 'sql', open: (setup) => new SqlSubject(setup, database) };
  switch (route) {
    case 'incremental':
      return [incremental];
    case 'interpreter':
      return [interpreter];
    case 'sql':
      return [sql];
    case 'all':
      return [incremental, interpreter, sql];
  }
}

type ReadFile =
  | { readonly scenarios: readonly Scenario[] }
  | { readonly problems: readonly PlacedDiagnostic[]; readonly text: string | undefined };

async function readScenarioFile(file: string): Promise<ReadFile> {
  const content = await readTextFile(file);
  if ('unreadable' in content) return { problems: [content.unreadable], text: undefined };
  const read = readScenarios(file, content.text);
  return read.ok ? { scenarios: read.value } : { problems: read.error, text: content.text };
}

/** True when there was anything to report. */
function reportUnreadable(
  problems: readonly PlacedDiagnostic[],
  text: string | undefined,
  terminal: Terminal,
): boolean {
  for (const problem of problems) {
    terminal.writeError(diagnosticText(problem, text, terminal.errorColours));
  }
  return problems.length > 0;
}
