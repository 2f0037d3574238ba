/** `where`: what the event itself must say. The same conditions as of the rule around it, of properties alone. */

import type { Condition, EventSource } from '@segue/core/rules/tree.ts';
import { Plus } from 'lucide-react';
import type { JSX } from 'react';

import { Button } from '../../../design/button.tsx';
import { useTexts } from '../../../texts/use-texts.ts';
import { type AddProps, ConditionTree } from './condition-tree.tsx';
import { SourceContext } from './value-form.tsx';

export function FilterForm({
  source,
  where,
  onChange,
}: {
  readonly source: EventSource;
  readonly where: Condition | undefined;
  readonly onChange: (where: Condition | undefined) => void;
}): JSX.Element {
  return (
    <SourceContext value={source}>
      <ConditionTree tree={where} usual={beginning} Add={AddFilter} isWhere onEdit={onChange} />
    </SourceContext>
  );
}

const beginning: Condition = {
  kind: 'compare',
  op: '=',
  left: { kind: 'property', path: ['category'] },
  right: { kind: 'string', value: '' },
};

function AddFilter({ onAdd }: AddProps): JSX.Element {
  const t = useTexts();
  return (
    <Button
      kind="plain"
      onClick={() => {
        onAdd(beginning);
      }}
    >
      <Plus aria-hidden />
      {t('rule.where.add')}
    </Button>
  );
}
