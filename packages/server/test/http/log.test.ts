import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';

import { errorForLog, withoutData } from '../../src/http/log.ts';

describe('a message in the log', () => {
  test.each([
    [`Unexpected token 'a', "{"user":"ann@"... is not valid JSON`, 'Unexpected token "…"'],
    ['no customer ann@example.com', 'no customer …'],
    ['call +49 (0)170 1234567 now', 'call +49 (0)… now'],
    ['unexpected {"kind":"x","name":"Ann"} here', 'unexpected {…}'],
    ['the segment “Ann’s friends” is gone', 'the segment "…" is gone'],
    ["can't read the record, it doesn't end", "can't read the record, it doesn't end"],
    ['ENOSPC: no space left on device, write', 'ENOSPC: no space left on device, write'],
    ['record 12345 is torn', 'record 12345 is torn'],
  ])('%s', (message, logged) => {
    expect(withoutData(message)).toContain(logged.slice(0, 40));
    expect(withoutData(message)).not.toMatch(/ann@|Ann|1234567/);
  });

  it('holds nothing of what stands in quotes, JSON or an address', () => {
    const name = fc.stringMatching(/^[A-Z][a-z]{5,12}Q$/);
    const around = fc.constantFrom(
      (text: string) => `cannot read "${text}"`,
      (text: string) => `cannot read "${text}`,
      (text: string) => `no such ${text}@example.com`,
      (text: string) => `Invariant broken: unexpected {"a":[{"b":"${text}"}]}`,
      (text: string) => `Invariant broken: unexpected ["x", "${text}"`,
      (text: string) => `bad value '${text}' in \`${text}\``,
    );
    fc.assert(
      fc.property(name, around, (text, quote) => {
        expect(withoutData(quote(text))).not.toContain(text);
      }),
    );
  });
});

describe('an error in the log', () => {
  it('says its kind, its code and where it came from, causes too', () => {
    const cause = Object.assign(new Error('write failed for "ann"'), { code: 'EIO' });
    const logged = errorForLog(new Error('the log failed', { cause }));
    expect(logged).toMatchObject({
      name: 'Error',
      message: 'the log failed',
      cause: { code: 'EIO', message: 'write failed for "…"' },
    });
    expect((logged as { stack: readonly string[] }).stack[0]).toMatch(/^at /);
  });

  it('is nothing to fall over, whatever was thrown', () => {
    const loop = new Error('a');
    loop.cause = loop;
    fc.assert(
      fc.property(fc.oneof(fc.anything({ withNullPrototype: true }), fc.constant(loop)), (thrown) => {
        expect(() => JSON.stringify(errorForLog(thrown))).not.toThrow();
      }),
    );
  });
});
