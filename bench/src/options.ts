/** The command line of the benchmark. */

import { parseArgs } from 'node:util';
import { PHASES } from './phases/phase.ts';
import { type Scale, SCALES } from './scale.ts';

export const USAGE: string = `npm run bench -- [--scale small|medium|full] [--only PHASE]... [--json FILE] [--markdown FILE]

  --scale     small (default, under two minutes), medium, full
  --only      only this phase; may be given more than once: ${[...PHASES.keys()].join(', ')}
  --json      where to write the result as JSON (default out/bench.json)
  --markdown  where to write it as a page, if anywhere
`;

export type Options = {
  readonly scale: Scale;
  readonly only: readonly string[];
  readonly json: string;
  readonly markdown: string | undefined;
  /** Run this one phase here and report it to the parent process. */
  readonly phase: string | undefined;
  readonly help: boolean;
};

/** @throws Error in words for the user when the arguments are wrong. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scale: { type: 'string', default: 'small' },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'string', default: 'out/bench.json' },
      markdown: { type: 'string' },
      phase: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const scale = Object.values(SCALES).find(({ name }) => name === values.scale);
  if (scale === undefined) {
    throw new Error(`There is no scale "${values.scale}"; expected ${Object.keys(SCALES).join(', ')}.`);
  }
  const unknown = values.only.find((name) => !PHASES.has(name));
  if (unknown !== undefined) {
    throw new Error(`There is no phase "${unknown}"; expected ${[...PHASES.keys()].join(', ')}.`);
  }
  const { only, json, markdown, phase, help } = values;
  return { scale, only, json, markdown, phase, help };
}
