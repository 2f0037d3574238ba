/** Something more that must hold: what most rules are made of in sight, the rest of the language one click away. */

import { Ellipsis, Plus } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { type JSX, use } from 'react';

import { Button } from '../../../design/button.tsx';
import { useTexts } from '../../../texts/use-texts.ts';
import type { AddProps } from './condition-tree.tsx';
import { type Beginning, beginning, commonBeginnings, rareBeginnings } from './leaf-kinds.ts';
import { NamesContext } from './names.ts';

export function AddCondition({ onAdd }: AddProps): JSX.Element {
  const t = useTexts();
  const names = use(NamesContext);
  const isThere = (what: Beginning): boolean =>
    (what !== 'segment' || names.segments.length > 0) && (what !== 'stage' || names.stages.size > 0);
  return (
    <div className="row adding">
      {commonBeginnings.filter(isThere).map((what) => (
        <Button
          key={what}
          kind="plain"
          onClick={() => {
            onAdd(beginning(what, names));
          }}
        >
          <Plus aria-hidden />
          {t(`rule.add.${what}`)}
        </Button>
      ))}
      <DropdownMenu.Root>
        <DropdownMenu.Trigger className="button" data-kind="plain">
          <Ellipsis aria-hidden />
          {t('rule.add.more')}
        </DropdownMenu.Trigger>
        <DropdownMenu.Content className="menu" align="start" sideOffset={4}>
          {rareBeginnings.map((what) => (
            <DropdownMenu.Item
              key={what}
              className="menu-item"
              onSelect={() => {
                onAdd(beginning(what, names));
              }}
            >
              {t(`rule.add.${what}`)}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Root>
    </div>
  );
}
