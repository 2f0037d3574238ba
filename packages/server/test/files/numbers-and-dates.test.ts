import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Zone } from '@segue/core/base/zone.ts';
import { dateReader, detectDateForm, type DateForm } from '../../src/ingest/files/dates.ts';
import {
  addDecimals,
  decimalToNumber,
  multiplyDecimals,
  negateDecimal,
  parseDecimal,
  ZERO,
  type NumberForm,
} from '../../src/ingest/files/decimals.ts';
import { evaluateFormula, parseFormula } from '../../src/ingest/files/formula.ts';

function read(text: string, form: NumberForm = '1234.56'): number | undefined {
  const decimal = parseDecimal(text, form);
  return decimal === undefined ? undefined : decimalToNumber(decimal);
}

describe('numbers in files', () => {
  it.each<[string, NumberForm, number | undefined]>([
    ['42', '1234.56', 42],
    ['-0.5', '1234.56', -0.5],
    ['+3', '1234.56', 3],
    ['.5', '1234.56', 0.5],
    ['5.', '1234.56', 5],
    ['1e3', '1234.56', 1000],
    ['2.5E-3', '1234.56', 0.0025],
    ['1,234.56', '1234.56', undefined],
    ['1,234.56', '1,234.56', 1234.56],
    ['1234.56', '1,234.56', 1234.56],
    ['1,23', '1,234.56', undefined],
    ['1.234,56', '1.234,56', 1234.56],
    ['1234,56', '1.234,56', 1234.56],
    ['1.234', '1.234,56', 1234],
    ['1.5', '1.234,56', undefined],
    ['12,5', '1234,56', 12.5],
    ['12.5', '1234,56', undefined],
    ['1 234,5', '1 234,56', 1234.5],
    ['1\u00a0234\u00a0567', '1 234,56', 1234567],
    ['£2.50', '1234.56', 2.5],
    ['-€2.50', '1234.56', -2.5],
    ['2,50 €', '1234,56', 2.5],
    ['twelve', '1234.56', undefined],
    ['', '1234.56', undefined],
    ['-', '1234.56', undefined],
    ['.', '1234.56', undefined],
    ['1e999', '1234.56', undefined],
    ['NaN', '1234.56', undefined],
    ['0x10', '1234.56', undefined],
    ['-0', '1234.56', 0],
    ['123456789012345678901234567890', '1234.56', 1.2345678901234568e29],
  ])('%s as %s is %s', (text, form, expected) => {
    expect(read(text, form)).toBe(expected);
  });

  it('multiplies and adds without drift', () => {
    const cents = fc.integer({ min: -1_000_000, max: 1_000_000 });
    const lines = fc.array(fc.tuple(cents, fc.integer({ min: -1000, max: 1000 })), { maxLength: 50 });
    fc.assert(
      fc.property(lines, (list) => {
        let sum = ZERO;
        let expected = 0n;
        for (const [price, quantity] of list) {
          const text = (price / 100).toFixed(2);
          const priceDecimal = parseDecimal(text, '1234.56');
          const quantityDecimal = parseDecimal(String(quantity), '1234.56');
          if (priceDecimal === undefined || quantityDecimal === undefined) throw new Error('unreadable');
          sum = addDecimals(sum, multiplyDecimals(priceDecimal, quantityDecimal));
          expected += BigInt(price) * BigInt(quantity);
        }
        expect(decimalToNumber(sum)).toBe(Number(`${expected}e-2`));
        expect(decimalToNumber(addDecimals(sum, negateDecimal(sum)))).toBe(0);
      }),
    );
  });

  it('stays exact beyond safe integers', () => {
    const big = parseDecimal('9007199254740993.25', '1234.56');
    const small = parseDecimal('-9007199254740993', '1234.56');
    if (big === undefined || small === undefined) throw new Error('unreadable');
    expect(decimalToNumber(addDecimals(big, small))).toBe(0.25);
  });
});

describe('formulas of mappings', () => {
  const cells: Readonly<Record<string, string>> = {
    Quantity: '6',
    UnitPrice: '2.55',
    'Unit price': '0.1',
    Empty: '',
  };
  const compute = (text: string): number | undefined | string => {
    const formula = parseFormula(text);
    if (!formula.ok) return formula.error;
    const value = evaluateFormula(formula.value, (operand) => {
      const cell = operand.kind === 'column' ? (cells[operand.column] ?? '') : operand.text;
      return cell === '' ? undefined : parseDecimal(cell, '1234.56');
    });
    return value === undefined ? undefined : decimalToNumber(value);
  };

  it.each<[string, number | undefined]>([
    ['Quantity * UnitPrice', 15.3],
    ['-Quantity * UnitPrice', -15.3],
    ['Quantity - UnitPrice + 1', 4.45],
    ['Quantity - (UnitPrice + 1)', 2.45],
    ['`Unit price` * 3', 0.3],
    ['Empty * 2', undefined],
    ['2 * 3.5', 7],
  ])('%s is %s', (text, expected) => {
    expect(compute(text)).toBe(expected);
  });

  it.each<[string, RegExp]>([
    ['Unit price', /unexpected "price"/],
    ['Quantity *', /ends too early/],
    ['(Quantity', /closing bracket/],
    ['Quantity / 2', /unexpected "\/ 2"/],
    ['', /ends too early/],
    ['('.repeat(200), /nested/],
  ])('%s is refused', (text, message) => {
    expect(compute(text)).toMatch(message);
  });
});

describe('dates in files', () => {
  const utc = new Zone('UTC');
  it.each<[DateForm, string, string | undefined]>([
    ['iso', '2011-11-16', '2011-11-16T00:00:00.000Z'],
    ['iso', '2011-11-16 17:26:00', '2011-11-16T17:26:00.000Z'],
    ['iso', '2011-11-16T17:26:00.5+02:00', '2011-11-16T15:26:00.500Z'],
    ['iso', '2011-02-30', undefined],
    ['iso', '2011-11-16 24:00:00', undefined],
    ['yyyymmdd', '19970101', '1997-01-01T00:00:00.000Z'],
    ['yyyymmdd', '19970229', undefined],
    ['dd/mm/yyyy', '3/4/2024 8:05', '2024-04-03T08:05:00.000Z'],
    ['mm/dd/yyyy', '12/1/10 8:26', '2010-12-01T08:26:00.000Z'],
    ['mm/dd/yyyy', '3/4/2024 12:15 AM', '2024-03-04T00:15:00.000Z'],
    ['mm/dd/yyyy', '3/4/2024 1:15 pm', '2024-03-04T13:15:00.000Z'],
    ['mm/dd/yyyy', '13/1/2024', undefined],
    ['dd.mm.yyyy', '01.12.2010 08:26', '2010-12-01T08:26:00.000Z'],
    ['yyyy/mm/dd', '2010/12/1', '2010-12-01T00:00:00.000Z'],
    ['unix_seconds', '1433193132', '2015-06-01T21:12:12.000Z'],
    ['unix_ms', '1433193132535', '2015-06-01T21:12:12.535Z'],
    ['unix_ms', 'yesterday', undefined],
  ])('%s: %s is %s', (form, text, expected) => {
    const time = dateReader(form, utc)(text);
    expect(time === undefined ? undefined : new Date(time).toISOString()).toBe(expected);
  });

  it('reads local times in the zone, on both sides of a clock change', () => {
    const reader = dateReader('iso', new Zone('Europe/London'));
    expect(reader('2011-03-27 00:30:00')).toBe(Date.UTC(2011, 2, 27, 0, 30));
    expect(reader('2011-03-27 02:30:00')).toBe(Date.UTC(2011, 2, 27, 1, 30));
  });

  it.each<[readonly string[], string]>([
    [['2011-11-16 17:26:00', '2011-11-17'], 'iso'],
    [['19970101', '19970118'], 'yyyymmdd'],
    [['12/1/10 8:26', '12/13/10 9:00'], 'mm/dd/yyyy'],
    [['1/12/2010', '13/12/2010'], 'dd/mm/yyyy'],
    [['1433193132535'], 'unix_ms'],
    [['1433193132'], 'unix_seconds'],
    [['2011-11-16', 'gestern', '2011-11-18'], 'iso'],
    [['1/2/2010', '3/4/2010'], 'ambiguous'],
    [['soon', 'later'], 'unknown'],
  ])('%j are %s', (values, expected) => {
    const found = detectDateForm(values);
    expect(found.kind === 'form' ? found.form : found.kind).toBe(expected);
  });
});
