/** What is in the way of saving a segment, each with the way to it: to its name, a condition, a field, or a place in the text. */

import type { Definitions } from '@segue/core/model/definitions.ts';
import { parseRule } from '@segue/core/rules/parse.ts';
import { type RefObject, useState } from 'react';
import { flushSync } from 'react-dom';

import { useRefusals } from '../../texts/use-refusals.ts';
import { useTexts, type Words } from '../../texts/use-texts.ts';
import { focusPlace } from './builder/condition-tree.tsx';
import { type Fault, faultsOf } from './builder/faults.ts';
import { ruleTree } from './builder/rule-builder.tsx';
import { nameSentence } from './name-field.tsx';
import type { ReadRule } from './read-rule.ts';
import { ruleField, type RuleMode } from './rule-editor.tsx';
import type { Obstacle } from './save-segment.tsx';
import type { NameTrouble } from './segment-name.ts';

type Given = {
  /** The editor, in which fields are found. */
  readonly element: RefObject<HTMLElement | null>;
  readonly name: string;
  readonly trouble: NameTrouble | undefined;
  /** Of the rule. */
  readonly text: string;
  readonly read: ReadRule;
  readonly definitions: Definitions;
  readonly mode: RuleMode;
  readonly setMode: (mode: RuleMode) => void;
};

export function useObstacles(given: Given): {
  readonly obstacles: readonly Obstacle[];
  /** Whether to refuse; then the keys go to the first thing that is in the way. */
  readonly refuse: () => boolean;
} {
  const t = useTexts();
  const refusalOf = useRefusals();
  const { element, name, trouble } = given;
  const [unread, setUnread] = useState<{ readonly label: string; readonly text: string }>();
  const obstacles = [
    ...(trouble === undefined
      ? []
      : [
          {
            text: nameSentence(t, trouble.fault, name),
            go: () => {
              element.current?.querySelector('input')?.focus();
            },
          },
        ]),
    ...ofRule(t, refusalOf, given),
  ];
  // A field may hold what was refused there; the rule is then without it, and is not to be saved as if it were in.
  const left =
    unread?.text !== given.text
      ? []
      : [
          {
            text: t('builder.notYet.field', { name: unread.label }),
            go: () => {
              invalidField(element)?.focus();
            },
          },
        ];
  const refuse = (): boolean => {
    const field = invalidField(element);
    const label = field?.getAttribute('aria-label') ?? '';
    setUnread(field === null ? undefined : { label, text: given.text });
    const [first] = obstacles;
    if (first !== undefined) first.go();
    else field?.focus();
    return first !== undefined || field !== null;
  };
  return { obstacles: [...obstacles, ...left], refuse };
}

function invalidField({ current }: Given['element']): HTMLElement | null {
  return current?.querySelector<HTMLElement>('.builder [aria-invalid="true"]') ?? null;
}

function ofRule(
  t: Words,
  refusalOf: (diagnostic: unknown) => string,
  { element, text, read, definitions, mode, setMode }: Given,
): readonly Obstacle[] {
  if (text.trim() === '') {
    const go = (): void => {
      element.current?.querySelector<HTMLElement>('.builder button, textarea')?.focus();
    };
    return [{ text: t('builder.notYet.rule'), go }];
  }
  const { tree } = parseRule(text);
  if (mode === 'builder' && tree !== undefined) {
    return faultsOf(tree, definitions)
      .filter(({ diagnostic }) => diagnostic.severity === 'error')
      .map(({ place, diagnostic }: Fault) => ({
        text: refusalOf(diagnostic),
        go: () => {
          if (element.current !== null) focusPlace(element.current, ruleTree, place);
        },
      }));
  }
  return read.diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ line = 1, column = 1, ...found }) => ({
      text: `${t('builder.line', { line, column })}: ${refusalOf(found)}`,
      go: () => {
        flushSync(() => {
          setMode('text');
        });
        const field = element.current?.querySelector<HTMLTextAreaElement>(`[name="${ruleField}"]`);
        const lines = text.split('\n').slice(0, line - 1);
        const at = lines.reduce((sum, { length }) => sum + length + 1, 0) + column - 1;
        field?.focus();
        field?.setSelectionRange(at, at);
      },
    }));
}
