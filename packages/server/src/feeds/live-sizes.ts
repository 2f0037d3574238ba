/**
 * How large everything is, told as it changes: to begin with the sizes of all segments and stages and the number of
 * customers, then what has become another since the reader was told last.
 *
 * While nobody listens it does nothing. While somebody does, it looks a few times a second whether anything was taken since,
 * and counts once for all who listen. A reader who has no room is passed over, and told the difference when they have: so
 * sizes are never queued, and what is told is always of one instant.
 */

/** Where sizes come from. */
export interface SizesSource {
  /** Resolves when sizes can be asked for at once. */
  ready(): Promise<void>;
  /** Does something when what there is may be told: at once, or soon, or never. */
  atRest(work: () => void): void;
  /** Another number whenever a size may be another. */
  position(): number;
  sizes(): Sizes;
}

export type Sizes = {
  readonly customers: number;
  readonly segments: ReadonlyMap<string, number>;
  /** Of every lifecycle, its stages. */
  readonly lifecycles: ReadonlyMap<string, ReadonlyMap<string, number>>;
};

/** What has become another. null: there is no such segment, stage or lifecycle any more. */
export type SizesDifference = {
  readonly customers?: number;
  readonly segments?: Readonly<Record<string, number | null>>;
  readonly lifecycles?: Readonly<Record<string, Readonly<Record<string, number | null>> | null>>;
};

/** Takes a line of JSON; false where there is no room for it now. */
type Tell = (json: string) => boolean;

type Listener = { readonly tell: Tell; told: Sizes | undefined };

const everyMsDefault = 500;

export class LiveSizes {
  readonly #source: SizesSource;
  readonly #everyMs: number;
  readonly #listeners = new Set<Listener>();
  #timer: NodeJS.Timeout | undefined;
  #position = -1;
  #latest: Sizes | undefined;
  #isStopped = false;

  constructor(source: SizesSource, everyMs: number = everyMsDefault) {
    this.#source = source;
    this.#everyMs = everyMs;
  }

  /** Tells until the returned function is called; first everything, as soon as it is known. */
  listen(tell: Tell): () => void {
    const listener: Listener = { tell, told: undefined };
    this.#listeners.add(listener);
    void this.#source.ready().then(() => {
      if (!this.#listeners.has(listener) || this.#isStopped) return;
      this.#source.atRest(() => {
        this.#look();
      });
      this.#timer ??= setInterval(() => {
        this.#source.atRest(() => {
          this.#look();
        });
      }, this.#everyMs).unref();
    });
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#rest();
    };
  }

  /** Nobody is told any more: the source goes away. */
  stop(): void {
    this.#isStopped = true;
    this.#rest();
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#latest = undefined;
    this.#position = -1;
  }

  #look(): void {
    if (this.#listeners.size === 0 || this.#isStopped) return;
    const position = this.#source.position();
    let latest = this.#latest;
    if (latest === undefined || position !== this.#position) {
      this.#position = position;
      const found = this.#source.sizes();
      if (latest === undefined || difference(latest, found) !== undefined) latest = found;
      this.#latest = latest;
    }
    const texts = new Map<Sizes | undefined, string | undefined>();
    for (const listener of this.#listeners) {
      const { told } = listener;
      if (told === latest) continue;
      if (!texts.has(told)) texts.set(told, textOf(told, latest));
      const text = texts.get(told);
      if (text === undefined || listener.tell(text)) listener.told = latest;
    }
  }
}

function textOf(before: Sizes | undefined, after: Sizes): string | undefined {
  const changed = difference(before ?? nothing, after);
  // Who is told for the first time is told all, also where there is nobody.
  if (before === undefined) {
    return JSON.stringify({ customers: after.customers, segments: {}, lifecycles: {}, ...changed });
  }
  return changed === undefined ? undefined : JSON.stringify(changed);
}

const nothing: Sizes = { customers: 0, segments: new Map(), lifecycles: new Map() };

/** Undefined where nothing is another. */
export function difference(before: Sizes, after: Sizes): SizesDifference | undefined {
  const segments = changedOf(before.segments, after.segments);
  const lifecycles: [string, Readonly<Record<string, number | null>> | null][] = [];
  for (const [name, stages] of after.lifecycles) {
    const changed = changedOf(before.lifecycles.get(name) ?? new Map<string, number>(), stages);
    if (changed !== undefined) lifecycles.push([name, changed]);
  }
  for (const name of before.lifecycles.keys()) {
    if (!after.lifecycles.has(name)) lifecycles.push([name, null]);
  }
  const isSame = before.customers === after.customers && segments === undefined && lifecycles.length === 0;
  if (isSame) return undefined;
  return {
    ...(before.customers === after.customers ? {} : { customers: after.customers }),
    ...(segments === undefined ? {} : { segments }),
    // As entries: names are anybody's, `__proto__` too.
    ...(lifecycles.length === 0 ? {} : { lifecycles: Object.fromEntries(lifecycles) }),
  };
}

function changedOf(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Readonly<Record<string, number | null>> | undefined {
  const changed: [string, number | null][] = [];
  for (const [name, size] of after) if (before.get(name) !== size) changed.push([name, size]);
  for (const name of before.keys()) if (!after.has(name)) changed.push([name, null]);
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}
