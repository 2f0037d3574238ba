/**
 * The client of Segue's API, for Node and for pages, without dependencies.
 *
 *     const segue = createClient({ url: 'http://localhost:8787', key: process.env.SEGUE_KEY });
 *     await segue.putSegment('vip', { rule: 'sum(revenue of "Order Completed") >= 1000' }, { reason: 'Sale' });
 *     for await (const { name, size } of segue.each('listSegments')) console.log(name, size);
 *
 * `call` reaches every operation of the OpenAPI document by its id, typed; the other methods are the common ones in fewer
 * words. What is refused rejects with a `SegueError` with a stable `code`. Events are sent with Segment's own libraries.
 */

import { streamChanges, type StreamItem, type StreamOptions } from './change-stream.ts';
import type { Input, Item, ListOperation, OperationId, Output } from './operation-types.ts';
import { Transport, type CallOptions, type ClientOptions } from './transport.ts';

/** How a change of definitions is made. */
export type DefinitionChange = CallOptions & {
  /** Why; kept with the version. */
  readonly reason?: string;
  /** Refused (`definitions/conflict`) if another revision is in force. */
  readonly expectedRevision?: number;
  /** Only says what would change, and who would move. */
  readonly dryRun?: boolean;
};

/** Definitions as a file has them, by kind and name. */
export type DefinitionSet = Input<'applyDefinitions'>['body']['definitions'];

export function createClient(options: ClientOptions): SegueClient {
  return new SegueClient(options);
}

/** A part of a list. */
type Page<T> = { readonly items: readonly T[]; readonly next?: string };

export class SegueClient {
  readonly #transport: Transport;

  constructor(options: ClientOptions) {
    this.#transport = new Transport(options);
  }

  /** Any operation, by its id in the OpenAPI document. */
  call<O extends OperationId>(operation: O, input: Input<O>, options?: CallOptions): Promise<Output<O>> {
    return this.#transport.call(operation, input, options);
  }

  /** Every item of a list, read in parts as they are needed. */
  async *each<O extends ListOperation>(
    operation: O,
    input?: Input<O>,
    options?: CallOptions,
  ): AsyncGenerator<Item<O>, void> {
    const { query, ...rest } = (input ?? {}) as { readonly query?: object };
    let cursor: string | undefined;
    do {
      const asked = { ...rest, query: { ...query, ...(cursor === undefined ? {} : { cursor }) } };
      const page = await this.#page<Item<O>>(operation, asked, options);
      yield* page.items;
      cursor = page.next;
    } while (cursor !== undefined);
  }

  async #page<T>(operation: ListOperation, asked: unknown, options?: CallOptions): Promise<Page<T>> {
    const answer: Promise<unknown> = this.call(operation, asked as Input<ListOperation>, options);
    return (await answer) as Page<T>;
  }

  // Customers. An identifier is bare, or with its kind as in `email:ann@example.com`.

  getProfile(identifier: string, options?: CallOptions): Promise<Output<'getProfile'>> {
    return this.call('getProfile', { path: { identifier } }, options);
  }

  /** In the order of the identifiers; null where nobody is known by one. */
  async getProfiles(
    identifiers: readonly string[],
    options?: CallOptions,
  ): Promise<Output<'getProfiles'>['profiles']> {
    const { profiles } = await this.call('getProfiles', { body: { identifiers: [...identifiers] } }, options);
    return profiles;
  }

  /** Which segments a customer is in, since when and until when. */
  async getSegmentsOf(
    identifier: string,
    options?: CallOptions,
  ): Promise<Output<'getSegmentsOfProfile'>['segments']> {
    return (await this.call('getSegmentsOfProfile', { path: { identifier } }, options)).segments;
  }

  /** Why a customer is in a segment or not. */
  explain(identifier: string, segment: string, options?: CallOptions): Promise<Output<'explain'>> {
    return this.call('explain', { path: { identifier, segment } }, options);
  }

  /** Memberships and stages as they change, from now on or from a number on; connects again by itself. */
  changes(options: StreamOptions = {}): AsyncGenerator<StreamItem, void> {
    return streamChanges(this.#transport, options);
  }

  // Definitions.

  getDefinitions(options?: CallOptions): Promise<Output<'getDefinitions'>> {
    return this.call('getDefinitions', {}, options);
  }

  /** Puts a complete set into force; what is not in it is removed. */
  applyDefinitions(
    definitions: DefinitionSet,
    change: DefinitionChange = {},
  ): Promise<Output<'applyDefinitions'>> {
    return this.call('applyDefinitions', { body: { definitions, ...asked(change) } }, change);
  }

  /** Puts an earlier set into force again. */
  rollBack(revision: number, change: DefinitionChange = {}): Promise<Output<'rollBack'>> {
    return this.call('rollBack', { path: { revision }, body: asked(change) }, change);
  }

  putSegment(
    name: string,
    definition: Input<'putSegment'>['body'],
    change: DefinitionChange = {},
  ): Promise<Output<'putSegment'>> {
    return this.call('putSegment', { path: { name }, query: asked(change), body: definition }, change);
  }

  removeSegment(name: string, change: DefinitionChange = {}): Promise<Output<'removeSegment'>> {
    return this.call('removeSegment', { path: { name }, query: asked(change) }, change);
  }

  putLifecycle(
    name: string,
    definition: Input<'putLifecycle'>['body'],
    change: DefinitionChange = {},
  ): Promise<Output<'putLifecycle'>> {
    return this.call('putLifecycle', { path: { name }, query: asked(change), body: definition }, change);
  }

  /** Makes or replaces a list, which is a revision of the definitions. */
  putList(
    name: string,
    members: readonly string[],
    change: DefinitionChange = {},
  ): Promise<Output<'putList'>> {
    const body = { members: [...members] };
    return this.call('putList', { path: { name }, query: asked(change), body }, change);
  }

  /** Puts identifiers onto a list that is defined; the same call again changes nothing. */
  addListMembers(
    name: string,
    members: readonly string[],
    options?: CallOptions,
  ): Promise<Output<'addListMembers'>> {
    return this.call('addListMembers', { path: { name }, body: { members: [...members] } }, options);
  }

  /** Takes identifiers off a list. */
  removeListMembers(
    name: string,
    members: readonly string[],
    options?: CallOptions,
  ): Promise<Output<'removeListMembers'>> {
    return this.call('removeListMembers', { path: { name }, body: { members: [...members] } }, options);
  }

  /** What is wrong with a rule, what it says in English, its tree. Nothing is kept. */
  checkRule(rule: string, options?: CallOptions): Promise<Output<'checkRule'>> {
    return this.call('checkRule', { body: { rule } }, options);
  }
}

function asked({
  reason,
  expectedRevision,
  dryRun,
}: DefinitionChange): Pick<DefinitionChange, 'reason' | 'expectedRevision' | 'dryRun'> {
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(expectedRevision === undefined ? {} : { expectedRevision }),
    ...(dryRun === undefined ? {} : { dryRun }),
  };
}
