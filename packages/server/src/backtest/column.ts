/** A growing array of numbers of one width, with a standard value where nothing was put; small to write down. */

export type ColumnKind = 'byte' | 'integer' | 'double';

type Numbers = Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** As `Column.save` writes it. */
export type SavedColumn = { readonly length: number; readonly bytes: string };

export class Column {
  /** Values put so far, up to the last one. */
  length = 0;
  readonly #kind: ColumnKind;
  readonly #standard: number;
  #values: Numbers;

  constructor(kind: ColumnKind, standard = 0, saved?: SavedColumn) {
    this.#kind = kind;
    this.#standard = standard;
    this.#values = make(kind, 64, standard);
    if (saved === undefined) return;
    const bytes = Buffer.from(saved.bytes, 'base64');
    this.#values = make(kind, Math.max(64, saved.length), standard);
    Buffer.from(this.#values.buffer).set(bytes);
    this.length = saved.length;
  }

  get(at: number): number {
    return at < this.length ? (this.#values[at] as number) : this.#standard;
  }

  set(at: number, value: number): void {
    if (at >= this.length) this.#reach(at + 1);
    this.#values[at] = value;
  }

  add(at: number, value: number): void {
    this.set(at, this.get(at) + value);
  }

  push(value: number): void {
    this.set(this.length, value);
  }

  /** Of ascending values: the first place whose value is at least this. */
  lowerBound(value: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#values[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  save(): SavedColumn {
    const { buffer, BYTES_PER_ELEMENT: width } = this.#values;
    return { length: this.length, bytes: Buffer.from(buffer, 0, this.length * width).toString('base64') };
  }

  #reach(length: number): void {
    if (length > this.#values.length) {
      const larger = make(this.#kind, Math.max(length, this.#values.length * 2), this.#standard);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.length = length;
  }
}

function make(kind: ColumnKind, length: number, standard: number): Numbers {
  switch (kind) {
    case 'byte':
      return new Uint8Array(length).fill(standard);
    case 'integer':
      return new Int32Array(length).fill(standard);
    case 'double':
      return new Float64Array(length).fill(standard);
  }
}
