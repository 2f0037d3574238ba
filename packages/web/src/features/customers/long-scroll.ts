/**
 * Scrolling in a list that is longer than a browser can make an element: a million rows are 44 million pixels, and some stop at
 * 17 million.
 *
 * Idea. What scrolls is shorter than the list. Where somebody scrolls a little, with wheel, finger or keys, the list moves just as
 * far, as in any other; where they take the bar to another place, the list goes to the same part of itself. At both ends
 * the two meet.
 */

/** Pixels that every browser can do. */
export const shownPixelsMax = 8_000_000;

export class LongScroll {
  readonly #content: number;
  readonly #view: number;
  #top: number;
  #offset: number;

  /** Heights of the list and of what is seen of it; where it stands, as `top` and `offset` of one before. */
  constructor(content: number, view: number, at: { readonly top: number; readonly offset: number }) {
    this.#content = content;
    this.#view = view;
    this.#top = at.top;
    this.#offset = at.offset;
    this.scrolledTo(at.top);
  }

  /** Height of what scrolls. */
  get shownPixels(): number {
    return Math.min(this.#content, shownPixelsMax);
  }

  /** Where what scrolls stands. */
  get top(): number {
    return this.#top;
  }

  /** Pixels of the list above what is seen. */
  get offset(): number {
    return this.#offset;
  }

  scrolledTo(top: number): void {
    const topMax = Math.max(0, this.shownPixels - this.#view);
    const offsetMax = Math.max(0, this.#content - this.#view);
    const moved = top - this.#top;
    this.#top = top;
    if (this.#content <= shownPixelsMax) this.#offset = top;
    else if (top <= 0) this.#offset = 0;
    else if (top >= topMax - 1) this.#offset = offsetMax;
    else if (Math.abs(moved) <= 2 * this.#view) {
      this.#offset = Math.min(offsetMax, Math.max(0, this.#offset + moved));
    } else this.#offset = (top / topMax) * offsetMax;
  }
}
