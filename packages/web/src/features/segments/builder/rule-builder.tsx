/** A rule as nested conditions. What is changed here is the tree; its text and its sentence follow at once. */

import { type Definitions, noDefinitions } from '@segue/core/model/definitions.ts';
import { checkRule } from '@segue/core/rules/check.ts';
import type { Condition } from '@segue/core/rules/tree.ts';
import { Braces, CircleSlash, Plus, X } from 'lucide-react';
import { createContext, type JSX, type ReactNode, use, useMemo, useState } from 'react';

import { Button, IconButton } from '../../../design/button.tsx';
import { useTexts } from '../../../texts/use-texts.ts';
import { BehaviourForm } from './behaviour-form.tsx';
import { isDuration } from './duration-form.tsx';
import { NameField, Pick } from './fields.tsx';
import { SegmentForm, StageForm, TextForm, TraitForm } from './leaf-forms.tsx';
import { beginnings, behaviourCondition, leafOf } from './leaf-kinds.ts';
import { NamesContext } from './names.ts';
import { SequenceForm } from './sequence-form.tsx';
import { added, isGroup, type Join, joined, negated, type Place, removed, replaced } from './tree-edits.ts';

type Edit = (tree: Condition | undefined) => void;
type Props = {
  readonly tree: Condition;
  readonly node: Condition;
  readonly place: Place;
  readonly onEdit: Edit;
};

/** By what conditions are checked where they stand. */
const DefinitionsContext = createContext<Definitions>(noDefinitions);

export function RuleBuilder({
  tree,
  definitions,
  onEdit,
}: {
  readonly tree: Condition | undefined;
  readonly definitions: Definitions;
  readonly onEdit: Edit;
}): JSX.Element {
  if (tree === undefined) return <Add onAdd={onEdit} />;
  return (
    <DefinitionsContext value={definitions}>
      <div className="builder">
        <Node tree={tree} node={tree} place={[]} onEdit={onEdit} />
        {!isGroup(tree) && (
          <Add
            onAdd={(condition) => {
              onEdit(added(tree, [], condition));
            }}
          />
        )}
      </div>
    </DefinitionsContext>
  );
}

function Node(props: Props): JSX.Element {
  const { node } = props;
  if (isGroup(node)) return <Group {...props} />;
  if (node.kind === 'not' && (isGroup(node.item) || node.item.kind === 'for')) return <Not {...props} />;
  if (node.kind === 'for') return <For {...props} />;
  return <Leaf {...props} />;
}

function Group({ tree, node, place, onEdit }: Props): JSX.Element {
  const t = useTexts();
  if (!isGroup(node)) return <></>;
  return (
    <fieldset className="group">
      <legend className="row">
        <Pick<Join>
          label={t('rule.join')}
          value={node.kind}
          options={[
            ['and', t('rule.join.and')],
            ['or', t('rule.join.or')],
          ]}
          onChange={(join) => {
            onEdit(joined(tree, place, join));
          }}
        />
        {place.length > 0 && <Remove tree={tree} place={place} onEdit={onEdit} />}
      </legend>
      {node.items.map((item, i) => (
        <Node key={i} tree={tree} node={item} place={[...place, i]} onEdit={onEdit} />
      ))}
      <Add
        onAdd={(condition) => {
          onEdit(added(tree, place, condition));
        }}
      />
    </fieldset>
  );
}

function Not({ tree, node, place, onEdit }: Props): JSX.Element {
  const t = useTexts();
  if (node.kind !== 'not') return <></>;
  return (
    <fieldset className="group">
      <legend className="row">
        <span>{t('rule.not')}</span>
        <Remove tree={tree} place={place} onEdit={onEdit} />
      </legend>
      <Node tree={tree} node={node.item} place={[...place, 0]} onEdit={onEdit} />
    </fieldset>
  );
}

function For({ tree, node, place, onEdit }: Props): JSX.Element {
  const t = useTexts();
  if (node.kind !== 'for') return <></>;
  return (
    <fieldset className="group">
      <legend className="row">
        <span>{t('rule.for')}</span>
        <NameField
          label={t('rule.duration')}
          value={node.duration}
          size={6}
          onChange={(duration) => {
            if (isDuration(duration)) {
              onEdit(replaced(tree, place, { ...node, duration }));
            }
          }}
        />
        <Remove tree={tree} place={place} onEdit={onEdit} />
      </legend>
      <Node tree={tree} node={node.item} place={[...place, 0]} onEdit={onEdit} />
    </fieldset>
  );
}

function Leaf({ tree, node, place, onEdit }: Props): JSX.Element {
  const t = useTexts();
  const [asText, setAsText] = useState(false);
  const isNot = node.kind === 'not';
  const inner = isNot ? node.item : node;
  const put = (condition: Condition): void => {
    onEdit(replaced(tree, place, isNot ? { kind: 'not', item: condition } : condition));
  };
  return (
    <div className="leaf">
      <div className="stack tight">
        {isNot && <span className="badge">{t('rule.not')}</span>}
        {asText ? (
          <TextForm condition={inner} onChange={put} />
        ) : (
          <LeafForm condition={inner} onChange={put} />
        )}
        <Faults condition={node} />
      </div>
      <div className="leaf-actions">
        <IconButton
          label={t('rule.negate')}
          aria-pressed={isNot}
          onClick={() => {
            onEdit(replaced(tree, place, negated(node)));
          }}
        >
          <CircleSlash aria-hidden />
        </IconButton>
        <IconButton
          label={t('rule.asText')}
          aria-pressed={asText}
          onClick={() => {
            setAsText(!asText);
          }}
        >
          <Braces aria-hidden />
        </IconButton>
        <Remove tree={tree} place={place} onEdit={onEdit} />
      </div>
    </div>
  );
}

/** What is wrong with one condition, where it stands. */
function Faults({ condition }: { readonly condition: Condition }): JSX.Element {
  const definitions = use(DefinitionsContext);
  const faults = useMemo(() => checkRule(condition, { definitions }), [condition, definitions]);
  return (
    <>
      {faults.map(({ code, message, severity }, i) => (
        <p key={`${code} ${String(i)}`} className={severity === 'error' ? 'problem' : 'unseen'} role="status">
          {message}
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
  switch (leaf.kind) {
    case 'behaviour':
      return (
        <BehaviourForm
          behaviour={leaf.behaviour}
          onChange={(behaviour) => {
            onChange(behaviourCondition(behaviour));
          }}
        />
      );
    case 'trait':
      return <TraitForm condition={leaf.condition} onChange={onChange} />;
    case 'segment':
      return <SegmentForm segment={leaf.segment} onChange={onChange} />;
    case 'stage':
      return <StageForm lifecycle={leaf.lifecycle} stage={leaf.stage} onChange={onChange} />;
    case 'sequence':
      return <SequenceForm sequence={leaf.sequence} onChange={onChange} />;
    case 'text':
      return <TextForm condition={condition} onChange={onChange} />;
  }
}

function Remove({ tree, place, onEdit }: Omit<Props, 'node'>): JSX.Element {
  const t = useTexts();
  return (
    <IconButton
      label={t('rule.remove')}
      onClick={() => {
        onEdit(removed(tree, place));
      }}
    >
      <X aria-hidden />
    </IconButton>
  );
}

/** Something more that must hold. */
function Add({ onAdd }: { readonly onAdd: (condition: Condition) => void }): JSX.Element {
  const t = useTexts();
  const { segments, stages } = use(NamesContext);
  const [segment] = segments;
  const [lifecycle] = stages;
  return (
    <div className="row">
      <AddButton text={t('rule.add.behaviour')} condition={beginnings.behaviour} onAdd={onAdd} />
      <AddButton text={t('rule.add.sequence')} condition={beginnings.sequence} onAdd={onAdd} />
      <AddButton text={t('rule.add.trait')} condition={beginnings.trait} onAdd={onAdd} />
      {segment !== undefined && (
        <AddButton text={t('rule.add.segment')} condition={{ kind: 'in_segment', segment }} onAdd={onAdd} />
      )}
      {lifecycle !== undefined && (
        <AddButton text={t('rule.add.stage')} condition={inStage(lifecycle)} onAdd={onAdd} />
      )}
      <AddButton text={t('rule.add.group')} condition={anyOf} onAdd={onAdd} />
    </div>
  );
}

const anyOf: Condition = {
  kind: 'or',
  items: [
    { kind: 'did', negated: false, events: { source: { kind: 'track', name: 'Product Added' } } },
    { kind: 'did', negated: false, events: { source: { kind: 'track', name: 'Products Searched' } } },
  ],
};

function inStage([lifecycle, [stage = '']]: readonly [string, readonly string[]]): Condition {
  return {
    kind: 'compare',
    op: '=',
    left: { kind: 'stage', lifecycle },
    right: { kind: 'string', value: stage },
  };
}

function AddButton({
  text,
  condition,
  onAdd,
}: {
  readonly text: string;
  readonly condition: Condition;
  readonly onAdd: (condition: Condition) => void;
}): JSX.Element {
  return (
    <Button
      kind="plain"
      onClick={() => {
        onAdd(condition);
      }}
    >
      <Plus aria-hidden />
      {text}
    </Button>
  );
}
