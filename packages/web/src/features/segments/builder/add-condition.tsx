/** Something more that must hold: what most rules are made of in sight, the rest of the language one click away. */

import { Plus } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { type JSX, use } from 'react';

import { Button } from '../../../design/button.tsx';
import { useTexts } from '../../../texts/use-texts.ts';
import type { AddProps } from './condition-tree.tsx';
import { type Beginning, beginning, commonBeginnings, rareBeginnings } from './leaf-kinds.ts';
import { NamesContext } from './names.ts';
import { useKeysOfMenu } from './use-keys-of-menu.ts';

export function AddCondition({ isWithin, onAdd }: AddProps): JSX.Element {
  const t = useTexts();
  const names = use(NamesContext);
  const isThere = (what: Beginning): boolean =>
    (what !== 'segment' || names.segments.length > 0) && (what !== 'stage' || names.stages.size > 0);
  const common = commonBeginnings.filter(isThere);
  const add = (what: Beginning): void => {
    onAdd(beginning(what, names));
  };
  // Within a group one button is enough; the row of them stands once, below.
  if (isWithin) {
    return <AddMenu text={t('rule.add.another')} choices={[...common, ...rareBeginnings]} onAdd={add} />;
  }
  return (
    <div className="row adding">
      {common.map((what) => (
        <Button
          key={what}
          kind="plain"
          onClick={() => {
            add(what);
          }}
        >
          <Plus aria-hidden />
          {t(`rule.add.${what}`)}
        </Button>
      ))}
      <AddMenu text={t('rule.add.more')} choices={rareBeginnings} onAdd={add} />
    </div>
  );
}

function AddMenu({
  text,
  choices,
  onAdd,
}: {
  readonly text: string;
  readonly choices: readonly Beginning[];
  readonly onAdd: (what: Beginning) => void;
}): JSX.Element {
  const t = useTexts();
  const keys = useKeysOfMenu();
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger className="button" data-kind="plain">
        <Plus aria-hidden />
        {text}
      </DropdownMenu.Trigger>
      <DropdownMenu.Content className="menu" align="start" sideOffset={4} onCloseAutoFocus={keys.onClosed}>
        {choices.map((what) => (
          <DropdownMenu.Item
            key={what}
            className="menu-item"
            onSelect={() => {
              keys.leave();
              onAdd(what);
            }}
          >
            {t(`rule.add.${what}`)}
          </DropdownMenu.Item>
        ))}
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  );
}
