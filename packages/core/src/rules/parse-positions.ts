/** Where the nodes of a tree stand in its text. */

/** Line and column count from 1; column and length in UTF-16 code units. */
export type Position = { readonly line: number; readonly column: number; readonly length: number };

/** Parts of a node that an error may concern on their own. */
export type NodePart = 'name' | 'operator' | 'text' | 'duration' | 'percent' | 'property';

/** Nodes are keyed by identity, so a tree that was copied has no positions. */
export class Positions {
  readonly #nodes: WeakMap<object, Position> = new WeakMap();
  readonly #parts: WeakMap<object, ReadonlyMap<NodePart, Position>> = new WeakMap();

  /** The position of the part where it is known, else of the node, else nothing. */
  get(node: object, part?: NodePart): Position | undefined {
    const found = part === undefined ? undefined : this.#parts.get(node)?.get(part);
    return found ?? this.#nodes.get(node);
  }

  set(node: object, position: Position): void {
    this.#nodes.set(node, position);
  }

  setPart(node: object, part: NodePart, position: Position): void {
    this.#parts.set(node, new Map([...(this.#parts.get(node) ?? []), [part, position]]));
  }

  /** Gives `to` all that is known of `from`, for a node rebuilt with more in it. */
  copy(from: object, to: object): void {
    const position = this.#nodes.get(from);
    const parts = this.#parts.get(from);
    if (position !== undefined) this.#nodes.set(to, position);
    if (parts !== undefined) this.#parts.set(to, parts);
  }
}
