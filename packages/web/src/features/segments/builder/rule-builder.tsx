/**
 * A rule as nested conditions. What is changed here is the tree; its text and its sentence follow at once. Every condition of the
 * language has a form; any of them may be written as text in its place as well.
 */

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import { formatRule } from '@segue/core/rules/format.ts';
import { parseRule } from '@segue/core/rules/parse.ts';
import type { Condition } from '@segue/core/rules/tree.ts';
import { type JSX, useState } from 'react';

import { useRefusals } from '../../../texts/use-refusals.ts';
import { AddCondition } from './add-condition.tsx';
import { ConditionTree, DefinitionsContext } from './condition-tree.tsx';
import { FilterContext } from './event-form.tsx';
import { FilterForm } from './filter-form.tsx';
import { beginning } from './leaf-kinds.ts';
import { usualNames } from './names.ts';

/** By which its conditions are found in the page. */
export const ruleTree = 'rule';

export function RuleBuilder({
  tree,
  definitions,
  onEdit,
}: {
  readonly tree: Condition | undefined;
  readonly definitions: Definitions;
  /** Told of the text of the tree as it was made; it can be read again. Empty where nothing is left. */
  readonly onEdit: (text: string) => void;
}): JSX.Element {
  const refusalOf = useRefusals();
  const [refused, setRefused] = useState<Diagnostic>();
  const edit = (changed: Condition | undefined): void => {
    const text = changed === undefined ? '' : formatRule(changed);
    // What could not be read again, such as too deep a nesting, would leave people before a rule that is not shown.
    const [problem] = text === '' ? [] : parseRule(text).diagnostics;
    setRefused(problem);
    if (problem === undefined) onEdit(text);
  };
  return (
    <DefinitionsContext value={definitions}>
      <FilterContext value={FilterForm}>
        <ConditionTree
          tree={tree}
          name={ruleTree}
          usual={beginning('behaviour', usualNames)}
          Add={AddCondition}
          onEdit={edit}
        />
        {refused !== undefined && (
          <p className="problem" role="alert">
            {refusalOf(refused)}
          </p>
        )}
      </FilterContext>
    </DefinitionsContext>
  );
}
