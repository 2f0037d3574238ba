/** Runs a scenario by one route, or by every route there is, which must give the same answers. */

import type { Failure, Observation, Outcome } from '@segue/server/scenario/outcome.ts';
import { runScenario, type ImportMessages } from '@segue/server/scenario/run-scenario.ts';
import type { Scenario } from '@segue/server/scenario/scenario.ts';
import type { OpenSubject, Route } from '@segue/server/scenario/subject.ts';

export type OpenRoute = { readonly route: Route; readonly open: OpenSubject };

/** `routes` holds at least one; with several, each failure says by which route it was found. */
export async function runRoutes(
  scenario: Scenario,
  routes: readonly OpenRoute[],
  importMessages: ImportMessages,
): Promise<Outcome> {
  const several = routes.length > 1;
  const failures: Failure[] = [];
  let first: { readonly route: Route; readonly outcome: Outcome } | undefined;
  for (const { route, open } of routes) {
    const outcome = await runScenario(scenario, { open, importMessages, observeAll: several });
    for (const failure of outcome.failures) failures.push(several ? { ...failure, route } : failure);
    if (first === undefined) first = { route, outcome };
    else {
      failures.push(...disagreements(first.route, first.outcome.observations, route, outcome.observations));
    }
  }
  const { name, file } = scenario;
  const observations = first?.outcome.observations ?? [];
  return { name, file, passed: failures.length === 0, failures, observations };
}

/** Both routes make the same observations in the same order, until one of them cannot go on. */
function disagreements(
  route: Route,
  observed: readonly Observation[],
  otherRoute: Route,
  others: readonly Observation[],
): readonly Failure[] {
  const otherBySubject = new Map(others.map((other) => [keyOf(other), other]));
  const failures: Failure[] = [];
  for (const { what, found, ...where } of observed) {
    const other = otherBySubject.get(keyOf({ what, found, ...where }));
    if (other === undefined || other.found === found) continue;
    failures.push({
      ...where,
      check: `${what}: the routes disagree`,
      expected: `${found} (${route})`,
      found: `${other.found} (${otherRoute})`,
      explanations: [],
      route: `${route} and ${otherRoute}`,
    });
  }
  return failures;
}

function keyOf({ step, line, column, what }: Observation): string {
  return `${step} ${line} ${column} ${what}`;
}
