/** A replay's report as one JSON object: instants as ISO 8601 text in UTC, names as they stand in the report. */

import type { Instant } from '@segue/core/model/message.ts';
import type { ReplayReport } from '@segue/server/replay/replay-report.ts';

/** Fields of the report that are instants. */
const INSTANTS: ReadonlySet<string> = new Set([
  'first',
  'last',
  'now',
  'countedFrom',
  'peakAt',
  'bornAt',
  'since',
  'at',
  'time',
]);
/** Data of people, in which nothing is an instant of ours. */
const DATA: ReadonlySet<string> = new Set(['traits', 'properties', 'places']);

export function reportJson(report: ReplayReport): string {
  return `${JSON.stringify(plain(report))}\n`;
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const object: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) {
    if (DATA.has(key)) object[key] = part;
    else object[key] = INSTANTS.has(key) && typeof part === 'number' ? iso(part) : plain(part);
  }
  return object;
}

function iso(t: Instant): string {
  return new Date(t).toISOString();
}
