/**
 * The floor: one exact window over one event, written by hand with no generality. A ring of instants per customer,
 * sorted; a heap of the instants at which somebody's count falls below the threshold. Customers are numbers.
 *
 * What the engine does beyond it (any question, any number of them, identities, duplicates, causes) is what it costs.
 */

export class WindowFloor {
  changes = 0;
  readonly #windowMs: number;
  readonly #atLeast: number;
  readonly #rings: (Float64Array | undefined)[];
  readonly #head: Uint32Array;
  readonly #length: Uint32Array;
  readonly #isMember: Uint8Array;
  readonly #isArmed: Uint8Array;
  readonly #due = new DueHeap();

  constructor(customers: number, windowMs: number, atLeast: number) {
    this.#windowMs = windowMs;
    this.#atLeast = atLeast;
    this.#rings = new Array<Float64Array | undefined>(customers);
    this.#head = new Uint32Array(customers);
    this.#length = new Uint32Array(customers);
    this.#isMember = new Uint8Array(customers);
    this.#isArmed = new Uint8Array(customers);
  }

  /** Lets time pass; who falls below the threshold on the way leaves. */
  advanceTo(now: number): void {
    while (this.#due.earliest <= now) {
      const at = this.#due.earliest;
      const customer = this.#due.pop();
      this.#isArmed[customer] = 0;
      this.#evict(customer, at);
      if ((this.#length[customer] as number) >= this.#atLeast) this.#arm(customer);
      else {
        this.#isMember[customer] = 0;
        this.changes++;
      }
    }
  }

  /** An event of that time, now. */
  take(customer: number, time: number, now: number): void {
    this.advanceTo(now);
    this.#evict(customer, now);
    if (time + this.#windowMs <= now) return;
    this.#insert(customer, time);
    if ((this.#length[customer] as number) < this.#atLeast || this.#isMember[customer] === 1) return;
    this.#isMember[customer] = 1;
    this.changes++;
    if (this.#isArmed[customer] === 0) this.#arm(customer);
  }

  #arm(customer: number): void {
    const ring = this.#rings[customer] as Float64Array;
    const at = (this.#head[customer] as number) + (this.#length[customer] as number) - this.#atLeast;
    this.#due.push((ring[at & (ring.length - 1)] as number) + this.#windowMs, customer);
    this.#isArmed[customer] = 1;
  }

  #evict(customer: number, now: number): void {
    const ring = this.#rings[customer];
    if (ring === undefined) return;
    const mask = ring.length - 1;
    let head = this.#head[customer] as number;
    let length = this.#length[customer] as number;
    while (length > 0 && (ring[head & mask] as number) + this.#windowMs <= now) {
      head++;
      length--;
    }
    this.#head[customer] = head;
    this.#length[customer] = length;
  }

  #insert(customer: number, time: number): void {
    let ring = this.#rings[customer];
    const length = this.#length[customer] as number;
    if (ring === undefined) this.#rings[customer] = ring = new Float64Array(4);
    else if (length === ring.length) ring = this.#grow(customer, ring);
    const head = this.#head[customer] as number;
    const mask = ring.length - 1;
    let i = length;
    while (i > 0 && (ring[(head + i - 1) & mask] as number) > time) {
      ring[(head + i) & mask] = ring[(head + i - 1) & mask] as number;
      i--;
    }
    ring[(head + i) & mask] = time;
    this.#length[customer] = length + 1;
  }

  #grow(customer: number, ring: Float64Array): Float64Array {
    const grown = new Float64Array(ring.length * 2);
    const head = this.#head[customer] as number;
    for (let i = 0; i < ring.length; i++) grown[i] = ring[(head + i) & (ring.length - 1)] as number;
    this.#head[customer] = 0;
    this.#rings[customer] = grown;
    return grown;
  }
}

/** A binary heap of instants with a number each. */
class DueHeap {
  #instants = new Float64Array(1024);
  #numbers = new Int32Array(1024);
  #size = 0;

  get earliest(): number {
    return this.#size === 0 ? Infinity : (this.#instants[0] as number);
  }

  push(at: number, number: number): void {
    if (this.#size === this.#instants.length) this.#grow();
    let i = this.#size++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if ((this.#instants[parent] as number) <= at) break;
      this.#move(parent, i);
      i = parent;
    }
    this.#instants[i] = at;
    this.#numbers[i] = number;
  }

  pop(): number {
    const first = this.#numbers[0] as number;
    const size = --this.#size;
    const at = this.#instants[size] as number;
    const number = this.#numbers[size] as number;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && (this.#instants[child + 1] as number) < (this.#instants[child] as number)) {
        child++;
      }
      if ((this.#instants[child] as number) >= at) break;
      this.#move(child, i);
      i = child;
    }
    this.#instants[i] = at;
    this.#numbers[i] = number;
    return first;
  }

  #move(from: number, to: number): void {
    this.#instants[to] = this.#instants[from] as number;
    this.#numbers[to] = this.#numbers[from] as number;
  }

  #grow(): void {
    const instants = new Float64Array(this.#size * 2);
    instants.set(this.#instants);
    this.#instants = instants;
    const numbers = new Int32Array(this.#size * 2);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
  }
}
