/** Tree → Hindi: verbs last, relative clauses about customers, words of no other language. */

import { arbitraryTree, arbitraryValueTree } from '@segue/testkit/arbitrary-tree.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { englishNotation } from '../../src/rules/english-values.ts';
import { toHindi, valueToHindi } from '../../src/rules/hindi.ts';
import type { Notation } from '../../src/rules/notation.ts';
import { parseRule, parseValue } from '../../src/rules/parse.ts';

const notation: Notation = {
  number: (n) => n.toLocaleString('en-IN', { maximumFractionDigits: 20 }),
  date: ({ text }) => text,
};

test.each([
  ['true', 'सभी ग्राहक।'],
  ['not true', 'कोई नहीं।'],
  [
    'count("Order Completed" where category = "shoes", last 30d) >= 3 and trait.city != "Berlin"',
    'वे ग्राहक जिन्होंने पिछले 30 दिनों में category “shoes” वाला “Order Completed” कम से कम 3 बार किया है, और जिनका city “Berlin” नहीं है।',
  ],
  [
    'seq("A", "B" where x > 1 within 1h, no "C" within 2h on id) last 7d',
    'वे ग्राहक जिन्होंने पहले “A” किया, फिर 1 घंटे के अंदर x 1 से ज़्यादा वाला “B” किया, फिर 2 घंटों के अंदर “C” नहीं किया, सबमें id एक ही, और इनमें आख़िरी पिछले 7 दिनों में।',
  ],
  ['not seq("A", "B")', 'वे ग्राहक जिनके लिए यह सच नहीं है कि उन्होंने पहले “A” किया, फिर “B” किया।'],
  ['in vip for 14d', 'वे ग्राहक जिनके लिए कम से कम 14 दिन से लगातार यह सच है कि वे सेगमेंट “vip” में हैं।'],
  [
    'in vip and (trait.n > 3 or in list l)',
    'वे ग्राहक जो सेगमेंट “vip” में हैं, और (या तो जिनका n 3 से ज़्यादा है या जो सूची “l” में हैं)।',
  ],
  [
    'sum(revenue of "A", last 30d) >= 150000',
    'वे ग्राहक पिछले 30 दिनों में जिनके “A” का कुल revenue कम से कम 1,50,000 है।',
  ],
  ['0.5 * trait.budget > 3', 'वे ग्राहक 0.5 × जिनका budget 3 से ज़्यादा है।'],
  ['trait.a + trait.b > 3', 'वे ग्राहक जिनका a + उनका b 3 से ज़्यादा है।'],
  ['1 + 2 > 3', 'वे ग्राहक जिनके लिए 1 + 2 3 से ज़्यादा है।'],
  [
    'quintile(sum(revenue of "A")) = 5',
    'वे ग्राहक “A” के कुल revenue के हिसाब से सभी ग्राहकों में जिनका पाँचवाँ हिस्सा (1 से 5) 5 है।',
  ],
  [
    'days_until_anniversary(trait.birthday) <= 7',
    'वे ग्राहक जिनके birthday की अगली वर्षगाँठ तक बचे दिनों की संख्या ज़्यादा से ज़्यादा 7 है।',
  ],
  ['age(last "A") > 30d', 'वे ग्राहक जिन्होंने “A” आख़िरी बार 30 दिन से ज़्यादा समय पहले किया था।'],
  ['age(last screen "S") < 1h', 'वे ग्राहक जिन्होंने स्क्रीन “S” आख़िरी बार 1 घंटे से कम समय पहले देखी थी।'],
  ['age(exited vip) >= 1w', 'वे ग्राहक जो सेगमेंट “vip” से आख़िरी बार कम से कम 1 हफ़्ता पहले निकले।'],
  ['trait.plan not in ["a", "b"]', 'वे ग्राहक जिनका plan “a” और “b” में से कोई नहीं है।'],
  ['trait.email contains "@x"', 'वे ग्राहक जिनके email में “@x” है।'],
  ['trait.d >= 2026-11-01', 'वे ग्राहक जिनका d 2026-11-01 को या उसके बाद है।'],
  ['last(category of "A") = "x"', 'वे ग्राहक जिनके आख़िरी “A” का category “x” है।'],
  ['stage(default) = "lost"', 'वे ग्राहक जीवनचक्र “default” में जिनका चरण “lost” है।'],
  [
    'did "B" after last "A" where campaign = "x"',
    'वे ग्राहक जिन्होंने आख़िरी बार campaign “x” वाला “A” करने के बाद “B” किया है।',
  ],
  ['count(any event, last 2 calendar months) = 0', 'वे ग्राहक जिन्होंने पिछले 2 कैलेंडर महीनों में कुछ भी नहीं किया है।'],
  ['not subscribed(email)', 'वे ग्राहक जिन्होंने email सब्सक्राइब नहीं किया है।'],
])('%s', (text, expected) => {
  const { tree, diagnostics } = parseRule(text);
  expect(diagnostics).toEqual([]);
  expect(tree === undefined ? undefined : toHindi(tree, notation)).toBe(expected);
});

test('a value on its own is the customer’s', () => {
  const { tree } = parseValue('sum(revenue of "A", last 2 calendar weeks)');
  expect(tree === undefined ? '' : valueToHindi(tree, notation)).toBe(
    'पिछले 2 कैलेंडर हफ़्तों में ग्राहक के “A” का कुल revenue।',
  );
});

/** Neither undefined parts, nor two spaces, nor words that only an English sentence has. */
const foreign = /undefined|\[object| {2}|\b(who|whose|whom|their|they|have|least|most|than|customers?)\b/i;

test('every well-formed tree has a sentence, without holes in it and without English', () => {
  // Names at random may have anything in them; dates are the notation’s.
  const named = (text: string): string =>
    JSON.stringify(text, (key, value: unknown) =>
      typeof value === 'string' && !['kind', 'op', 'fn', 'unit', 'which', 'change', 'part'].includes(key)
        ? /^\d/.test(value)
          ? value
          : 'x'
        : value,
    );
  const plain = <T>(tree: T): T => JSON.parse(named(tree as string)) as T;
  fc.assert(
    fc.property(arbitraryTree(3), (tree) => {
      const sentence = toHindi(plain(tree), englishNotation);
      expect(sentence).toMatch(/^(वे ग्राहक |सभी ग्राहक।$|कोई नहीं।$).*।$|^(सभी ग्राहक|कोई नहीं)।$/s);
      expect(sentence).not.toMatch(foreign);
    }),
    { numRuns: 1_000 },
  );
  fc.assert(
    fc.property(arbitraryValueTree(3), (value) => {
      const text = valueToHindi(plain(value), englishNotation);
      expect(text).not.toMatch(foreign);
    }),
    { numRuns: 1_000 },
  );
});
