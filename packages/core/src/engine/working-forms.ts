/**
 * Working forms (profile.ts), each one customer's after another. Those looked at last stay in theirs; which of them gives way to
 * somebody else a hand finds that goes round and passes over whoever was asked for since it last came by.
 *
 * Those who are worked on once, one after another, as when very many are due together, pass through a form of their own: it
 * stays in the processor's cache, and those who come in visits are not driven out by them.
 */

import { Profile } from './profile.ts';

export class WorkingForms {
  readonly #max: number;
  readonly #giveUp: (p: Profile) => boolean;
  /** All, by slot. */
  readonly #forms: Profile[] = [];
  /** Forms among which the hand looks for one that may become somebody else's. */
  readonly #round: Profile[] = [];
  #hand = 0;
  #passing: Profile | undefined = undefined;
  /** Forms that nobody is in and that are not in the round. */
  readonly #spare: Profile[] = [];
  #step = 0;

  /**
   * `giveUp` packs the customer of a form; false where they are too large for that and stay. With a `max` of 0 everybody is
   * packed after every step.
   */
  constructor(max: number, giveUp: (p: Profile) => boolean) {
    this.#max = max;
    this.#giveUp = giveUp;
  }

  at(slot: number): Profile {
    return this.#forms[slot] as Profile;
  }

  /** A new step begins: nobody holds a form any more. */
  beginStep(): void {
    this.#step++;
    if (this.#max > 0) return;
    for (const p of this.#round) if (p.isTaken) this.#giveUp(p);
    if (this.#passing?.isTaken === true) this.#giveUp(this.#passing);
  }

  /** Until the next step the form stays whose it is. */
  hold(p: Profile): void {
    p.step = this.#step;
  }

  /** A form that nobody is in: one more while there are few, else that of a customer not asked for lately. */
  take(): Profile {
    const round = this.#round;
    if (round.length >= this.#max) {
      for (let tries = 2 * round.length; tries > 0; tries--) {
        const at = this.#hand;
        this.#hand = at + 1 < round.length ? at + 1 : 0;
        const p = round[at] as Profile;
        if (p.step === this.#step) continue;
        if (p.isRecent) p.isRecent = false;
        else if (this.#giveUp(p)) return p;
        else return (round[at] = this.#more(p));
      }
    }
    const p = this.#more();
    round.push(p);
    return p;
  }

  /** The form of those who pass, in which nobody is; undefined where the one before is held still. */
  takePassing(): Profile | undefined {
    const p = (this.#passing ??= this.#more());
    if (p.step === this.#step) return undefined;
    return this.#giveUp(p) ? p : (this.#passing = this.#more(p));
  }

  /** Nobody is in it any more. */
  release(p: Profile): void {
    p.isTaken = false;
    p.block = -1;
    if (p.isLarge) this.#spare.push(p);
    p.isLarge = false;
  }

  /** `large` stays with its customer and leaves the others. */
  #more(large?: Profile): Profile {
    if (large !== undefined) large.isLarge = true;
    const spare = this.#spare.at(-1);
    if (spare !== undefined && spare.step !== this.#step) {
      this.#spare.pop();
      return spare;
    }
    const p = new Profile(-1, '');
    p.slot = this.#forms.length;
    this.#forms.push(p);
    return p;
  }
}
