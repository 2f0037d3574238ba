/** More and more segments over the same traffic: those that an event touches, and those that it does not. */

import { Findings, type PhaseResult } from '../measure/result.ts';
import { measure, spread } from '../measure/rounds.ts';
import type { Scale } from '../scale.ts';
import { EngineCase } from '../subject/engine-run.ts';
import { type SegmentSet, touchConstant, touchProportional } from '../workload/segments.ts';
import { IDENTIFY, usualTraffic } from '../workload/traffic.ts';

/** Events per second at 1,000 segments. */
const WANTED = 1.4e6;

export async function segmentsPhase(scale: Scale): Promise<PhaseResult> {
  const findings = new Findings('segments');
  const traffic = usualTraffic(scale.events);
  const cases = scale.segments.map(
    (count) => new EngineCase(`engine, ${count} segments`, traffic, touchConstant(count)),
  );
  for (const subject of cases) findings.checked(subject.name, subject.check());
  const results = await measure(cases, scale.rounds);
  const at = (count: number): (typeof results)[number] | undefined => results[scale.segments.indexOf(count)];
  for (const result of results) findings.measured(result, touchesOf(cases[results.indexOf(result)]));
  const [hundred, thousand, most] = [at(100), at(1_000), at(10_000)];
  if (thousand !== undefined) {
    const { median } = spread(thousand.perRound);
    findings.target('engine, 1,000 segments', WANTED, 'events/s', median);
  }
  if (most !== undefined && hundred !== undefined) {
    findings.ratio('10,000 segments against 100', most, hundred, 0.7);
  }
  return findings.result();
}

export async function proportionalPhase(scale: Scale): Promise<PhaseResult> {
  const findings = new Findings('proportional');
  const cases = scale.proportionalSegments.map((count) => {
    const traffic = usualTraffic(Math.min(scale.someEvents, Math.ceil(scale.proportionalSteps / count)));
    return new EngineCase(`engine, ${count} segments, all touched`, traffic, touchProportional(count));
  });
  for (const subject of cases) findings.checked(subject.name, subject.check());
  const results = await measure(cases, scale.rounds);
  for (const result of results) findings.measured(result, touchesOf(cases[results.indexOf(result)]));
  return findings.result();
}

/** How many segments an event is about, and how many changes it makes in the end, on average. */
function touchesOf(subject: EngineCase | undefined): string {
  if (subject === undefined) return '';
  const { traffic, set } = subject;
  const readers = readersByEvent(set);
  let touches = 0;
  for (let row = 0; row < traffic.rows; row++) {
    const category = (traffic.category[row] as number) % set.categories;
    touches += readers.get(`${traffic.name[row] as number}/${category}`) ?? 0;
    touches += readers.get(`${traffic.name[row] as number}/`) ?? 0;
  }
  const perEvent = (n: number): string => (n / traffic.rows).toFixed(1);
  return `an event is about ${perEvent(touches)} segments and makes ${perEvent(subject.changes)} changes`;
}

function readersByEvent({ segments }: SegmentSet): ReadonlyMap<string, number> {
  const readers = new Map<string, number>();
  const add = (event: number, category: number | undefined): void => {
    const key = `${event}/${category ?? ''}`;
    readers.set(key, (readers.get(key) ?? 0) + 1);
  };
  for (const { shape, category } of segments) {
    if ('event' in shape) add(shape.event, category);
    if ('other' in shape) add(shape.other, category);
    if (shape.kind === 'club' || shape.kind === 'club_buyer') add(IDENTIFY, category ?? 0);
  }
  return readers;
}
