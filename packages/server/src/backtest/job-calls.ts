/** What the service and the process of a job tell each other. */

import type { Position } from '../log/entry.ts';
import type { JobError, JobTask } from './job.ts';
import type { RunProgress } from './tell.ts';

export type JobCall =
  | {
      readonly kind: 'start';
      readonly task: JobTask;
      /** Of the job. */
      readonly folder: string;
      /** The log's directory. */
      readonly log: string;
      readonly until: Position;
      readonly checkpointEveryMs?: number;
    }
  /** Write down where it stands, and end. */
  | { readonly kind: 'stop' };

export type JobReport =
  | { readonly kind: 'progress'; readonly progress: RunProgress }
  | { readonly kind: 'done' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly error: JobError };
