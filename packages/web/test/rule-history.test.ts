import fc from 'fast-check';
import { expect, test } from 'vitest';

import { beginRule, changeRule, type RuleAction } from '../src/features/segments/rule-history.ts';

const type = (text: string, at: number): RuleAction => ({ kind: 'type', text, at });

test('typing that goes on is undone in one step, and a pause begins another', () => {
  let state = beginRule('');
  for (const action of [type('d', 0), type('di', 100), type('did', 200), type('did "A"', 2_000)]) {
    state = changeRule(state, action);
  }
  state = changeRule(state, { kind: 'undo' });
  expect(state.text).toBe('did');
  state = changeRule(state, { kind: 'undo' });
  expect(state.text).toBe('');
});

test('what was undone comes back, until something else is written', () => {
  let state = changeRule(beginRule('a'), { kind: 'set', text: 'b' });
  state = changeRule(state, { kind: 'undo' });
  expect(changeRule(state, { kind: 'redo' }).text).toBe('b');
  state = changeRule(state, { kind: 'set', text: 'c' });
  expect(changeRule(state, { kind: 'redo' }).text).toBe('c');
});

test('undoing everything and doing it again ends where it was', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 30 }), (texts) => {
      let state = beginRule('');
      for (const text of texts) state = changeRule(state, { kind: 'set', text });
      const { text, past } = state;
      for (let i = 0; i < past.length; i++) state = changeRule(state, { kind: 'undo' });
      expect(state.text).toBe('');
      for (let i = 0; i < past.length; i++) state = changeRule(state, { kind: 'redo' });
      expect(state.text).toBe(text);
    }),
  );
});
