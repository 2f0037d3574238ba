/**
 * How a scenario speaks to a service in another process: a call is a message with a method and its arguments, the answer
 * a message with the value or the error. Both are plain data that the channel clones, maps included.
 */

import type { ScenarioService, ScenarioServiceOptions } from './scenario-service.ts';
import type { Awaitable } from './subject.ts';

/** What is asked of a service, here or elsewhere. */
export type ServiceMethod =
  | 'advanceTo'
  | 'take'
  | 'apply'
  | 'findCustomers'
  | 'namesOf'
  | 'members'
  | 'stageMembers'
  | 'value'
  | 'explain'
  | 'changesFrom'
  | 'checkpoint'
  | 'stateHash'
  | 'whatIsWrong';

export type Arguments<M extends ServiceMethod> = Parameters<ScenarioService[M]>;
export type Answered<M extends ServiceMethod> = Awaited<ReturnType<ScenarioService[M]>>;

/** A service, wherever it runs. */
export type AskedService = {
  [M in ServiceMethod]: (...args: Arguments<M>) => Awaitable<Answered<M>>;
};

export type ServiceCall = { readonly id: number } & (
  | { readonly method: 'open'; readonly options: ScenarioServiceOptions }
  | { readonly method: ServiceMethod; readonly args: readonly unknown[] }
);

/** `error`: its stack, or what is known of it. */
export type ServiceAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: string };

/** A service whose every method is a call. */
export function callingService(
  call: <M extends ServiceMethod>(method: M, args: Arguments<M>) => Promise<Answered<M>>,
): AskedService {
  return {
    advanceTo: (...args) => call('advanceTo', args),
    take: (...args) => call('take', args),
    apply: (...args) => call('apply', args),
    findCustomers: (...args) => call('findCustomers', args),
    namesOf: (...args) => call('namesOf', args),
    members: (...args) => call('members', args),
    stageMembers: (...args) => call('stageMembers', args),
    value: (...args) => call('value', args),
    explain: (...args) => call('explain', args),
    changesFrom: (...args) => call('changesFrom', args),
    checkpoint: (...args) => call('checkpoint', args),
    stateHash: (...args) => call('stateHash', args),
    whatIsWrong: (...args) => call('whatIsWrong', args),
  };
}
