/** Asks a running service a question and shows its answer: as tables, or as one JSON object. */

import { exitOk, exitUnusable } from '../exit-code.ts';
import { refusalText } from '../refusal-text.ts';
import type { Colours, Terminal } from '../terminal.ts';
import { getFromApi, type QueryValue, type RemoteOptions, remoteOf } from './read-api.ts';

export type ShowOptions = RemoteOptions & { readonly json?: true };

export type Show = (
  what: string,
  query: Readonly<Record<string, QueryValue>>,
  options: ShowOptions,
  terminal: Terminal,
  /** Of the answer that this question gets. */
  text: (answer: never, colours: Colours) => string,
) => Promise<void>;

/** What shows answers of an area of the API, such as `history`; `failure` is the code where none was to be had. */
export function showFrom(area: string, failure: string): Show {
  return async (what, query, options, terminal, text) => {
    try {
      const answer = await getFromApi(remoteOf(options), `/api/${area}/${what}`, query);
      terminal.write(
        options.json === true ? `${JSON.stringify(answer)}\n` : text(answer as never, terminal.colours),
      );
      process.exitCode = exitOk;
    } catch (error) {
      terminal.writeError(refusalText(error, failure, terminal.errorColours));
      process.exitCode = exitUnusable;
    }
  };
}
