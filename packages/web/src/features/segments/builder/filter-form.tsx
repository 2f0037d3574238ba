/** `where`: what the event itself must say, one line for each property. */

import { formatRule } from '@segue/core/rules/format.ts';
import type { CompareOperator, Condition } from '@segue/core/rules/tree.ts';
import { Plus, X } from 'lucide-react';
import { type JSX, use } from 'react';

import { Button, IconButton } from '../../../design/button.tsx';
import { useTexts } from '../../../texts/use-texts.ts';
import { NameField, Pick } from './fields.tsx';
import { compareOperators, isLiteral } from './leaf-kinds.ts';
import { literalOf, literalText, pathOf, pathText } from './literal-text.ts';
import { NamesContext } from './names.ts';

type Comparison = Extract<Condition, { readonly kind: 'compare' }>;

export function FilterForm({
  where,
  onChange,
}: {
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
  line,
  onChange,
  onRemove,
}: {
  readonly line: Comparison;
  readonly onChange: (line: Comparison) => void;
  readonly onRemove: () => void;
}): JSX.Element {
  const t = useTexts();
  const { properties } = use(NamesContext);
  const { left, op, right } = line;
  return (
    <div className="row">
      <span className="quiet">{t('rule.where')}</span>
      <NameField
        label={t('rule.property')}
        value={left.kind === 'property' ? pathText(left.path) : ''}
        suggestions={properties}
        onChange={(text) => {
          const path = pathOf(text);
          if (path !== undefined) onChange({ ...line, left: { kind: 'property', path } });
        }}
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
        value={isLiteral(right) ? literalText(right) : ''}
        onChange={(text) => {
          onChange({ ...line, right: literalOf(text) });
        }}
      />
      <IconButton label={t('rule.remove')} onClick={onRemove}>
        <X aria-hidden />
      </IconButton>
    </div>
  );
}
