/**
 * Laying text out within a width: the small algebra of documents of Wadler and Oppen.
 *
 * A document is text with places where a line may be broken. A group is laid out on one line if it fits into what is
 * left of the width, else all its own breaks are taken; groups inside it decide for themselves. Costs are linear in the
 * document times the width.
 */

export type Doc =
  | string
  | readonly Doc[]
  /** A space, or a line break where its group is broken. */
  | { readonly kind: 'line'; readonly flat: string }
  /** Always a line break; breaks every group around it. */
  | { readonly kind: 'hardline' }
  | { readonly kind: 'group'; readonly doc: Doc; readonly broken: boolean }
  | { readonly kind: 'indent'; readonly doc: Doc };

export const line: Doc = { kind: 'line', flat: ' ' };
export const softline: Doc = { kind: 'line', flat: '' };
export const hardline: Doc = { kind: 'hardline' };

export function group(doc: Doc): Doc {
  return { kind: 'group', doc, broken: hasHardline(doc) };
}

export function indent(doc: Doc): Doc {
  return { kind: 'indent', doc };
}

export function join(separator: Doc, docs: readonly Doc[]): Doc {
  return docs.flatMap((doc, index) => (index === 0 ? [doc] : [separator, doc]));
}

type Command = { readonly doc: Doc; readonly indentation: number; readonly flat: boolean };

const spacesPerIndent = 2;

/** The text of a document, no line longer than `width` where there is a break that avoids it. */
export function layOut(doc: Doc, width: number): string {
  const pending: Command[] = [{ doc, indentation: 0, flat: false }];
  let [text, column] = ['', 0];
  for (;;) {
    const command = pending.pop();
    if (command === undefined) return text;
    const { doc: next, indentation } = command;
    if (typeof next === 'string') {
      text += next;
      column += next.length;
    } else if (!isNode(next)) {
      for (let index = next.length - 1; index >= 0; index -= 1) {
        pending.push({ ...command, doc: next[index] ?? '' });
      }
    } else if (next.kind === 'indent') {
      pending.push({ ...command, doc: next.doc, indentation: indentation + spacesPerIndent });
    } else if (next.kind === 'group') {
      const flat =
        !next.broken &&
        (command.flat || fits({ ...command, doc: next.doc, flat: true }, pending, width - column));
      pending.push({ ...command, doc: next.doc, flat });
    } else if (next.kind === 'line' && command.flat) {
      text += next.flat;
      column += next.flat.length;
    } else {
      text = `${text.trimEnd()}\n${' '.repeat(indentation)}`;
      column = indentation;
    }
  }
}

/** Whether the command, laid out flat, and what follows it up to the next break fit into the width. */
function fits(command: Command, following: readonly Command[], width: number): boolean {
  const pending = [command];
  let [left, rest] = [width, following.length];
  while (left >= 0) {
    let next = pending.pop();
    if (next === undefined) {
      rest -= 1;
      next = following[rest];
      if (next === undefined) return true;
    }
    const { doc } = next;
    if (typeof doc === 'string') left -= doc.length;
    else if (!isNode(doc)) {
      for (let index = doc.length - 1; index >= 0; index -= 1) {
        pending.push({ ...next, doc: doc[index] ?? '' });
      }
    } else if (doc.kind === 'indent') pending.push({ ...next, doc: doc.doc });
    else if (doc.kind === 'group') pending.push({ ...next, doc: doc.doc, flat: next.flat && !doc.broken });
    else if (doc.kind === 'line' && next.flat) left -= doc.flat.length;
    else return true;
  }
  return false;
}

function isNode(doc: Exclude<Doc, string>): doc is Exclude<Doc, string | readonly Doc[]> {
  return !Array.isArray(doc);
}

function hasHardline(doc: Doc): boolean {
  if (typeof doc === 'string') return false;
  if (!isNode(doc)) return doc.some(hasHardline);
  if (doc.kind === 'group') return doc.broken;
  return doc.kind === 'hardline' || (doc.kind === 'indent' && hasHardline(doc.doc));
}
