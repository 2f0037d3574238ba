/** Forms of the smaller conditions: a segment, a list, consent, a sample, everyone; and any condition as text. */

import { formatRule } from '@segue/core/rules/format.ts';
import { parseRule } from '@segue/core/rules/parse.ts';
import type { Condition } from '@segue/core/rules/tree.ts';
import { type JSX, use, useEffect, useState } from 'react';

import { useRefusals } from '../../../texts/use-refusals.ts';
import { useTexts } from '../../../texts/use-texts.ts';
import { NameField, NumberField, Pick, ReadField } from './fields.tsx';
import { textOf, textShown } from './literal-text.ts';
import { nameOf, NamesContext } from './names.ts';
import { useValues } from './seen.ts';
import { choices } from './value-form.tsx';

type Props<K extends Condition['kind']> = {
  readonly condition: Extract<Condition, { readonly kind: K }>;
  readonly onChange: (condition: Condition) => void;
};

export function SegmentForm({ condition, onChange }: Props<'in_segment'>): JSX.Element {
  const t = useTexts();
  const { segments } = use(NamesContext);
  return (
    <div className="row">
      <span className="quiet">{t('rule.inSegment')}</span>
      <Pick
        label={t('rule.inSegment')}
        value={condition.segment}
        options={choices(condition.segment, segments)}
        onChange={(segment) => {
          onChange({ ...condition, segment });
        }}
      />
    </div>
  );
}

export function ListForm({ condition, onChange }: Props<'in_list'>): JSX.Element {
  const t = useTexts();
  const { lists } = use(NamesContext);
  return (
    <div className="row">
      <span className="quiet">{t('rule.inList')}</span>
      <ReadField
        label={t('rule.inList')}
        value={condition.list}
        suggestions={lists.map((name) => ({ value: name }))}
        read={nameOf}
        expected={t('rule.problem.name')}
        onChange={(list) => {
          onChange({ ...condition, list });
        }}
      />
    </div>
  );
}

type ConsentKind = 'channel' | 'topic';
const consent = { kind: 'track', name: 'Subscription Updated' } as const;

/** Whether they may be written to: over a channel, or on a topic over any. */
export function ConsentForm({ condition, onChange }: Props<'subscribed'>): JSX.Element {
  const t = useTexts();
  const { channels, topics } = use(NamesContext);
  const { to } = condition;
  const come = useValues(consent, to.kind, '');
  const usual = to.kind === 'channel' ? channels : topics;
  const suggestions = [
    ...come.suggestions,
    ...usual.flatMap((value) => (come.suggestions.some((one) => one.value === value) ? [] : [{ value }])),
  ];
  return (
    <div className="row">
      <span className="quiet">{t('rule.consent')}</span>
      <Pick<ConsentKind>
        label={t('rule.consent.to')}
        value={to.kind}
        options={[
          ['channel', t('rule.consent.channel')],
          ['topic', t('rule.consent.topic')],
        ]}
        onChange={(kind) => {
          if (kind === to.kind) return;
          const chosen =
            kind === 'channel'
              ? ({ kind, channel: channels[0] ?? 'email' } as const)
              : ({ kind, topic: topics[0] ?? 'newsletter' } as const);
          onChange({ ...condition, to: chosen });
        }}
      />
      {to.kind === 'channel' ? (
        <ReadField
          label={t('rule.consent.channel')}
          value={to.channel}
          suggestions={suggestions}
          size={10}
          read={nameOf}
          expected={t('rule.problem.name')}
          onChange={(channel) => {
            onChange({ ...condition, to: { kind: 'channel', channel } });
          }}
        />
      ) : (
        <NameField
          label={t('rule.consent.topic')}
          value={textShown(to.topic)}
          suggestions={suggestions}
          onChange={(topic) => {
            onChange({ ...condition, to: { kind: 'topic', topic: textOf(topic) } });
          }}
        />
      )}
    </div>
  );
}

/** A share of customers that is the same for ever; another seed is another share. */
export function SampleForm({ condition, onChange }: Props<'sample'>): JSX.Element {
  const t = useTexts();
  return (
    <div className="row">
      <span className="quiet">{t('rule.sample')}</span>
      <NumberField
        label={t('rule.sample.share')}
        value={condition.percent}
        min={0}
        max={100}
        onChange={(percent) => {
          onChange({ ...condition, percent });
        }}
      />
      <span className="quiet">{t('rule.sample.seed')}</span>
      <NameField
        label={t('rule.sample.name')}
        value={textShown(condition.seed)}
        size={8}
        onChange={(seed) => {
          onChange({ ...condition, seed: textOf(seed) });
        }}
      />
    </div>
  );
}

export function LiteralForm({ condition, onChange }: Props<'literal'>): JSX.Element {
  const t = useTexts();
  return (
    <div className="row">
      <Pick
        label={t('rule.add.everyone')}
        value={String(condition.value)}
        options={[
          ['true', t('rule.everyone')],
          ['false', t('rule.nobody')],
        ]}
        onChange={(chosen) => {
          onChange({ ...condition, value: chosen === 'true' });
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
  const refusalOf = useRefusals();
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
      {tree === undefined && problem !== undefined && <p className="problem">{refusalOf(problem)}</p>}
    </div>
  );
}
