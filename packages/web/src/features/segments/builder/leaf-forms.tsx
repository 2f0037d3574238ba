/** Forms of the smaller conditions: a trait, a segment, a stage; and any condition as text. */

import { formatRule } from '@segue/core/rules/format.ts';
import { parseRule } from '@segue/core/rules/parse.ts';
import type { CompareOperator, Condition, TextOperator } from '@segue/core/rules/tree.ts';
import { type JSX, use, useEffect, useState } from 'react';

import { useTexts } from '../../../texts/use-texts.ts';
import { NameField, Pick } from './fields.tsx';
import { compareOperators, isLiteral, type TraitCondition } from './leaf-kinds.ts';
import { literalOf, literalText, seenLiteral, traitPathOf, traitText } from './literal-text.ts';
import { NamesContext } from './names.ts';
import { useTraits, useTraitValues } from './seen.ts';
import { Unseen } from './unseen.tsx';

const textOperators: readonly TextOperator[] = ['contains', 'starts_with', 'ends_with', 'matches'];
type TraitWord = CompareOperator | TextOperator | 'exists' | 'missing';

export function TraitForm({
  condition,
  onChange,
}: {
  readonly condition: TraitCondition;
  readonly onChange: (condition: Condition) => void;
}): JSX.Element {
  const t = useTexts();
  const traits = useTraits();
  const [typed, setTyped] = useState('');
  const trait = condition.kind === 'compare' ? condition.left : condition.value;
  const path = trait.kind === 'trait' ? trait.path : ['country'];
  const text = valueText(condition);
  const name = traitText(path);
  const values = useTraitValues(name, typed);
  const put = (word: TraitWord, chosen: string): void => {
    onChange(traitCondition(path, word, chosen, values.values.get(chosen)));
  };
  const putTrait = (chosenName: string): void => {
    const chosen = traitPathOf(chosenName);
    if (chosen !== undefined) onChange(traitCondition(chosen, wordOf(condition), text));
  };
  const words: readonly TraitWord[] = [...compareOperators, ...textOperators, 'exists', 'missing'];
  const root = traitText(path.slice(0, 1));
  return (
    <div className="stack tight">
      <div className="row">
        <span className="quiet">{t('rule.trait')}</span>
        <NameField
          label={t('rule.trait')}
          value={name}
          suggestions={traits.suggestions}
          onChange={putTrait}
        />
        <Pick<TraitWord>
          label={t('rule.operator')}
          value={wordOf(condition)}
          options={words.map((word) => [word, isCompare(word) ? word : t(`rule.op.${word}`)])}
          onChange={(word) => {
            put(word, text);
          }}
        />
        {condition.kind !== 'presence' && (
          <NameField
            label={t('rule.value')}
            value={text}
            suggestions={values.suggestions}
            onType={setTyped}
            onChange={(chosen) => {
              put(wordOf(condition), chosen);
            }}
          />
        )}
      </div>
      <Unseen text="rule.unseen.trait" name={root} seen={traits.seen} onTake={putTrait} />
      {wordOf(condition) === '=' && (
        <Unseen
          text="rule.unseen.traitValue"
          name={text}
          seen={values.seen}
          onTake={(chosen) => {
            put('=', chosen);
          }}
        />
      )}
    </div>
  );
}

function isCompare(word: TraitWord): word is CompareOperator {
  return (compareOperators as readonly string[]).includes(word);
}

function wordOf(condition: TraitCondition): TraitWord {
  if (condition.kind === 'presence') return condition.present ? 'exists' : 'missing';
  return condition.op;
}

function valueText(condition: TraitCondition): string {
  if (condition.kind === 'text') return condition.text;
  if (condition.kind === 'presence') return '';
  return isLiteral(condition.right) ? literalText(condition.right) : '';
}

function traitCondition(
  path: readonly string[],
  word: TraitWord,
  text: string,
  seen?: string | number | boolean,
): Condition {
  const value = { kind: 'trait', path } as const;
  if (word === 'exists' || word === 'missing') return { kind: 'presence', value, present: word === 'exists' };
  return isCompare(word)
    ? { kind: 'compare', op: word, left: value, right: seenLiteral(seen) ?? literalOf(text) }
    : { kind: 'text', op: word, value, text };
}

export function SegmentForm({
  segment,
  onChange,
}: {
  readonly segment: string;
  readonly onChange: (condition: Condition) => void;
}): JSX.Element {
  const t = useTexts();
  const { segments } = use(NamesContext);
  const names = segments.includes(segment) ? segments : [segment, ...segments];
  return (
    <div className="row">
      <span className="quiet">{t('rule.inSegment')}</span>
      <Pick
        label={t('rule.inSegment')}
        value={segment}
        options={names.map((name) => [name, name])}
        onChange={(chosen) => {
          onChange({ kind: 'in_segment', segment: chosen });
        }}
      />
    </div>
  );
}

export function StageForm({
  lifecycle,
  stage,
  onChange,
}: {
  readonly lifecycle: string;
  readonly stage: string;
  readonly onChange: (condition: Condition) => void;
}): JSX.Element {
  const t = useTexts();
  const { stages } = use(NamesContext);
  const known = stages.get(lifecycle) ?? [];
  const put = (chosenLifecycle: string, chosen: string): void => {
    onChange({
      kind: 'compare',
      op: '=',
      left: { kind: 'stage', lifecycle: chosenLifecycle },
      right: { kind: 'string', value: chosen },
    });
  };
  return (
    <div className="row">
      <span className="quiet">{t('rule.stage')}</span>
      <Pick
        label={t('nav.lifecycles')}
        value={lifecycle}
        options={[...new Set([lifecycle, ...stages.keys()])].map((name) => [name, name])}
        onChange={(chosen) => {
          put(chosen, stages.get(chosen)?.[0] ?? stage);
        }}
      />
      <Pick
        label={t('rule.stage')}
        value={stage}
        options={[...new Set([stage, ...known])].map((name) => [name, name])}
        onChange={(chosen) => {
          put(lifecycle, chosen);
        }}
      />
    </div>
  );
}

/** Any condition, as text; it counts when it can be read. */
export function TextForm({
  condition,
  onChange,
}: {
  readonly condition: Condition;
  readonly onChange: (condition: Condition) => void;
}): JSX.Element {
  const t = useTexts();
  const shown = formatRule(condition);
  const [typed, setTyped] = useState(shown);
  useEffect(() => {
    setTyped(shown);
  }, [shown]);
  const { tree, diagnostics } = parseRule(typed);
  const [problem] = diagnostics;
  return (
    <div className="stack tight">
      <textarea
        className="input short"
        aria-label={t('builder.rule')}
        aria-invalid={tree === undefined}
        rows={Math.min(6, typed.split('\n').length)}
        spellCheck={false}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
        }}
        onBlur={() => {
          if (tree !== undefined && typed !== shown) onChange(tree);
        }}
      />
      {tree === undefined && problem !== undefined && <p className="problem">{problem.message}</p>}
    </div>
  );
}
