/**
 * Functions that queries share, as lambdas of their WITH clause: those that a query names stand at its beginning, with a
 * line that says what they are, and no others.
 *
 * JSON tokens are the texts of single JSON values, as `JSONExtractRaw` gives them; the empty text is "not there".
 * Instants are milliseconds in Int64, days are counted from 1970-01-01. Dates of the calendar go through Date32, which
 * knows the 400 years from 1900 on; other centuries are moved there by whole cycles of 400 years (146,097 days).
 */

type Helper = { readonly about: string; readonly sql: string };

const isoPattern = String.raw`^(\\d{4})-(\\d{2})-(\\d{2})(?:[Tt ](\\d\\d):(\\d\\d)(?::(\\d\\d)(?:[.,](\\d{1,9}))?)?(?:([Zz])|([+-])(\\d\\d)(?::?(\\d\\d))?)?)?$`;

/** In an order in which each uses only those before it. */
const helpers: Readonly<Record<string, Helper>> = {
  // --- Numbers
  round15: {
    about: 'to 15 significant digits, ties away from zero; missing where it is not finite',
    sql: String.raw`x -> multiIf(NOT isFinite(x), NULL, x = trunc(x) AND abs(x) <= 9007199254740991, x, toFloat64(printf('%.14e', if(match(printf('%.60e', x), '^-?\\d[.]\\d{14}50{45}e'), x * (1 + 2.220446049250313e-16), x))))`,
  },
  ratio: { about: 'missing where the divisor is zero', sql: '(x, y) -> if(y = 0, NULL, x / y)' },

  // --- JSON
  json_lists_apart: {
    about: 'lists taken apart, at any depth',
    sql: `tokens -> if(arrayExists(t -> startsWith(t, '['), tokens), arrayFold((found, i) -> arrayFlatten(arrayMap(t -> if(startsWith(t, '['), JSONExtractArrayRaw(t), [t]), found)), range(arrayMax(arrayMap(t -> countSubstrings(t, '['), tokens))), tokens), tokens)`,
  },
  json_through: {
    about: 'the value behind a key, of every object in every list',
    sql: `(tokens, key) -> arrayMap(t -> JSONExtractRaw(t, key), json_lists_apart(tokens))`,
  },
  json_values: {
    about: 'every single value that is not missing',
    sql: `tokens -> arrayFilter(t -> t NOT IN ('', 'null', '""'), json_lists_apart(tokens))`,
  },
  json_present: {
    about: 'whether the value is not missing',
    sql: `tokens -> notEmpty(json_values(tokens))`,
  },
  json_number: { about: 'a number, else missing', sql: 't -> toFloat64OrNull(t)' },
  json_text: {
    about: 'a text, else missing, as the empty one is',
    sql: `t -> if(startsWith(t, '"') AND t != '""', JSONExtractString(t), NULL)`,
  },
  json_truth: {
    about: 'true or false, else missing',
    sql: `t -> if(t IN ('true', 'false'), t = 'true', NULL)`,
  },
  json_contains: {
    about: 'whether a text contains another, or a list has it as a member',
    sql: `(tokens, part) -> arrayExists(t -> if(startsWith(t, '['), has(arrayMap(m -> json_text(m), json_values([t])), part), ifNull(position(json_text(t), part) > 0, false)), tokens)`,
  },

  // --- Exact sums
  decimal: {
    about: 'the number exactly as it is written; an error where it has more digits than a decimal holds',
    sql: `t -> assumeNotNull(toDecimal256OrNull(t, 30)) + toDecimal256(throwIf(ifNull(abs(toFloat64OrNull(t)) >= 1e36 OR toFloat64(toString(toDecimal256OrNull(t, 30))) != toFloat64OrNull(t), true), 'sql/too-many-digits: a number that is summed has more than 36 digits before or 30 after the point'), 0)`,
  },
  is_micro: {
    about: 'whether a number is a whole number of millionths, as money is',
    sql: `x -> abs(x) <= 1e9 AND round(x * 1000000) / 1000000 = x`,
  },
  micros: {
    about: 'millionths of a number that is a whole number of them, else 0',
    sql: `t -> if(ifNull(is_micro(json_number(t)), false), toInt64(round(assumeNotNull(json_number(t)) * 1000000)), 0)`,
  },
  beyond_micros: {
    about: 'a number that is no whole number of millionths, else 0',
    sql: `t -> if(ifNull(NOT is_micro(json_number(t)), false), decimal(t), toDecimal256(0, 30))`,
  },
  exact_sum: {
    about: 'millionths and all other amounts as one number, rounded once',
    sql: `(millionths, others) -> if(others = 0 AND abs(millionths) <= 9007199254740991, toFloat64(millionths) / 1000000, toFloat64(toString(toDecimal256(millionths, 0) * toDecimal256('0.000001', 6) + others)))`,
  },
  json_numbers: {
    about: 'the numbers among the values',
    sql: `tokens -> arrayMap(t -> assumeNotNull(json_number(t)), arrayFilter(t -> isNotNull(json_number(t)), tokens))`,
  },

  // --- The calendar
  day_of: {
    about: 'the day of a date',
    sql: `(year, month, day) -> toInt64(toInt32(makeDate32(year - 400 * (intDiv(year + 2100, 400) - 10), month, day))) + 146097 * (intDiv(year + 2100, 400) - 10)`,
  },
  cycles: { about: 'cycles of 400 years since 1900', sql: `day -> intDiv(day + 1486537, 146097) - 10` },
  date_of: {
    about: 'the date of a day, in the cycle of 400 years that begins with 1900',
    sql: `day -> addDays(toDate32('1970-01-01'), day - 146097 * cycles(day))`,
  },
  year_of: { about: 'the year of a day', sql: `day -> toInt64(toYear(date_of(day))) + 400 * cycles(day)` },
  month_of: { about: 'the month of a day', sql: `day -> toInt64(toMonth(date_of(day)))` },
  days_in_month: {
    about: '28 to 31',
    sql: `(year, month) -> multiIf(month = 2, if((year % 4 = 0 AND year % 100 != 0) OR year % 400 = 0, 29, 28), month IN (4, 6, 9, 11), 30, 31)`,
  },
  clock_shift: {
    about: 'how far an instant is moved to lie in a year with the same calendar whose clocks are known',
    sql: `t -> if(t < clock_end, 0, arrayMap(year -> (day_of(year, 1, 1) - clock_years[1 + positiveModulo(day_of(year, 1, 1), 7) + if(days_in_month(year, 2) = 29, 7, 0)]) * 86400000, [year_of(toInt64(floor(t / 86400000)))])[1])`,
  },
  known_offset: {
    about: 'the offset from UTC at an instant',
    sql: `t -> arrayFirst(z -> t < z.2, clock_changes).3`,
  },
  local_day: {
    about: 'the day on the wall calendar',
    sql: `t -> toInt64(floor((t + if(t < clock_end, known_offset(t), known_offset(t - clock_shift(t)))) / 86400000))`,
  },
  known_start: {
    about: 'the first instant of a day, given the instant at which it begins in UTC',
    sql: `day -> arrayMap(z -> greatest(z.1, day - z.3), [arrayFirst(z -> z.2 > day - 86400000 AND greatest(z.1, day - z.3) < z.2, clock_changes)])[1]`,
  },
  start_of_day: {
    about: 'the first instant of a day',
    sql: `day -> if(day * 86400000 < clock_end, known_start(day * 86400000), arrayMap(shift -> known_start(day * 86400000 - shift) + shift, [clock_shift(day * 86400000)])[1])`,
  },
  current_day: {
    about: 'the day that has begun',
    sql: `t -> arrayMap(day -> if(start_of_day(day + 1) <= t, day + 1, day), [local_day(t)])[1]`,
  },
  known_local: {
    about: 'the instant at which clocks on the wall show this',
    sql: `local -> local - arrayFirst(z -> z.2 > local - 86400000 AND (local - z.3 < z.2 OR local - z.4 < z.2), clock_changes).3`,
  },
  instant_of_local: {
    about: 'the same in any year',
    sql: `local -> arrayMap(shift -> known_local(local - shift) + shift, [clock_shift(local)])[1]`,
  },
  month_start: {
    about: 'the first day of a month, counted from the year 0',
    sql: `month -> day_of(intDiv(month, 12), month % 12 + 1, 1)`,
  },
  date_text: {
    about: 'the instant of an ISO 8601 text; missing where it is none',
    sql: String.raw`s -> arrayMap(g -> multiIf(
    empty(g), NULL,
    NOT (toInt64OrZero(g[1]) >= 1 AND toInt64OrZero(g[2]) BETWEEN 1 AND 12 AND toInt64OrZero(g[3]) BETWEEN 1 AND days_in_month(toInt64OrZero(g[1]), toInt64OrZero(g[2]))), NULL,
    g[4] = '', arrayMap(day -> start_of_day(day), [day_of(toInt64OrZero(g[1]), toInt64OrZero(g[2]), toInt64OrZero(g[3]))])[1],
    NOT (toInt64OrZero(g[4]) <= 23 AND toInt64OrZero(g[5]) <= 59 AND toInt64OrZero(g[6]) <= 59 AND toInt64OrZero(g[10]) <= 23 AND toInt64OrZero(g[11]) <= 59), NULL,
    arrayMap(local -> arrayMap(t -> if(t BETWEEN -62135596800000 AND 253402300799999, t, NULL), [
      multiIf(g[8] != '', local, g[9] = '', instant_of_local(local), local - if(g[9] = '-', -1, 1) * (toInt64OrZero(g[10]) * 3600000 + toInt64OrZero(g[11]) * 60000))
    ])[1], [day_of(toInt64OrZero(g[1]), toInt64OrZero(g[2]), toInt64OrZero(g[3])) * 86400000 + toInt64OrZero(g[4]) * 3600000 + toInt64OrZero(g[5]) * 60000 + toInt64OrZero(g[6]) * 1000 + toInt64OrZero(rightPad(substring(g[7], 1, 3), 3, '0'))])[1]
  ), [extractGroups(s, '${isoPattern}')])[1]`,
  },
  number_date: {
    about: 'the instant of Unix seconds or milliseconds; missing beyond the years 1 to 9999',
    sql: `x -> arrayMap(ms -> if(ms BETWEEN -62135596800000 AND 253402300799999, floor(ms) + (ms - floor(ms) >= 0.5), NULL), [if(abs(x) < 1e11, x * 1000, x)])[1]`,
  },
  json_date: {
    about: 'the instant that a value stands for; missing where it is no date',
    sql: `t -> if(startsWith(t, '"'), toFloat64(date_text(json_text(t))), number_date(json_number(t)))`,
  },
  in_calendar: {
    about: 'missing beyond the years 1 to 9999',
    sql: `t -> if(t BETWEEN -62135596800000 AND 253402300799999, t, NULL)`,
  },
  anniversary_days: {
    about: 'days from the date at t to the next anniversary of a date',
    sql: `(date, t) -> arrayMap(date -> if(isNull(date), NULL, arrayMap((born, today) -> arrayMap((this_year, today) -> if(this_year >= today, this_year, anniversary_in(born, year_of(today) + 1)) - today, [anniversary_in(born, year_of(today))], [today])[1], [least(greatest(local_day(least(greatest(toInt64(floor(date)), -62135596800000), 253402300799999)), -719162), 2932896)], [current_day(t)])[1]), [date])[1]`,
  },

  // --- Through time
  flips_by: {
    about: 'how often an answer had changed by t',
    sql: `(flips, t) -> arrayCount(f -> f <= t, flips)`,
  },
  true_since: {
    about:
      'since when an answer that changed at these instants has been true at t; missing where it is false',
    sql: `(flips, t) -> if(flips_by(flips, t) % 2 = 1, flips[flips_by(flips, t)], NULL)`,
  },
  last_entered: {
    about: 'when it last became true by t',
    sql: `(flips, t) -> if(flips_by(flips, t) = 0, NULL, flips[flips_by(flips, t) - (flips_by(flips, t) + 1) % 2])`,
  },
  last_exited: {
    about: 'when it last became false by t',
    sql: `(flips, t) -> if(flips_by(flips, t) < 2, NULL, flips[flips_by(flips, t) - flips_by(flips, t) % 2])`,
  },
  changes_of: {
    about: 'of the answers at these moments, those at which it was another',
    sql: `(moments, answers) -> arrayFilter((t, a, before) -> a != before, moments, answers, arrayPushFront(arrayPopBack(answers), false))`,
  },

  // --- Standing
  quintile_of: {
    about: 'the fifth that a number is in',
    sql: `(x, cuts) -> if(empty(cuts), NULL, toFloat64(1 + (x > cuts[1]) + (x > cuts[2]) + (x > cuts[3]) + (x > cuts[4])))`,
  },
  percentile_of: {
    about:
      'the standing of x among n sorted values, given the greatest that is at most x and the one after it',
    sql: `(x, n, value, below, up_to, next) -> multiIf(isNull(x) OR n = 0, NULL, up_to = 0 OR (value = x AND below = 0), 0, value = x, if(up_to = n, 100, round15(100 * below / (n - 1))), up_to = n, 100, round15(100 * (up_to - 1 + (x / 2 - value / 2) / (next / 2 - value / 2)) / (n - 1)))`,
  },
};

/** Of a calendar date's 29 February the anniversary in other years is 28 February. */
const anniversaryIn: Helper = {
  about: 'the anniversary of a day in a year',
  sql: `(born, year) -> day_of(year, month_of(born), least(toInt64(toDayOfMonth(date_of(born))), days_in_month(year, month_of(born))))`,
};

const all: readonly (readonly [string, Helper])[] = Object.entries(helpers).flatMap(([name, helper]) =>
  name === 'anniversary_days'
    ? [['anniversary_in', anniversaryIn] as const, [name, helper] as const]
    : [[name, helper] as const],
);

/**
 * The items of a WITH clause for the functions that a text names, those first that others use. `simpler`: functions that
 * the workspace's clock makes simpler.
 */
export function helpersFor(text: string, simpler: Readonly<Record<string, string>> = {}): readonly string[] {
  const sqlOf = (name: string, helper: Helper): string => simpler[name] ?? helper.sql;
  const wanted = new Set<string>();
  let body = text;
  for (const [name, helper] of all.toReversed()) {
    if (!names(body, name)) continue;
    wanted.add(name);
    body += sqlOf(name, helper);
  }
  return all
    .filter(([name]) => wanted.has(name))
    .map(([name, helper]) => `-- ${name}: ${helper.about}\n(${sqlOf(name, helper)}) AS ${name}`);
}

/** Whether the text calls the function, or may seem to. */
function names(text: string, name: string): boolean {
  return text.includes(`${name}(`);
}

/** Length of an argument up to which repeating it in a function's body is no burden. */
const shortArgument = 60;

/** A call of a function of one argument; a long argument is computed once, under a name. */
export function call(name: string, argument: string): string {
  return letting(argument, (v) => `${name}(${v})`);
}

/** An expression over a value that is computed once. */
export function letting(value: string, body: (v: string) => string): string {
  return value.length <= shortArgument ? body(value) : `arrayMap(v -> ${body('v')}, [${value}])[1]`;
}
