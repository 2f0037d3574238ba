/** The one order of texts in Segue: by Unicode code point, the same on every machine and in every locale. */

/** Negative, 0 or positive. JavaScript's own `<` goes by UTF-16 unit, which puts U+1F600 before U+FF01. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return codePointRank(x) - codePointRank(y);
  }
  return a.length - b.length;
}

/** Surrogates (which begin code points above U+FFFF) moved behind the units U+E000..U+FFFF. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
