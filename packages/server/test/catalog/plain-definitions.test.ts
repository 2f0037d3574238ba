import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { definitionKinds } from '@segue/core/model/names.ts';
import { readListed, listDefinitions } from '@segue/core/model/listed-definitions.ts';

import { differenceOf } from '../../src/catalog/definition-history.ts';
import {
  definitionIn,
  fromPlain,
  noPlainDefinitions,
  toPlain,
  withDefinition,
  type PlainDefinitions,
} from '../../src/catalog/plain-definitions.ts';
import { good } from './catalog-conformance.ts';

const written = {
  segments: {
    vip: 'sum(revenue of "Order Completed")   >=   1000',
    lapsed: {
      rule: 'did not "Order Completed" last 90d # quiet\n and in vip',
      description: 'Nothing bought.',
    },
    all: true,
    constructor: { rule: { kind: 'literal', value: false } },
  },
  lifecycles: { default: { stages: [{ active: 'did "A" last 9d' }, { visitor: null }], description: 'x' } },
  rfm: { default: { purchase: '"Order Completed"', value: 'revenue', window: 'last 365d' } },
  lists: { staff: ['ann@example.com', 'bob'] },
  channels: { sms: 'opt_out' },
};

describe('definitions as plain data', () => {
  it('are written canonically and read back as the same', () => {
    const { definitions } = good(fromPlain(written));
    const plain = toPlain(definitions);
    expect(plain.segments).toMatchObject({
      vip: { rule: 'sum(revenue of "Order Completed") >= 1000' },
      all: { rule: 'true' },
    });
    expect(plain.lifecycles).toEqual({
      default: { stages: [{ active: 'did "A" last 9d' }, 'visitor'], description: 'x' },
    });
    const again = good(fromPlain(JSON.parse(JSON.stringify(plain)))).definitions;
    expect(toPlain(again)).toEqual(plain);
    for (const kind of definitionKinds) {
      expect([...again[kind]].sort()).toEqual([...definitions[kind]].sort());
    }
    expect(toPlain(readListed(listDefinitions(definitions)))).toEqual(plain);
  });

  it('say what is wrong with them, and never throw', () => {
    const broken = fromPlain({ segments: { vip: 'did' } });
    expect(broken).toMatchObject({ ok: false, error: [{ definition: 'segments.vip' }] });
    fc.assert(
      fc.property(fc.anything(), (raw) => {
        fromPlain(raw);
      }),
    );
  });

  it('differ by what was created, changed and removed, and applying the differences gives the other', () => {
    const names = fc.constantFrom('a', 'b', 'constructor', 'vip');
    const set = fc
      .tuple(
        fc.dictionary(names, fc.record({ rule: fc.constantFrom('true', 'false') })),
        fc.dictionary(names, fc.constant(['x'])),
      )
      .map(([segments, lists]): PlainDefinitions => ({ ...noPlainDefinitions, segments, lists }));
    fc.assert(
      fc.property(set, set, (before, after) => {
        let applied = before;
        for (const { kind, name, after: now } of differenceOf(before, after)) {
          expect(definitionIn(before, kind, name)).not.toEqual(now);
          applied = withDefinition(applied, kind, name, now);
        }
        expect(differenceOf(applied, after)).toEqual([]);
        expect(applied.segments).toEqual(after.segments);
        expect(applied.lists).toEqual(after.lists);
      }),
    );
  });
});
