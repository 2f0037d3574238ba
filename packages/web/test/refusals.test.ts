/** Refusals in the language of the person: by code, for every code that something in the app can meet. */

import { readFileSync } from 'node:fs';
import path from 'node:path';

import { parseRule } from '@segue/core/rules/parse.ts';
import { SegueError } from '@segue/client/problem-error.ts';
import { expect, test } from 'vitest';

import { hiRefusals } from '../src/texts/hi-refusals.ts';
import { loadTexts } from '../src/texts/languages.ts';
import { refusalText } from '../src/texts/use-refusals.ts';

const page = readFileSync(path.join(import.meta.dirname, '../../../docs/errors.md'), 'utf8');
const codes = [...page.matchAll(/^\| `([a-z-]+[/.][a-z_-]+)` +\|/gm)].map(([, code]) => code ?? '');

/** Said to senders of messages, to programs, on the command line, or at the start of the service: never to the app. */
const neverMet = `
  access/bad-key access/write-key
  api/no-key api/unreachable apply/not-asked ask/failed
  backup/failed backup/incomplete backup/newer-format backup/not-a-backup backup/target-in-use base/unusable
  catalog/busy catalog/disk-full catalog/io catalog/newer-format catalog/not-ours
  checkpoint/corrupt checkpoint/failed checkpoint/stalled checkpoint/unusable compact/failed
  config/file config/unknown config/value
  data/foreign data/locked data/newer-format data/not-a-directory data/time-zone data/unusable
  definitions/duplicate definitions/scenario
  deliveries/failed deliveries/stalled deliveries/unusable demo/failed demo/folder
  engine/customer-full engine/entry-failed engine/no-history engine/time-failed
  erasures/identifier erasures/unknown export/failed
  feed/corrupt feed/failed feed/stalled feed/unusable
  file.columns file.dates file.empty file.folder file.gzip file.missing file.no_mapping file.no_space file.too_many
  file.unreadable file/empty-folder file/encoding file/unreadable
  history/retention identity/limit identity/refused-merge
  import/definitions import/failed import/not-empty import/rejects import/timezone
  keys/taken log/corrupt log/failed log/newer-format log/stalled log/unusable mapping.invalid mapping.unreadable
  message/alias message/event message/external-ids message/id message/identifier message/json message/name
  message/no-identifier message/shape message/time message/too-many-ahead message/type
  quarantine/failed quarantine/stalled quarantine/unusable
  request/idempotency-key request/idempotency-reused request/json request/media-type
  rule/json scenario/empty scenario/format schema/failed sign-in/failed
  skip/failed skip/nothing-fails skip/other-entry
  sources/in-use sources/taken sources/too-many sources/unknown sql/odd-text
  start/definitions start/failed start/host start/port-forbidden start/port-taken
  streams/changes streams/filter streams/frame streams/position streams/ticket streams/unknown-customer
  suggest/lost-below suggest/name
  tracking/batch tracking/batch-too-long tracking/body-slow tracking/body-too-large tracking/busy tracking/charset
  tracking/compressed tracking/content-type tracking/empty tracking/encoding tracking/host tracking/import-idle
  tracking/import-key tracking/import-too-large tracking/incomplete tracking/json tracking/key-in-address
  tracking/key-role tracking/message-too-large tracking/no-key tracking/none-accepted tracking/not-stored
  tracking/rate tracking/return tracking/text tracking/too-many-identifiers tracking/too-many-imports
  tracking/too-many-values tracking/unknown-key tracking/unknown-source tracking/write-key-reads-nothing
  verify/failed webhooks/filter webhooks/not-kept webhooks/private-address webhooks/replay webhooks/too-many webhooks/unknown
  webhooks/url yaml/syntax
`
  .trim()
  .split(/\s+/);

test('every code is said in Hindi, or is one that the app never meets; none is both, and none is made up', () => {
  expect(codes.length).toBeGreaterThan(300);
  expect([...Object.keys(hiRefusals), ...neverMet].sort()).toEqual(codes.toSorted());
});

test('a text says what it says in Hindi, and at most what the service says beside it', () => {
  for (const [code, text] of Object.entries(hiRefusals)) {
    expect([code, /[\u0900-\u097f]{2}/.test(text)]).toEqual([code, true]);
    expect([code, /[{}]/.test(text.replace('{detail}', ''))]).toEqual([code, false]);
  }
});

test('what was refused is said in the language of the person, with names where they are needed', async () => {
  const [hindi, english] = [await loadTexts('hi'), await loadTexts('en')];
  const taken = new SegueError('users/email-taken', 'Another user has this address.', { status: 409 });
  expect(refusalText(hindi, taken)).toBe('यह ई-मेल पता किसी और उपयोगकर्ता का है।');
  expect(refusalText(english, taken)).toBe('Another user has this address.');
  const unknown = new SegueError('segments/unknown', 'There is no segment “$& {detail}”.', { status: 404 });
  expect(refusalText(hindi, unknown)).toBe('ऐसा कोई सेगमेंट नहीं है: There is no segment “$& {detail}”.');
});

test('what is wrong with a rule is said so too', async () => {
  const [problem] = parseRule('did "Order Completed" lst 7d').diagnostics;
  expect(refusalText(await loadTexts('hi'), problem)).toMatch(/^[\u0900-\u097f].*: .*lst/);
});

test('what has no code, or one that is not known here, is said as it came', async () => {
  const hindi = await loadTexts('hi');
  expect(refusalText(hindi, new TypeError('Failed to fetch'))).toBe('Failed to fetch');
  expect(refusalText(hindi, new SegueError('later/invented', 'Something newer.'))).toBe('Something newer.');
  expect(refusalText(hindi, { code: 'constructor', message: 'x' })).toBe('x');
  expect(refusalText(hindi, 'lost')).toBe('lost');
});
