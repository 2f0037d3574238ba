/**
 * Numbers as files write them, and exact arithmetic on them: `2.55 * 6` is 15.3, to the last digit, because decimals are
 * whole numbers with a scale. Results become the nearest double once, at the end.
 *
 * Whole numbers are kept as doubles while they are safe integers, as BigInt beyond: an order of a thousand lines never
 * leaves the fast path.
 */

export const NUMBER_FORMS = ['1234.56', '1,234.56', '1.234,56', '1234,56', '1 234,56'] as const;
export type NumberForm = (typeof NUMBER_FORMS)[number];

/** units / 10^scale; units is a safe integer or a BigInt. */
export type Decimal = { readonly units: number | bigint; readonly scale: number };

export const ZERO: Decimal = { units: 0, scale: 0 };

const SCALE_MAX = 400;
const PLAIN = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;
const CURRENCY = /^([+-]?)\s*[€£$¥₹]\s*|\s*[€£$¥₹]$/g;
const GROUPED: Readonly<Record<Exclude<NumberForm, '1234.56' | '1234,56'>, RegExp>> = {
  '1,234.56': /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/,
  '1.234,56': /^[+-]?\d{1,3}(\.\d{3})+(,\d*)?$/,
  '1 234,56': /^[+-]?\d{1,3}([ \u00a0\u202f]\d{3})+(,\d*)?$/,
};

/** Undefined for what is no number in this form; a currency sign before or after it is passed over. */
export function parseDecimal(text: string, form: NumberForm): Decimal | undefined {
  const bare = text.trim().replace(CURRENCY, '$1');
  const plain = toPlain(bare, form);
  const match = plain === undefined ? null : PLAIN.exec(plain);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const digits = `${sign === '-' ? '-' : ''}${whole}${fraction}`;
  const scale = fraction.length - Number(exponent);
  if (Math.abs(scale) > SCALE_MAX) return undefined;
  const asNumber = Number(digits);
  const units = Number.isSafeInteger(asNumber) ? asNumber + 0 : BigInt(digits);
  return scale < 0 ? { units: raise(units, -scale), scale: 0 } : { units, scale };
}

/** Without separators of thousands and with a decimal point. */
function toPlain(text: string, form: NumberForm): string | undefined {
  switch (form) {
    case '1234.56':
      return text;
    case '1,234.56':
      return GROUPED[form].test(text) ? text.replaceAll(',', '') : text;
    case '1234,56':
      return text.includes('.') ? undefined : text.replace(',', '.');
    case '1.234,56':
      if (GROUPED[form].test(text)) return text.replaceAll('.', '').replace(',', '.');
      return text.includes('.') ? undefined : text.replace(',', '.');
    case '1 234,56':
      if (GROUPED[form].test(text)) return text.replaceAll(/[ \u00a0\u202f]/g, '').replace(',', '.');
      return text.includes('.') ? undefined : text.replace(',', '.');
  }
}

function raise(units: number | bigint, by: number): number | bigint {
  if (by === 0) return units;
  if (typeof units === 'number' && by <= 15) {
    const raised = units * 10 ** by;
    if (Number.isSafeInteger(raised)) return raised;
  }
  return BigInt(units) * 10n ** BigInt(by);
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  const left = raise(a.units, scale - a.scale);
  const right = raise(b.units, scale - b.scale);
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right;
    if (Number.isSafeInteger(sum)) return { units: sum, scale };
  }
  return { units: BigInt(left) + BigInt(right), scale };
}

export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  const scale = a.scale + b.scale;
  if (typeof a.units === 'number' && typeof b.units === 'number') {
    const product = a.units * b.units;
    if (Number.isSafeInteger(product)) return { units: product, scale };
  }
  return { units: BigInt(a.units) * BigInt(b.units), scale };
}

export function negateDecimal(a: Decimal): Decimal {
  return { units: typeof a.units === 'number' ? 0 - a.units : -a.units, scale: a.scale };
}

/** The nearest double, never −0. */
export function decimalToNumber(a: Decimal): number {
  return (a.scale === 0 ? Number(a.units) : Number(`${a.units}e-${a.scale}`)) + 0;
}
