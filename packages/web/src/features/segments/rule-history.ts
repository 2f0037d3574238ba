/** What is being written, with the way back and forth: a pure reducer. Typing that goes on is one step. */

export type RuleHistory = {
  readonly past: readonly string[];
  readonly text: string;
  readonly future: readonly string[];
  /** When the text was last changed by typing, in milliseconds; a pause ends the step. */
  readonly typedAt: number;
};

export type RuleAction =
  | { readonly kind: 'type'; readonly text: string; readonly at: number }
  /** By a click: a step of its own. */
  | { readonly kind: 'set'; readonly text: string }
  | { readonly kind: 'undo' }
  | { readonly kind: 'redo' };

const pauseMs = 800;
const stepsMax = 200;

export function beginRule(text: string): RuleHistory {
  return { past: [], text, future: [], typedAt: -Infinity };
}

export function changeRule(state: RuleHistory, action: RuleAction): RuleHistory {
  const { past, text, future } = state;
  switch (action.kind) {
    case 'type': {
      if (action.text === text) return state;
      const goesOn = action.at - state.typedAt < pauseMs && past.length > 0;
      return {
        past: goesOn ? past : remember(past, text),
        text: action.text,
        future: [],
        typedAt: action.at,
      };
    }
    case 'set':
      if (action.text === text) return state;
      return { past: remember(past, text), text: action.text, future: [], typedAt: -Infinity };
    case 'undo': {
      const before = past.at(-1);
      if (before === undefined) return state;
      return { past: past.slice(0, -1), text: before, future: [text, ...future], typedAt: -Infinity };
    }
    case 'redo': {
      const [after, ...rest] = future;
      if (after === undefined) return state;
      return { past: remember(past, text), text: after, future: rest, typedAt: -Infinity };
    }
  }
}

function remember(past: readonly string[], text: string): readonly string[] {
  return [...past, text].slice(-stepsMax);
}
