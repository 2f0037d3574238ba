/** The rule as conditions or as text: two views of one thing, always in step. */

import type { Definitions } from '@segue/core/model/definitions.ts';
import { parseRule } from '@segue/core/rules/parse.ts';
import { Tabs } from 'radix-ui';
import { type JSX, useMemo } from 'react';

import { TextArea } from '../../design/field.tsx';
import { Notice } from '../../design/layout.tsx';
import { useTexts } from '../../texts/use-texts.ts';
import { RuleBuilder } from './builder/rule-builder.tsx';
import type { RuleAction, RuleHistory } from './rule-history.ts';

export type RuleMode = 'builder' | 'text';
/** The field of the text, as it is found in the page. */
export const ruleField = 'rule';

export function RuleEditor({
  history: { text },
  definitions,
  mode,
  onMode,
  onChange,
}: {
  readonly history: RuleHistory;
  readonly definitions: Definitions;
  readonly mode: RuleMode;
  readonly onMode: (mode: RuleMode) => void;
  readonly onChange: (action: RuleAction) => void;
}): JSX.Element {
  const t = useTexts();
  const { tree } = useMemo(() => parseRule(text), [text]);
  const isEmpty = text.trim() === '';
  return (
    <Tabs.Root
      value={mode}
      className="stack"
      onValueChange={(chosen) => {
        onMode(chosen === 'text' ? 'text' : 'builder');
      }}
    >
      <Tabs.List className="tabs" aria-label={t('builder.rule')}>
        <Tabs.Trigger value="builder" className="tab">
          {t('rule.mode.builder')}
        </Tabs.Trigger>
        <Tabs.Trigger value="text" className="tab">
          {t('rule.mode.text')}
        </Tabs.Trigger>
      </Tabs.List>
      <Tabs.Content value="builder">
        {tree === undefined && !isEmpty ? (
          <Notice tone="warn">{t('rule.broken')}</Notice>
        ) : (
          <RuleBuilder
            tree={isEmpty ? undefined : tree}
            definitions={definitions}
            onEdit={(changed) => {
              onChange({ kind: 'set', text: changed });
            }}
          />
        )}
      </Tabs.Content>
      <Tabs.Content value="text">
        <TextArea
          label={t('builder.rule')}
          hint={t('builder.rule.hint')}
          name={ruleField}
          value={text}
          rows={6}
          onChange={(event) => {
            onChange({ kind: 'type', text: event.target.value, at: event.timeStamp });
          }}
        />
      </Tabs.Content>
    </Tabs.Root>
  );
}
