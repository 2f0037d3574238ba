/**
 * What a rule means under a set of definitions, as text: equal texts are equal questions, so their answers can be kept when
 * other definitions come into force. A rule that refers to others means what those mean, too.
 */

import { compareStrings } from '../base/order.ts';
import type { Definitions } from '../model/definitions.ts';
import { type Reference, references, treesOf } from '../rules/check-walk.ts';
import type { Condition } from '../rules/tree.ts';

export class Meanings {
  readonly #definitions: Definitions;
  readonly #channels: string;

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
    this.#channels = JSON.stringify([...definitions.channels].sort(([a], [b]) => compareStrings(a, b)));
  }

  /** Of rules together; a missing one is that of a last stage. Lists and scores are facts, whatever they hold. */
  of(rules: readonly (Condition | undefined)[]): string {
    const texts = rules.map((rule) => (rule === undefined ? '' : JSON.stringify(rule)));
    const pending = rules.flatMap((rule) => (rule === undefined ? [] : references(rule)));
    const known = new Set<string>();
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const key = `${next.to} ${next.name}`;
      const definition = this.#definitionOf(next);
      if (definition === undefined || known.has(key)) continue;
      known.add(key);
      const { description: _, ...said } = { description: undefined, ...definition };
      texts.push(`${next.to} ${JSON.stringify(said)}`);
      for (const { tree } of treesOf(definition)) pending.push(...references(tree));
    }
    // Consents stand or not as the channels say.
    if (texts.some((text) => text.includes('"subscribed"'))) texts.push(this.#channels);
    return texts.join('\n');
  }

  #definitionOf({ to, name }: Reference): Parameters<typeof treesOf>[0] | undefined {
    switch (to) {
      case 'segments':
        return this.#definitions.segments.get(name);
      case 'lifecycles':
        return this.#definitions.lifecycles.get(name);
      case 'rfm':
        return this.#definitions.rfm.get(name);
      case 'lists':
      case 'scores':
        return undefined;
    }
  }
}
