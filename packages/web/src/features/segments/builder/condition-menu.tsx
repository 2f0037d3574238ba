/** What can be done to a condition besides filling in its form. */

import type { Condition } from '@segue/core/rules/tree.ts';
import {
  ArrowDown,
  ArrowUp,
  Braces,
  CircleSlash,
  Copy,
  Ellipsis,
  Hourglass,
  Split,
  StickyNote,
} from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { JSX, ReactNode } from 'react';

import { IconButton } from '../../../design/button.tsx';
import { useTexts } from '../../../texts/use-texts.ts';
import { useKeysOfMenu } from './use-keys-of-menu.ts';
import { doubled, moved, negated, type Place, replaced } from './tree-edits.ts';

type Props = {
  readonly tree: Condition;
  readonly node: Condition;
  readonly place: Place;
  readonly isWhere: boolean;
  /** What an alternative begins as. */
  readonly usual: Condition;
  readonly isText?: boolean;
  readonly edit: (tree: Condition | undefined, focus?: Place) => void;
  readonly onNote: () => void;
  /** Left out for what has no text of its own here. */
  readonly onText?: () => void;
};

export function ConditionMenu(props: Props): JSX.Element {
  const t = useTexts();
  const { tree, node, place, isWhere, isText = false, onNote, onText } = props;
  const last = place.at(-1) ?? 0;
  const around = place.slice(0, -1);
  const keys = useKeysOfMenu();
  const edit: Props['edit'] = (changed, focus) => {
    keys.leave();
    props.edit(changed, focus);
  };
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>
        <IconButton label={t('rule.menu')}>
          <Ellipsis aria-hidden />
        </IconButton>
      </DropdownMenu.Trigger>
      <DropdownMenu.Content className="menu" align="end" sideOffset={4} onCloseAutoFocus={keys.onClosed}>
        <Item
          icon={<CircleSlash aria-hidden />}
          text={t('rule.negate')}
          onSelect={() => {
            edit(replaced(tree, place, negated(node)), place);
          }}
        />
        <Alternative {...props} edit={edit} />
        {!isWhere && node.kind !== 'for' && (
          <Item
            icon={<Hourglass aria-hidden />}
            text={t('rule.lasting')}
            onSelect={() => {
              edit(replaced(tree, place, { kind: 'for', item: node, duration: '14d' }), place);
            }}
          />
        )}
        <Item icon={<StickyNote aria-hidden />} text={t('rule.note.add')} onSelect={onNote} />
        <Item
          icon={<Copy aria-hidden />}
          text={t('rule.double')}
          onSelect={() => {
            edit(doubled(tree, place), place.length === 0 ? [1] : [...around, last + 1]);
          }}
        />
        <Moves {...props} edit={edit} />
        {!isWhere && onText !== undefined && (
          <Item
            icon={<Braces aria-hidden />}
            text={t(isText ? 'rule.asForm' : 'rule.asText')}
            onSelect={onText}
          />
        )}
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  );
}

/** Up and down among those it stands with. */
function Moves({ tree, place, edit }: Props): JSX.Element {
  const t = useTexts();
  const last = place.at(-1) ?? 0;
  const around = place.slice(0, -1);
  const up = moved(tree, place, -1);
  const down = moved(tree, place, 1);
  return (
    <>
      {up !== undefined && (
        <Item
          icon={<ArrowUp aria-hidden />}
          text={t('rule.up')}
          onSelect={() => {
            edit(up, [...around, last - 1]);
          }}
        />
      )}
      {down !== undefined && (
        <Item
          icon={<ArrowDown aria-hidden />}
          text={t('rule.down')}
          onSelect={() => {
            edit(down, [...around, last + 1]);
          }}
        />
      )}
    </>
  );
}

/** This or another. A group of alternatives has a place for more of them. */
function Alternative({ tree, node, place, usual, edit }: Props): JSX.Element | null {
  const t = useTexts();
  if (node.kind === 'or') return null;
  return (
    <Item
      icon={<Split aria-hidden />}
      text={t('rule.orElse')}
      onSelect={() => {
        edit(replaced(tree, place, { kind: 'or', items: [node, usual] }), [...place, 1]);
      }}
    />
  );
}

function Item({
  icon,
  text,
  onSelect,
}: {
  readonly icon: ReactNode;
  readonly text: string;
  readonly onSelect: () => void;
}): JSX.Element {
  return (
    <DropdownMenu.Item className="menu-item" onSelect={onSelect}>
      {icon}
      {text}
    </DropdownMenu.Item>
  );
}
