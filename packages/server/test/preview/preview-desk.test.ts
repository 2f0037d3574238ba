/** A preview says of how many, and of whom, a rule would hold if it were defined now, whichever way it is answered. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Engine } from '@segue/core/engine/engine.ts';
import { noDefinitions } from '@segue/core/model/definitions.ts';
import type { Message } from '@segue/core/model/message.ts';
import { parseDefinitions } from '@segue/core/model/parse-definitions.ts';
import { parseRule } from '@segue/core/rules/parse.ts';
import type { Condition } from '@segue/core/rules/tree.ts';
import { inputAt } from '@segue/testkit/arbitrary-history.ts';
import { arbitraryRule } from '@segue/testkit/arbitrary-rule.ts';
import { arbitraryCase, arbitraryDefinitions } from '@segue/testkit/differential.ts';

import { PreviewDesk, PreviewRefusal, type PreviewRequest } from '../../src/preview/preview-desk.ts';
import type { Preview } from '../../src/preview/preview-summary.ts';
import { PreviewStopped } from '../../src/preview/turns.ts';
import { memoryService, type MemoryService } from './memory-service.ts';

const numRuns = Number(process.env['SEGUE_CASES'] ?? 120);

const asked = (rule: Condition, more: Partial<PreviewRequest> = {}): PreviewRequest => ({
  rule,
  traits: [],
  membersMax: 1_000,
  owner: 'key',
  signal: new AbortController().signal,
  ...more,
});

function ruleOf(text: string): Condition {
  const { tree } = parseRule(text);
  if (tree === undefined) throw new Error(`no rule: ${text}`);
  return tree;
}

/** Of whom conditions would hold if they came into force at this instant. */
function membersIfDefined(engine: Engine, conditions: readonly Condition[]): readonly (readonly number[])[] {
  const copy = engine.fork(() => undefined);
  const { definitions } = engine;
  const segments = new Map(definitions.segments);
  conditions.forEach((rule, i) => segments.set(`draft${i}`, { name: `draft${i}`, rule }));
  copy.apply({ kind: 'definitions', definitions: { ...definitions, segments } }, engine.now);
  return conditions.map((_, i) => copy.members(`draft${i}`));
}

function partsOf(rule: Condition): readonly Condition[] {
  return rule.kind === 'and' || rule.kind === 'or' ? rule.items : [rule];
}

/** What a preview tells, recounted from who is in what. */
function expectRight(preview: Preview, engine: Engine, rule: Condition): void {
  const [members = [], ...parts] = membersIfDefined(engine, [rule, ...partsOf(rule)]);
  expect(preview.members.map(({ id }) => id)).toEqual(members);
  const everybody = engine
    .profileIds()
    .filter((id) => (engine.profile(id)?.bornAt ?? Infinity) <= engine.now);
  expect(preview).toMatchObject({ size: members.length, everybody: everybody.length });
  const isAnd = rule.kind !== 'or';
  const alone = parts.map(
    (_, i) =>
      everybody.filter((id) => parts.every((part, other) => part.includes(id) === ((other === i) !== isAnd)))
        .length,
  );
  expect(preview.parts.map((part) => [part.size, part.alone])).toEqual(
    parts.map((part, i) => [part.length, alone[i]]),
  );
  for (const { lifecycle, stages } of preview.stages) {
    for (const { stage, size } of stages) {
      expect(size).toBe(members.filter((id) => engine.stageOf(id, lifecycle) === stage).length);
    }
  }
}

describe('a preview', () => {
  it('of any rule tells what would be if it were defined', async () => {
    const ways = new Set<string>();
    const pools = {
      lists: ['vips'],
      scores: ['churn', 'value'],
      segments: ['first', 'second', 'third'],
      lifecycles: { life: ['one', 'two', 'rest'] },
      rfm: ['default'],
    };
    const setRule = fc
      .constantFrom('in first and not in second', 'stage(life) = "rest" or in third', 'not in first')
      .map(ruleOf);
    await fc.assert(
      fc.asyncProperty(
        arbitraryCase(arbitraryDefinitions),
        fc.oneof({ weight: 5, arbitrary: arbitraryRule(pools) }, { weight: 1, arbitrary: setRule }),
        fc.constantFrom(1, 3),
        async (story, rule, partitions) => {
          const service = await memoryService(story.timeZone, story.start, { partitions });
          await service.define(story.definitions);
          let now = story.start;
          for (const { afterMs, input } of story.steps) {
            now += afterMs;
            await service.pass(now);
            await service.take(inputAt(input, now));
          }
          const preview = await service.previews.preview(asked(rule));
          ways.add(preview.answeredBy);
          expectRight(preview, service.runtime.engine, rule);
          await service.runtime.stop();
        },
      ),
      { numRuns },
    );
    expect([...ways].sort()).toEqual(['engine', 'log', 'sets']);
  });

  it('is of now, also where nothing has arrived for long', async () => {
    const service = await shop();
    const rule = ruleOf('did not "Order Completed" last 7d');
    expect((await service.previews.preview(asked(rule))).size).toBe(1);
    await service.pass(service.clock.now() + 30 * day);
    const preview = await service.previews.preview(asked(rule));
    expect(preview).toMatchObject({ size: 3, answeredBy: 'engine', at: service.clock.now() });
  });

  it('is not asked of a history that has nothing yet', async () => {
    const service = await shop();
    const { engine, sets } = service.runtime.customers;
    const previews = new PreviewDesk({
      engine,
      sets,
      builds: service.desk,
      now: () => service.clock.now(),
      atRest: (work) => service.runtime.loop.atRest(work),
      history: () => ({ history: {} as never, zone: engine.zone, memoryBytes: 0, at: -Infinity }),
    });
    const preview = await previews.preview(asked(ruleOf('did "Never Counted Before" last 9d')));
    expect(preview).toMatchObject({ size: 0, answeredBy: 'log', at: service.clock.now() });
  });

  it('counts members by stage and by trait, and says which condition keeps whom out', async () => {
    const { previews } = await shop();
    const rule = ruleOf('count("Order Completed", last 30d) >= 1 and trait.city = "Oslo"');
    const preview = await previews.preview(asked(rule, { traits: [['city'], ['nothing']] }));
    expect(preview).toMatchObject({
      size: 1,
      everybody: 3,
      joined: 'and',
      parts: [
        { rule: 'did "Order Completed" last 30d', size: 2, alone: 0 },
        { rule: 'trait.city = "Oslo"', size: 1, alone: 1 },
      ].map(({ size, alone }) => ({ size, alone })),
      stages: [
        {
          lifecycle: 'life',
          stages: [
            { stage: 'buyer', size: 1 },
            { stage: 'visitor', size: 0 },
          ],
        },
      ],
      traits: [
        { trait: 'city', values: [{ value: 'Oslo', size: 1 }], others: 0 },
        { trait: 'nothing', values: [{ value: null, size: 1 }], others: 0 },
      ],
      members: [{ displayId: 'ann' }],
    });
  });

  it('reflects what arrives while it is under way', async () => {
    const service = await shop();
    const rule = ruleOf('count("Order Completed", last 30d) >= 2');
    const under = service.previews.preview(asked(rule));
    await service.take(order('cid', service.clock.now()));
    await service.take(order('cid', service.clock.now()));
    const { size } = await under;
    const { size: after } = await service.previews.preview(asked(rule));
    expect(size).toBeLessThanOrEqual(after);
    expect(after).toBe(2);
  });
});

describe('a preview that is too much', () => {
  it('is stopped when nobody waits any more', async () => {
    const { previews } = await shop();
    const gone = new AbortController();
    gone.abort(new PreviewStopped('gone'));
    const under = previews.preview(asked(ruleOf('trait.city = "Oslo"'), { signal: gone.signal }));
    await expect(under).rejects.toMatchObject({ code: 'preview/gone' });
    expect(previews.running).toBe(0);
  });

  it('gives way to a later one of the same name and owner', async () => {
    const { previews } = await shop();
    const rule = ruleOf('did "Page Viewed" last 3d');
    const first = previews.preview(asked(rule, { name: 'editor' }));
    const other = previews.preview(asked(rule, { name: 'editor', owner: 'somebody else' }));
    const second = previews.preview(asked(rule, { name: 'editor' }));
    await expect(first).rejects.toMatchObject({ code: 'preview/replaced' });
    expect((await second).answeredBy).toBe('log');
    expect((await other).answeredBy).toBe('log');
  });

  it('is refused where as many are under way as there may be', async () => {
    const { previews } = await shop();
    const rule = ruleOf('did "Page Viewed" last 3d');
    const under = [previews.preview(asked(rule)), previews.preview(asked(rule))];
    await expect(previews.preview(asked(rule))).rejects.toMatchObject({ code: 'preview/too-many' });
    await Promise.all(under);
    await expect(previews.preview(asked(rule))).resolves.toBeDefined();
  });

  it('ends when its time is over', async () => {
    const service = await shop();
    const { engine, sets } = service.runtime.customers;
    const previews = new PreviewDesk({
      engine,
      sets,
      builds: service.desk,
      now: () => service.clock.now(),
      atRest: (work) => service.runtime.loop.atRest(work),
      limits: { timeMaxMs: 0, buildTimeMaxMs: 0 },
    });
    const under = previews.preview(asked(ruleOf('did "Page Viewed"')));
    await expect(under).rejects.toBeInstanceOf(PreviewRefusal);
    await expect(under).rejects.toMatchObject({ code: 'preview/too-slow' });
  });
});

const day = 86_400_000;
const start = Date.parse('2026-11-01T00:00:00Z');
let messages = 0;

function order(userId: string, time: number): { readonly kind: 'message'; readonly message: Message } {
  const identifiers = [{ kind: 'user_id', value: userId }];
  const messageId = `m${messages++}`;
  const rest = { messageId, time, identifiers, properties: {}, traits: {} };
  return { kind: 'message', message: { kind: 'track', name: 'Order Completed', ...rest } };
}

/** Three customers, of whom two have bought, one of them lately and often; one is from Oslo, another was. */
async function shop(): Promise<MemoryService> {
  const service = await memoryService('UTC', start);
  const { definitions, diagnostics } = parseDefinitions({
    segments: { buyers: 'did "Order Completed" last 60d' },
    lifecycles: { life: { stages: [{ buyer: 'in buyers' }, 'visitor'] } },
  });
  expect(diagnostics).toEqual([]);
  await service.define({ ...noDefinitions, ...definitions });
  const identify = (userId: string, city: string): Promise<void> => {
    const identifiers = [{ kind: 'user_id', value: userId }];
    const message = { messageId: `m${messages++}`, time: start, identifiers, name: '', properties: {} };
    return service.take({ kind: 'message', message: { kind: 'identify', ...message, traits: { city } } });
  };
  await identify('ann', 'Oslo');
  await identify('bob', 'Bergen');
  await identify('cid', 'Bergen');
  await service.pass(start + day);
  await service.take(order('ann', start + day));
  await service.take(order('ann', start + day + 1));
  await service.take(order('bob', start + day));
  await service.pass(start + day + 1_000);
  return service;
}
