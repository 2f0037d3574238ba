/** `where`: what the event itself must say, one line for each property. */

import { formatRule } from '@segue/core/rules/format.ts';
import type { CompareOperator, Condition, EventSource } from '@segue/core/rules/tree.ts';
import { Plus, X } from 'lucide-react';
import { type JSX, useState } from 'react';

import { Button, IconButton } from '../../../design/button.tsx';
import { useTexts } from '../../../texts/use-texts.ts';
import { NameField, Pick } from './fields.tsx';
import { compareOperators, isLiteral } from './leaf-kinds.ts';
import { literalOf, literalText, pathOf, pathText, seenLiteral } from './literal-text.ts';
import { useProperties, useValues } from './seen.ts';
import { Unseen } from './unseen.tsx';

type Comparison = Extract<Condition, { readonly kind: 'compare' }>;

export function FilterForm({
  source,
  where,
  onChange,
}: {
  readonly source: EventSource;
  readonly where: Condition | undefined;
  readonly onChange: (where: Condition | undefined) => void;
}): JSX.Element {
  const t = useTexts();
  const lines = linesOf(where);
  if (lines === undefined) {
    return <code>{where === undefined ? '' : formatRule(where)}</code>;
  }
  const put = (next: readonly Comparison[]): void => {
    const [only] = next;
    onChange(next.length > 1 ? { kind: 'and', items: next } : only);
  };
  return (
    <div className="filters">
      {lines.map((line, i) => (
        <Line
          key={i}
          source={source}
          line={line}
          onChange={(changed) => {
            put(lines.map((each, j) => (i === j ? changed : each)));
          }}
          onRemove={() => {
            put(lines.filter((_, j) => i !== j));
          }}
        />
      ))}
      <Button
        kind="plain"
        onClick={() => {
          put([...lines, beginning]);
        }}
      >
        <Plus aria-hidden />
        {t('rule.where.add')}
      </Button>
    </div>
  );
}

const beginning: Comparison = {
  kind: 'compare',
  op: '=',
  left: { kind: 'property', path: ['category'] },
  right: { kind: 'string', value: '' },
};

/** Comparisons of properties, all of which must hold; undefined for anything else. */
function linesOf(where: Condition | undefined): readonly Comparison[] | undefined {
  if (where === undefined) return [];
  const items = where.kind === 'and' ? where.items : [where];
  const lines = items.filter(
    (item): item is Comparison =>
      item.kind === 'compare' && item.left.kind === 'property' && isLiteral(item.right),
  );
  return lines.length === items.length ? lines : undefined;
}

function Line({
  source,
  line,
  onChange,
  onRemove,
}: {
  readonly source: EventSource;
  readonly line: Comparison;
  readonly onChange: (line: Comparison) => void;
  readonly onRemove: () => void;
}): JSX.Element {
  const t = useTexts();
  const { left, op, right } = line;
  const [typed, setTyped] = useState('');
  const name = left.kind === 'property' ? pathText(left.path) : '';
  const properties = useProperties(source);
  const values = useValues(source, name, typed);
  const value = isLiteral(right) ? literalText(right) : '';
  const putProperty = (text: string): void => {
    const path = pathOf(text);
    if (path !== undefined) onChange({ ...line, left: { kind: 'property', path } });
  };
  const putValue = (text: string): void => {
    onChange({ ...line, right: seenLiteral(values.values.get(text)) ?? literalOf(text) });
  };
  return (
    <>
      <div className="row">
        <span className="quiet">{t('rule.where')}</span>
        <NameField
          label={t('rule.property')}
          value={name}
          suggestions={properties.suggestions}
          onChange={putProperty}
        />
        <Pick<CompareOperator>
          label={t('rule.operator')}
          value={op}
          options={compareOperators.map((each) => [each, each])}
          onChange={(chosen) => {
            onChange({ ...line, op: chosen });
          }}
        />
        <NameField
          label={t('rule.value')}
          value={value}
          suggestions={values.suggestions}
          onChange={putValue}
          onType={setTyped}
        />
        <IconButton label={t('rule.remove')} onClick={onRemove}>
          <X aria-hidden />
        </IconButton>
      </div>
      <Unseen text="rule.unseen.property" name={name} seen={properties.seen} onTake={putProperty} />
      {op === '=' && <Unseen text="rule.unseen.value" name={value} seen={values.seen} onTake={putValue} />}
    </>
  );
}
