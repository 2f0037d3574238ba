/**
 * Runs a scenario on its virtual clock against one subject. Time passes, then the step acts, then its checks are looked
 * at; a failed check does not end the scenario, an action that could not be done does, since what follows would only
 * repeat that.
 */

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import type { Zone } from '@segue/core/base/zone.ts';
import { removeDefinitions } from '@segue/core/model/definition-changes.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Instant, Message } from '@segue/core/model/message.ts';
import { readingsOf } from '@segue/core/model/identifiers.ts';

import { readDefinitions } from '../definitions-files/read-definitions.ts';
import { trackingLimits } from '../ingest/tracking/limits.ts';
import { checkStep, showNames, type CheckContext } from './check-step.ts';
import type { Failure, Observation, Outcome } from './outcome.ts';
import { readRequest } from './read-request.ts';
import type { Action, ImportMapping, Scenario, ScenarioMessage, Step } from './scenario.ts';
import type { EmittedChange, OpenSubject, OtherInput, ScenarioSubject } from './subject.ts';

/** Reads a file of messages for `import`, or says why it cannot. Paths are relative to the scenario's file. */
export type ImportMessages = (request: {
  readonly scenarioFile: string;
  readonly file: string;
  readonly mapping: ImportMapping | undefined;
  readonly zone: Zone;
  readonly now: Instant;
}) => Promise<{ readonly messages: readonly Message[] } | { readonly refused: string }>;

export type RunOptions = {
  readonly open: OpenSubject;
  readonly importMessages: ImportMessages;
  /** Observe the members of everything after every step, to compare routes. */
  readonly observeAll?: boolean;
};

export async function runScenario(scenario: Scenario, options: RunOptions): Promise<Outcome> {
  const run = new ScenarioRun(scenario, options);
  await run.toTheEnd();
  const { name, file } = scenario;
  return {
    name,
    file,
    passed: run.failures.length === 0,
    failures: run.failures,
    observations: run.observations,
  };
}

/** What an action came to: undefined when it was done, else why not. */
type Refused = { readonly check: string; readonly expected: string; readonly found: string } | undefined;

class ScenarioRun {
  readonly failures: Failure[] = [];
  readonly observations: Observation[] = [];
  readonly #scenario: Scenario;
  readonly #options: RunOptions;
  #definitions: Definitions;
  #messagesMade = 0;
  readonly #segmentsSeen = new Set<string>();
  readonly #stagesSeen = new Map<string, Set<string>>();
  /** Every name under which a customer has been named; customers that merge or are erased keep theirs here. */
  readonly #namesOf = new Map<number, Set<string>>();

  constructor(scenario: Scenario, options: RunOptions) {
    this.#scenario = scenario;
    this.#options = options;
    this.#definitions = scenario.definitions;
    this.#noteDefinitions();
  }

  async toTheEnd(): Promise<void> {
    const { name, start, timeZone, definitions, steps, place } = this.#scenario;
    const restarts = steps.filter(({ action }) => action?.kind === 'restart').length;
    let step: Step = { number: 0, place, at: start, action: undefined, checks: [] };
    try {
      const subject = await this.#options.open({ name, timeZone, start, definitions, restarts });
      try {
        for (step of steps) if (!(await this.#take(step, subject))) return;
      } finally {
        await subject.close?.();
      }
    } catch (error) {
      // A bug of ours must fail the scenario that shows it, not the run of all the others.
      const found = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#fail(step, { check: 'the step', expected: 'an answer', found: `internal error: ${found}` });
    }
  }

  /** False when the scenario cannot go on. */
  async #take(step: Step, subject: ScenarioSubject): Promise<boolean> {
    await subject.advanceTo(step.at);
    if (step.action !== undefined) {
      const refused = await this.#act(step.action, step.at, subject);
      if (refused !== undefined) {
        this.#fail(step, refused);
        return false;
      }
    }
    const context = this.#context(subject);
    for (const check of step.checks) {
      const { what, found, failure } = await checkStep(check, context);
      const where = {
        step: step.number,
        line: check.place.line,
        column: check.place.column,
        at: this.#clock(step),
      };
      if (found !== undefined) this.observations.push({ ...where, what, found });
      if (failure !== undefined) this.failures.push({ ...where, check: what, ...failure });
    }
    if (this.#options.observeAll === true) await this.#observeAll(step, subject);
    return true;
  }

  async #act(action: Action, now: Instant, subject: ScenarioSubject): Promise<Refused> {
    switch (action.kind) {
      case 'messages':
        return this.#send(action.messages, now, subject);
      case 'import':
        return this.#import(action, now, subject);
      case 'define':
        return this.#define(action, now, subject);
      case 'remove':
        return this.#remove(action, now, subject);
      case 'list':
        for (const list of action.lists) {
          const refused = await this.#replaceList(list, now, subject);
          if (refused !== undefined) return refused;
        }
        return undefined;
      case 'erase':
        return this.#apply('erase', { kind: 'erase', customer: action.customer }, now, subject);
      case 'refresh':
        return this.#apply('refresh', { kind: 'refresh' }, now, subject);
      case 'restart': {
        const trouble = await subject.restart();
        if (trouble === undefined) return undefined;
        return { check: 'restart', expected: 'to go on with the same state', found: trouble };
      }
    }
  }

  async #send(
    messages: readonly ScenarioMessage[],
    now: Instant,
    subject: ScenarioSubject,
  ): Promise<Refused> {
    if (messages.length === 0) return undefined;
    const { zone } = this.#scenario;
    const read = readRequest(messages, { now, zone, nextMessageId: this.#nextMessageId });
    if (read.ok) return this.#takeMessages(read.value, now, subject);
    const { sent, message: found } = read.error;
    if (sent === undefined) return { check: 'batch', expected: 'a batch that is accepted', found };
    const check = `${sent.kind} of line ${sent.place.line}`;
    return { check, expected: 'a message that is accepted', found };
  }

  async #import(
    action: Action & { kind: 'import' },
    now: Instant,
    subject: ScenarioSubject,
  ): Promise<Refused> {
    const read = await this.#options.importMessages({
      scenarioFile: this.#scenario.file,
      file: action.file,
      mapping: action.mapping,
      zone: this.#scenario.zone,
      now,
    });
    const what = `import ${action.file}`;
    if ('refused' in read) {
      return { check: what, expected: 'a file that can be imported', found: read.refused };
    }
    const { importChunkMessages } = trackingLimits;
    for (let from = 0; from < read.messages.length; from += importChunkMessages) {
      await this.#takeMessages(read.messages.slice(from, from + importChunkMessages), now, subject);
    }
    return undefined;
  }

  async #takeMessages(
    messages: readonly Message[],
    now: Instant,
    subject: ScenarioSubject,
  ): Promise<undefined> {
    const concerned = await subject.take(messages, now);
    await this.#noteNames(messages, concerned, subject);
  }

  #define(action: Action & { kind: 'define' }, now: Instant, subject: ScenarioSubject): Promise<Refused> {
    const { definitions, diagnostics } = readDefinitions(action.definitions, this.#definitions);
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
    return this.#change('define', definitions, errors, action.rejected, now, subject);
  }

  #remove(action: Action & { kind: 'remove' }, now: Instant, subject: ScenarioSubject): Promise<Refused> {
    const removed = removeDefinitions(this.#definitions, action.names);
    const left = removed.ok ? removed.value : this.#definitions;
    return this.#change('remove', left, removed.ok ? [] : removed.error, action.rejected, now, subject);
  }

  /** Takes a complete set of definitions, or sees to it that it is refused as the scenario says. */
  async #change(
    what: string,
    definitions: Definitions,
    errors: readonly Diagnostic[],
    rejected: string | undefined,
    now: Instant,
    subject: ScenarioSubject,
  ): Promise<Refused> {
    let reasons = errors;
    if (reasons.length === 0) {
      reasons = await subject.apply({ kind: 'definitions', definitions }, now);
      if (reasons.length === 0) {
        this.#definitions = definitions;
        this.#noteDefinitions();
      }
    }
    const found = reasons.length === 0 ? 'accepted' : reasons.map(showReason).join('\n');
    if (rejected === undefined) {
      return reasons.length === 0 ? undefined : { check: what, expected: 'to be accepted', found };
    }
    const wanted = rejected.toLowerCase();
    if (reasons.some((reason) => showReason(reason).toLowerCase().includes(wanted))) return undefined;
    return { check: what, expected: `to be rejected with “${rejected}”`, found };
  }

  async #replaceList(
    list: { readonly name: string; readonly members: readonly string[] },
    now: Instant,
    subject: ScenarioSubject,
  ): Promise<Refused> {
    const known = this.#definitions.lists.get(list.name);
    const refused = await this.#apply(`list ${list.name}`, { kind: 'list', ...list }, now, subject);
    if (refused === undefined && known !== undefined) {
      // A later `define` sends everything in force: the list as it is now.
      const lists = new Map(this.#definitions.lists).set(list.name, { ...known, members: list.members });
      this.#definitions = { ...this.#definitions, lists };
    }
    return refused;
  }

  async #apply(what: string, input: OtherInput, now: Instant, subject: ScenarioSubject): Promise<Refused> {
    const reasons = await subject.apply(input, now);
    if (reasons.length === 0) return undefined;
    return { check: what, expected: 'to be accepted', found: reasons.map(showReason).join('\n') };
  }

  readonly #nextMessageId = (): string => {
    this.#messagesMade += 1;
    return `m${String(this.#messagesMade).padStart(6, '0')}`;
  };

  /** Only names that are the customer's own: a message may carry those of somebody else, such as a shared device. */
  async #noteNames(
    messages: readonly Message[],
    concerned: readonly (number | undefined)[],
    subject: ScenarioSubject,
  ): Promise<void> {
    const namesIn = messages.map(({ identifiers, previousId }) => {
      const names = identifiers.map(({ value }) => value);
      return previousId === undefined ? names : [...names, previousId];
    });
    const all = [...new Set(namesIn.flat())];
    const owners = await subject.findCustomers(all);
    const ownerOf = new Map(all.map((name, i) => [name, owners[i]]));
    for (const [i, names] of namesIn.entries()) {
      const profile = concerned[i];
      if (profile === undefined) continue;
      let noted = this.#namesOf.get(profile);
      if (noted === undefined) this.#namesOf.set(profile, (noted = new Set()));
      for (const name of names) if (ownerOf.get(name) === profile) noted.add(name);
    }
  }

  #noteDefinitions(): void {
    for (const name of this.#definitions.segments.keys()) this.#segmentsSeen.add(name);
    for (const [name, { stages }] of this.#definitions.lifecycles) {
      const seen = this.#stagesSeen.get(name) ?? new Set();
      for (const stage of stages) seen.add(stage.name);
      this.#stagesSeen.set(name, seen);
    }
  }

  #context(subject: ScenarioSubject): CheckContext {
    const wasNamed = (name: string, { profile, names }: EmittedChange): boolean => {
      const noted = this.#namesOf.get(profile);
      return readingsOf(name).some((reading) => names.includes(reading) || noted?.has(reading) === true);
    };
    const nameOfChange = async ({ profile, names }: EmittedChange): Promise<string> => {
      const known = this.#namesOf.get(profile)?.values().next().value ?? names[0];
      // Of a customer who is gone (merged, erased) the subject knows no name any more.
      if (known !== undefined && (await subject.findCustomers([known]))[0] !== profile) return known;
      return (await subject.namesOf([profile]))[0] ?? '';
    };
    return {
      subject,
      zone: this.#scenario.zone,
      definitions: this.#definitions,
      segmentsSeen: this.#segmentsSeen,
      stagesSeen: this.#stagesSeen,
      wasNamed,
      nameOfChange,
    };
  }

  async #observeAll(step: Step, subject: ScenarioSubject): Promise<void> {
    const where = {
      step: step.number,
      line: step.place.line,
      column: step.place.column,
      at: this.#clock(step),
    };
    const names = async (members: readonly number[]): Promise<string> =>
      showNames(await subject.namesOf(members));
    for (const segment of this.#definitions.segments.keys()) {
      this.observations.push({
        ...where,
        what: `members of ${segment}`,
        found: await names(await subject.members(segment)),
      });
    }
    for (const [lifecycle, { stages }] of this.#definitions.lifecycles) {
      for (const { name: stage } of stages) {
        const found = await names(await subject.stageMembers(lifecycle, stage));
        this.observations.push({ ...where, what: `stage ${stage} of ${lifecycle}`, found });
      }
    }
  }

  #fail(step: Step, refused: NonNullable<Refused>): void {
    const { line, column } = step.place;
    this.failures.push({
      step: step.number,
      line,
      column,
      at: this.#clock(step),
      ...refused,
      explanations: [],
    });
  }

  #clock(step: Step): string {
    return this.#scenario.zone.format(step.at);
  }
}

function showReason(reason: Diagnostic): string {
  const { definition, message } = reason;
  return definition === undefined || message.startsWith(definition) ? message : `${definition}: ${message}`;
}
