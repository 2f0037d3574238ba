import { createIntl } from 'react-intl';
import { expect, test } from 'vitest';

import { loadSpeech, notationOf, type Speech } from '../src/texts/speech.ts';

const speech = (locale: string, timeZone = 'Asia/Kolkata'): Promise<Speech> =>
  loadSpeech(locale.startsWith('hi') ? 'hi' : 'en', createIntl({ locale, timeZone }));

test('a bare date is that day wherever the reader is, in the words of their country', async () => {
  const rule = 'trait.d >= 2026-11-01';
  expect((await speech('en-US', 'America/Los_Angeles')).rule(rule, '')).toBe(
    'Customers whose d is at or after November 1, 2026.',
  );
  expect((await speech('en-GB', 'Pacific/Auckland')).rule(rule, '')).toBe(
    'Customers whose d is at or after 1 November 2026.',
  );
  expect((await speech('hi-IN')).rule(rule, '')).toBe('वे ग्राहक जिनका d 1 नवंबर 2026 को या उसके बाद है।');
});

test('a moment with an offset is shown on the workspace’s clocks, one without is what they show', async () => {
  const say = async (moment: string): Promise<string> =>
    (await speech('en-GB')).rule(`trait.d < ${moment}`, '');
  expect(await say('2026-11-01T20:00:00Z')).toContain('2 November 2026 at 01:30');
  expect(await say('2026-11-01T20:00')).toContain('1 November 2026 at 20:00');
  expect(await say('2026-11-01T20:00:00.250+05:30')).toContain('20:00:00.250');
});

test('a number of a rule is shown whole', async () => {
  const { rule } = await speech('en-IN');
  expect(rule('score(churn) > 0.00012345', '')).toBe(
    'Customers whose score “churn” is more than 0.00012345.',
  );
  expect(rule('sum(revenue of "A") > 1234567.25', '')).toContain('12,34,567.25');
});

test('what cannot be read is said as the service says it', async () => {
  const { rule, finding } = await speech('hi-IN');
  expect(rule('did', 'Customers who …')).toBe('Customers who …');
  expect(finding({ of: '?', english: 'What it is.' })).toBe('What it is');
  expect(finding({ of: 'completions', english: '' })).toBe('यह कितनी बार पूरा हुआ');
  expect(finding({ of: 'count("A", last 7d)', english: '' })).toBe('पिछले 7 दिनों में ग्राहक के “A” की संख्या');
});

test('values that were found are in the words and figures of the reader', async () => {
  const { found } = await speech('hi-IN');
  expect(found({ type: 'duration', ms: 90_000_000 })).toBe('1 दिन 1 घंटा');
  expect(found({ type: 'missing' })).toBe('नहीं है');
  const { instant } = notationOf(createIntl({ locale: 'en-GB', timeZone: 'Asia/Kolkata' }));
  expect(instant(Date.parse('2026-11-21T20:00:00.007Z'))).toBe('22 Nov 2026, 01:30:00.007');
});
