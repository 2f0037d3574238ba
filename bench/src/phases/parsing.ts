/** From the bytes of a message on: JSON, what the door makes of it, and the engine behind. */

import { parseMessage } from '@segue/core/model/parse-message.ts';
import { Zone } from '@segue/core/base/zone.ts';
import { Findings, type PhaseResult } from '../measure/result.ts';
import { type Case, measure, type Sample, Stopwatch } from '../measure/rounds.ts';
import type { Scale } from '../scale.ts';
import { newEngine } from '../subject/engine-run.ts';
import { MessageMaker } from '../workload/messages.ts';
import { touchConstant } from '../workload/segments.ts';
import { type Traffic, usualTraffic } from '../workload/traffic.ts';

const PORTION = 5_000;
const SEGMENTS = [100, 1_000] as const;

export async function parsingPhase(scale: Scale): Promise<PhaseResult> {
  const findings = new Findings('parsing');
  const traffic = usualTraffic(scale.someEvents);
  const zone = new Zone('UTC');
  const read = (text: string, receivedAt: number): ReturnType<typeof parseMessage> =>
    parseMessage(JSON.parse(text), { receivedAt, zone, nextMessageId: () => 'none' });
  const json = new LinesCase('JSON.parse', traffic, 100, () => (text) => {
    JSON.parse(text);
  });
  const parsed = new LinesCase('JSON.parse and parseMessage', traffic, 100, () => (text, now) => {
    if (!read(text, now).ok) throw new Error(`A message was refused: ${text}`);
  });
  const whole = SEGMENTS.map(
    (segments) =>
      new LinesCase(`the same and the engine, ${segments} segments`, traffic, segments, () => {
        const engine = newEngine(traffic, touchConstant(segments), () => undefined);
        return (text, now) => {
          const message = read(text, now);
          if (message.ok) engine.apply({ kind: 'message', message: message.value }, now);
        };
      }),
  );
  const results = await measure([json, parsed, ...whole], scale.rounds);
  for (const result of results) findings.measured(result, `${json.bytesPerLine.toFixed(0)} B a message`);
  const [alone, , , last] = results;
  if (alone !== undefined && last !== undefined) {
    findings.ratio('all of it against JSON.parse alone', last, alone);
  }
  return findings.result();
}

type Reader = (text: string, now: number) => void;

class LinesCase implements Case {
  readonly name: string;
  readonly unit = 'events/s';
  readonly bytesPerLine: number;
  readonly #traffic: Traffic;
  readonly #maker: MessageMaker;
  readonly #begin: () => Reader;

  constructor(name: string, traffic: Traffic, segments: number, begin: () => Reader) {
    this.name = name;
    this.#traffic = traffic;
    this.#maker = new MessageMaker(traffic, touchConstant(segments).categories);
    this.#begin = begin;
    this.bytesPerLine = Buffer.byteLength(this.#maker.json(0));
  }

  run(): Sample {
    const { rows, arrival } = this.#traffic;
    const read = this.#begin();
    const watch = new Stopwatch();
    for (let from = 0; from < rows; from += PORTION) {
      const lines: string[] = [];
      for (let row = from; row < Math.min(from + PORTION, rows); row++) lines.push(this.#maker.json(row));
      watch.start();
      for (let i = 0; i < lines.length; i++) read(lines[i] as string, arrival[from + i] as number);
      watch.stop();
    }
    return { amount: rows, seconds: watch.seconds };
  }
}
