/** What a query gives, from lines of JSON: names, types, then rows. */

import type { QueryRows } from './history-store.ts';

export function readRows(text: string): QueryRows {
  const lines = text.split('\n').filter((line) => line !== '');
  const [names = [], types = [], ...rows] = lines.map((line) => JSON.parse(line) as unknown[]);
  const columns = names.map((name, i) => ({ name: String(name), type: String(types[i]) }));
  return { columns, rows };
}
