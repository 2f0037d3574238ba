/**
 * From a character of a YAML scalar's value back to the character of the file that it came from.
 *
 * A rule may be written plain, quoted, folded or as a block; the parser of rules sees only the value. To point into the
 * file, value and source are walked side by side: line folds, indentation, escapes and doubled quotes are what the
 * source has and the value has not. Exact for every style; where a file is stranger than that (tabs within a fold), the
 * offset is that of the nearest character before.
 */

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded';

/**
 * The offset in `source` of every character of `value`, and of its end as the last entry.
 * `start` and `end` bound the scalar as it stands in the source, quotes and block header included.
 */
export function scalarOffsets(
  source: string,
  start: number,
  end: number,
  value: string,
  style: ScalarStyle,
): readonly number[] {
  const block = style === 'literal' || style === 'folded';
  const indent = block ? blockIndent(source, start, end) : 0;
  let at = block
    ? skipIndent(source, lineAfter(source, start), indent)
    : style === 'plain'
      ? start
      : start + 1;
  const offsets: number[] = [];
  for (let i = 0; i < value.length; i++) {
    at = Math.min(at, end);
    const wanted = value.charCodeAt(i);
    if (isBreakOrBlank(wanted)) {
      offsets.push(at);
      at = block ? afterBlockBlank(source, at, indent) : afterFlowBlank(source, at, wanted, style);
      continue;
    }
    at = skipBlanks(source, at, end, style);
    offsets.push(at);
    at += widthAt(source, at, style);
  }
  offsets.push(Math.min(at, end));
  return offsets;
}

const newline = 10;
const space = 32;
const backslash = 92;

function isBreakOrBlank(code: number): boolean {
  return code === space || code === newline || code === 9;
}

/** In a block, a line break is followed by the indentation. */
function afterBlockBlank(source: string, at: number, indent: number): number {
  const code = source.charCodeAt(at);
  if (code === 13) return skipIndent(source, at + 2, indent);
  return code === newline ? skipIndent(source, at + 1, indent) : at + 1;
}

/** In plain and quoted text, a break and the blanks around it stand for one space, or for fewer breaks. */
function afterFlowBlank(source: string, at: number, wanted: number, style: ScalarStyle): number {
  const code = source.charCodeAt(at);
  if (style === 'double' && code === backslash) return at + escapeWidth(source, at);
  if (code !== newline && code !== 13) {
    // A blank before a break belongs to the fold.
    const rest = skipRun(source, at);
    const atBreak = hasBreak(source, at, rest);
    if (!atBreak) return at + 1;
    return wanted === newline ? lineAfter(source, at) : rest;
  }
  return wanted === newline ? lineAfter(source, at) : skipRun(source, at);
}

function skipRun(source: string, from: number): number {
  let at = from;
  while (at < source.length && (isBreakOrBlank(source.charCodeAt(at)) || source.charCodeAt(at) === 13)) at++;
  return at;
}

function hasBreak(source: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (source.charCodeAt(at) === newline) return true;
  return false;
}

/** Indentation and breaks that the value does not show, before a character that it does. */
function skipBlanks(source: string, from: number, end: number, style: ScalarStyle): number {
  let at = from;
  while (at < end) {
    const code = source.charCodeAt(at);
    if (isBreakOrBlank(code) || code === 13) at++;
    else if (style === 'double' && code === backslash && isLineContinuation(source, at)) at++;
    else break;
  }
  return at;
}

function isLineContinuation(source: string, at: number): boolean {
  const next = source.charCodeAt(at + 1);
  return next === newline || next === 13;
}

function widthAt(source: string, at: number, style: ScalarStyle): number {
  if (style === 'single' && source[at] === "'") return 2;
  if (style === 'double' && source.charCodeAt(at) === backslash) return escapeWidth(source, at);
  return 1;
}

function escapeWidth(source: string, at: number): number {
  const kind = source.charAt(at + 1);
  if (kind === 'x') return 4;
  if (kind === 'u') return 6;
  return kind === 'U' ? 10 : 2;
}

function lineAfter(source: string, from: number): number {
  const at = source.indexOf('\n', from);
  return at < 0 ? source.length : at + 1;
}

/** Spaces before the first line of the block that is not empty. */
function blockIndent(source: string, start: number, end: number): number {
  let at = lineAfter(source, start);
  while (at < end) {
    let spaces = 0;
    while (source.charCodeAt(at + spaces) === space) spaces++;
    const code = source.charCodeAt(at + spaces);
    if (code !== newline && code !== 13) return spaces;
    at = lineAfter(source, at);
  }
  return 0;
}

function skipIndent(source: string, from: number, indent: number): number {
  let at = from;
  while (at < from + indent && source.charCodeAt(at) === space) at++;
  return at;
}
