/** The command line of the service's benchmark. */

import { parseArgs } from 'node:util';
import { SERVICE_PHASES } from './phases/phase.ts';
import { SERVICE_SCALES, type ServiceScale } from './scale.ts';

export const USAGE: string = `npm run bench:service -- [--scale small|medium|full] [--only PHASE]... [--json FILE] [--markdown FILE] [--profile FOLDER] [--keep FOLDER]

  --scale     small (default, two to three minutes), medium, full
  --only      only this phase; may be given more than once: ${[...SERVICE_PHASES.keys()].join(', ')}
  --json      where to write the result as JSON (default out/bench-service.json)
  --markdown  where to write it as a page, if anywhere
  --profile   a folder for CPU profiles of the service; figures are lower with it
  --keep      a folder where \`history\` keeps what it has loaded, and takes it from in the next run
`;

export type ServiceOptions = {
  readonly scale: ServiceScale;
  readonly only: readonly string[];
  readonly json: string;
  readonly markdown: string | undefined;
  readonly profileFolder: string | undefined;
  readonly keepFolder: string | undefined;
  /** Run this one phase here and report it to the parent process. */
  readonly phase: string | undefined;
  readonly help: boolean;
};

/** @throws Error in words for the user when the arguments are wrong. */
export function readOptions(args: readonly string[]): ServiceOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scale: { type: 'string', default: 'small' },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'string', default: 'out/bench-service.json' },
      markdown: { type: 'string' },
      profile: { type: 'string' },
      keep: { type: 'string' },
      phase: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const scale = Object.values(SERVICE_SCALES).find(({ name }) => name === values.scale);
  if (scale === undefined) {
    throw new Error(
      `There is no scale "${values.scale}"; expected ${Object.keys(SERVICE_SCALES).join(', ')}.`,
    );
  }
  const unknown = values.only.find((name) => !SERVICE_PHASES.has(name));
  if (unknown !== undefined) {
    throw new Error(`There is no phase "${unknown}"; expected ${[...SERVICE_PHASES.keys()].join(', ')}.`);
  }
  const { only, json, markdown, profile: profileFolder, keep: keepFolder, phase, help } = values;
  return { scale, only, json, markdown, profileFolder, keepFolder, phase, help };
}
