/** Files as a story: messages in order of event time, through the same readers as a replay. */

import type { ImportReport } from '../ingest/files/import-report.ts';
import { openMessages, type MessageStream, type OpenMessagesOptions } from '../ingest/files/open-messages.ts';
import type { Step, Story } from './story.ts';

export class FileStory implements Story {
  readonly #files: readonly string[];
  readonly #options: OpenMessagesOptions;
  #stream: MessageStream | undefined;

  constructor(files: readonly string[], options: OpenMessagesOptions) {
    this.#files = files;
    this.#options = options;
  }

  get total(): number | undefined {
    return this.#stream?.progress.messagesTotal;
  }

  /** Of the last reading. */
  get report(): ImportReport | undefined {
    return this.#stream?.report;
  }

  async *steps(from: number): AsyncGenerator<readonly Step[], void, undefined> {
    this.#stream = openMessages(this.#files, this.#options);
    let left = from;
    for await (const batch of this.#stream.batches()) {
      if (left >= batch.length) left -= batch.length;
      else {
        const rest = left === 0 ? batch : batch.slice(left);
        left = 0;
        yield rest.map((message): Step => ({ at: message.time, input: { kind: 'message', message } }));
      }
    }
  }
}
