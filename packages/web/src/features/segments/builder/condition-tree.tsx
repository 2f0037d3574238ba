/**
 * Conditions within conditions: groups, what does not hold, what has held for a time, and the forms of single conditions, each with
 * what can be done to it. A rule is one such tree, and so is what stands after `where`.
 */

import { type Definitions, noDefinitions } from '@segue/core/model/definitions.ts';
import { formatRule } from '@segue/core/rules/format.ts';
import type { Condition } from '@segue/core/rules/tree.ts';
import { X } from 'lucide-react';
import {
  type ComponentType,
  createContext,
  type JSX,
  type ReactNode,
  type RefObject,
  use,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react';

import { IconButton } from '../../../design/button.tsx';
import { useRefusals } from '../../../texts/use-refusals.ts';
import { useTexts } from '../../../texts/use-texts.ts';
import { ConditionMenu } from './condition-menu.tsx';
import { DurationForm } from './duration-form.tsx';
import { ownFaults } from './faults.ts';
import { Pick } from './fields.tsx';
import { ConsentForm, ListForm, LiteralForm, SampleForm, SegmentForm, TextForm } from './leaf-forms.tsx';
import { leafOf } from './leaf-kinds.ts';
import { NoteField } from './note-field.tsx';
import { QuestionForm } from './question-form.tsx';
import { SequenceForm } from './sequence-form.tsx';
import {
  added,
  at,
  isGroup,
  type Join,
  joined,
  type Place,
  removed,
  replaced,
  unwrapped,
  withNotes,
} from './tree-edits.ts';

export type AddProps = {
  /** Whether it adds to a group within others. */
  readonly isWithin: boolean;
  readonly onAdd: (condition: Condition) => void;
};

type Tree = {
  readonly tree: Condition;
  /** What stands before places, to tell them from those of a tree within. */
  readonly name: string;
  readonly isWhere: boolean;
  readonly usual: Condition;
  readonly Add: ComponentType<AddProps>;
  /** @param focus - where the keys go on */
  readonly edit: (tree: Condition | undefined, focus?: Place) => void;
};
type Props = { readonly tree: Tree; readonly node: Condition; readonly place: Place };
type Is<K extends Condition['kind']> = Extract<Condition, { readonly kind: K }>;

/** By what conditions are checked where they stand. */
export const DefinitionsContext = createContext<Definitions>(noDefinitions);

export function ConditionTree({
  tree,
  name,
  isWhere = false,
  usual,
  Add,
  onEdit,
}: {
  readonly tree: Condition | undefined;
  /** By which its conditions are found in the page. */
  readonly name?: string;
  readonly isWhere?: boolean;
  /** What an alternative begins as. */
  readonly usual: Condition;
  readonly Add: ComponentType<AddProps>;
  readonly onEdit: (tree: Condition | undefined) => void;
}): JSX.Element {
  const id = useId();
  const element = useRef<HTMLDivElement>(null);
  const prefix = name ?? id;
  const focusSoon = useFocus(element, prefix);
  const edit: Tree['edit'] = (changed, focus) => {
    if (focus !== undefined) focusSoon(focus);
    onEdit(changed);
  };
  const isAlone = tree === undefined || !isGroup(tree);
  return (
    <div ref={element} className={isWhere ? 'filters' : 'builder'}>
      {tree !== undefined && (
        <Node tree={{ tree, name: prefix, isWhere, usual, Add, edit }} node={tree} place={[]} />
      )}
      {isAlone && (
        <Add
          isWithin={false}
          onAdd={(condition) => {
            if (tree === undefined) edit(condition, []);
            else edit(added(tree, [], condition), [1]);
          }}
        />
      )}
    </div>
  );
}

/** Brings the keys to a place once it is drawn: what was clicked may be gone by then. */
function useFocus(element: RefObject<HTMLElement | null>, name: string): (place: Place) => void {
  const wanted = useRef<Place>(undefined);
  useEffect(() => {
    const place = wanted.current;
    if (place === undefined) return undefined;
    // After a menu that closes has let the keys go.
    const soon = setTimeout(() => {
      wanted.current = undefined;
      if (element.current !== null) focusPlace(element.current, name, place);
    });
    return () => {
      clearTimeout(soon);
    };
  });
  return (place) => {
    wanted.current = place;
  };
}

/** The first field of the condition at a place, or of the nearest one around it that is drawn. */
export function focusPlace(root: HTMLElement, name: string, place: Place): void {
  const fields = 'input, select, textarea, button';
  for (let depth = place.length; depth >= 0; depth--) {
    const shown = root.querySelector(`[data-place="${placeName(name, place.slice(0, depth))}"]`);
    const field = shown?.querySelector<HTMLElement>(fields);
    if (field === null || field === undefined) continue;
    field.focus();
    return;
  }
  root.querySelector<HTMLElement>(fields)?.focus();
}

function placeName(name: string, place: Place): string {
  return `${name} ${place.join('.')}`;
}

function Node(props: Props): JSX.Element {
  const { node } = props;
  if (isGroup(node)) return <Group {...props} node={node} />;
  if (node.kind === 'for') return <Lasting {...props} node={node} />;
  return node.kind === 'not' && !isPlain(node.item) ? <Not {...props} node={node} /> : <Leaf {...props} />;
}

/** Whether it is said in one box with a “not” before it. */
function isPlain(condition: Condition): boolean {
  return leafOf(condition) !== undefined && condition.comments === undefined;
}

function Group({ tree, node, place }: Props & { readonly node: Is<'and' | 'or'> }): JSX.Element {
  const t = useTexts();
  const { Add } = tree;
  return (
    <Box
      tree={tree}
      node={node}
      place={place}
      head={
        <Pick<Join>
          label={t('rule.join')}
          value={node.kind}
          options={[
            ['and', t('rule.join.and')],
            ['or', t('rule.join.or')],
          ]}
          onChange={(join) => {
            tree.edit(joined(tree.tree, place, join));
          }}
        />
      }
      end={place.length === 0 ? null : <Remove tree={tree} place={place} />}
    >
      {node.items.map((item, i) => (
        <Node key={i} tree={tree} node={item} place={[...place, i]} />
      ))}
      <Add
        isWithin={place.length > 0}
        onAdd={(condition) => {
          tree.edit(added(tree.tree, place, condition), [...place, node.items.length]);
        }}
      />
    </Box>
  );
}

function Not({ tree, node, place }: Props & { readonly node: Is<'not'> }): JSX.Element {
  const t = useTexts();
  return (
    <Box
      tree={tree}
      node={node}
      place={place}
      head={<span>{t('rule.not')}</span>}
      end={<Unwrap tree={tree} place={place} />}
    >
      <Node tree={tree} node={node.item} place={[...place, 0]} />
    </Box>
  );
}

function Lasting({ tree, node, place }: Props & { readonly node: Is<'for'> }): JSX.Element {
  const t = useTexts();
  return (
    <Box
      tree={tree}
      node={node}
      place={place}
      head={
        <>
          <span>{t('rule.for')}</span>
          <DurationForm
            label={t('rule.duration')}
            value={node.duration}
            onChange={(duration) => {
              tree.edit(replaced(tree.tree, place, { ...node, duration }));
            }}
          />
        </>
      }
      end={<Unwrap tree={tree} place={place} />}
    >
      <Node tree={tree} node={node.item} place={[...place, 0]} />
    </Box>
  );
}

/** What stands around conditions: its head, what can be done to it, its notes and what is wrong with it as a whole. */
function Box({
  tree,
  node,
  place,
  head,
  end,
  children,
}: Props & { readonly head: ReactNode; readonly end: ReactNode; readonly children: ReactNode }): JSX.Element {
  const { notes, menu } = useNotes(tree, node, place);
  return (
    <fieldset className="group" data-place={placeName(tree.name, place)}>
      <legend className="row">
        {head}
        <ConditionMenu {...tree} node={node} place={place} onNote={menu} />
        {end}
      </legend>
      {notes}
      {!tree.isWhere && <Faults condition={node} />}
      {children}
    </fieldset>
  );
}

/** The notes of a condition, and how one begins to write some. */
function useNotes(tree: Tree, node: Condition, place: Place) {
  const [isNoting, setNoting] = useState(false);
  const notes = (isNoting || node.comments !== undefined) && (
    <NoteField
      notes={node.comments?.join('\n') ?? ''}
      isNew={isNoting}
      onChange={(text) => {
        setNoting(false);
        tree.edit(replaced(tree.tree, place, withNotes(node, text)));
      }}
    />
  );
  const menu = (): void => {
    setNoting(true);
  };
  return { notes, menu };
}

function Leaf({ tree, node, place }: Props): JSX.Element {
  const t = useTexts();
  const shown = useMemo(() => formatRule(node), [node]);
  // Which condition is edited as text: another one that takes its place is not.
  const [textual, setTextual] = useState<string>();
  const { notes, menu } = useNotes(tree, node, place);
  const isNot = node.kind === 'not';
  const inner = isNot ? node.item : node;
  const isText = textual === shown;
  const put = (condition: Condition): void => {
    const changed: Condition = isNot ? { ...node, item: condition } : condition;
    if (isText) setTextual(formatRule(changed));
    tree.edit(replaced(tree.tree, place, changed));
  };
  return (
    <div className={tree.isWhere ? 'leaf light' : 'leaf'} data-place={placeName(tree.name, place)}>
      <div className="stack tight">
        {notes}
        {isNot && <span className="badge">{t('rule.not')}</span>}
        {isText ? (
          <TextForm condition={inner} onChange={put} />
        ) : (
          <LeafForm condition={inner} onChange={put} />
        )}
        {!tree.isWhere && <Faults condition={inner} />}
      </div>
      <div className="leaf-actions">
        <ConditionMenu
          {...tree}
          node={node}
          place={place}
          onNote={menu}
          isText={isText}
          onText={() => {
            setTextual(isText ? undefined : shown);
          }}
        />
        <Remove tree={tree} place={place} />
      </div>
    </div>
  );
}

/** What is wrong with one condition, where it stands. */
function Faults({ condition }: { readonly condition: Condition }): JSX.Element {
  const definitions = use(DefinitionsContext);
  const refusalOf = useRefusals();
  const faults = useMemo(() => ownFaults(condition, definitions), [condition, definitions]);
  return (
    <>
      {faults.map((fault, i) => (
        <p
          key={`${fault.code} ${String(i)}`}
          className={fault.severity === 'error' ? 'problem' : 'unseen'}
          role="status"
        >
          {refusalOf(fault)}
        </p>
      ))}
    </>
  );
}

function LeafForm({
  condition,
  onChange,
}: {
  readonly condition: Condition;
  readonly onChange: (condition: Condition) => void;
}): ReactNode {
  const leaf = leafOf(condition);
  switch (leaf?.kind) {
    case undefined:
      return null;
    case 'question':
      return <QuestionForm question={leaf.question} onChange={onChange} />;
    case 'sequence':
      return <SequenceForm sequence={leaf.sequence} onChange={onChange} />;
    case 'segment':
      return <SegmentForm condition={leaf.condition} onChange={onChange} />;
    case 'list':
      return <ListForm condition={leaf.condition} onChange={onChange} />;
    case 'consent':
      return <ConsentForm condition={leaf.condition} onChange={onChange} />;
    case 'sample':
      return <SampleForm condition={leaf.condition} onChange={onChange} />;
    case 'literal':
      return <LiteralForm condition={leaf.condition} onChange={onChange} />;
  }
}

function Remove({ tree: { tree, edit }, place }: Omit<Props, 'node'>): JSX.Element {
  const t = useTexts();
  return (
    <IconButton
      label={t('rule.remove')}
      onClick={() => {
        const left = removed(tree, place);
        edit(left, left === undefined || at(left, place) !== undefined ? place : place.slice(0, -1));
      }}
    >
      <X aria-hidden />
    </IconButton>
  );
}

/** Takes away what stands around a condition, and keeps the condition. */
function Unwrap({ tree: { tree, edit }, place }: Omit<Props, 'node'>): JSX.Element {
  const t = useTexts();
  return (
    <IconButton
      label={t('rule.unwrap')}
      onClick={() => {
        edit(unwrapped(tree, place), place);
      }}
    >
      <X aria-hidden />
    </IconButton>
  );
}
