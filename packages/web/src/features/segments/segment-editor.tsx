/** Writing a segment: text, what it means, what is wrong with it, who would move; then saved with a reason. */

import { useQuery } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { Redo2, Undo2 } from 'lucide-react';
import { type JSX, type KeyboardEvent, useMemo, useReducer, useRef, useState } from 'react';

import { Answer } from '../../data/answer.tsx';
import { definitionsQuery, segmentQuery } from '../../data/queries.ts';
import { IconButton } from '../../design/button.tsx';
import { TextField } from '../../design/field.tsx';
import { Card, View } from '../../design/layout.tsx';
import { useTexts } from '../../texts/use-texts.ts';
import { NamesContext } from './builder/names.ts';
import { Difference } from './difference.tsx';
import { LeaveQuestion } from './leave-question.tsx';
import { NameField } from './name-field.tsx';
import { namesOf } from './names-in-force.ts';
import { useObstacles } from './obstacles.ts';
import { Preview } from './preview.tsx';
import { readDefinitions, readRule } from './read-rule.ts';
import { RuleEditor, type RuleMode } from './rule-editor.tsx';
import { beginRule, changeRule, type RuleAction, type RuleHistory } from './rule-history.ts';
import { RuleMeaning } from './rule-meaning.tsx';
import { type Draft, SaveSegment } from './save-segment.tsx';
import { fieldsOf } from './segment-fields.ts';
import { nameTrouble, proposedName } from './segment-name.ts';
import './segments.css';
import { TemplateList } from './template-list.tsx';
import type { Template } from './templates.ts';

export function NewSegment(): JSX.Element {
  const t = useTexts();
  const { rule = '' } = useSearch({ from: '/inside/segments/new' });
  return (
    <View title={t('builder.new')}>
      <Editor inForce={undefined} draft={{ name: '', description: '', rule }} />
    </View>
  );
}

export function EditSegment(): JSX.Element {
  const t = useTexts();
  const { name } = useParams({ from: '/inside/segments/$name/edit' });
  // A rule that was suggested, or tried, is what is written on from.
  const { rule } = useSearch({ from: '/inside/segments/$name/edit' });
  const segment = useQuery(segmentQuery(name));
  return (
    <View title={t('builder.edit', { name })}>
      <Answer of={segment}>
        {({ definition }) => {
          const fields = fieldsOf(definition);
          return (
            <Editor
              inForce={fields.rule}
              draft={{ name, ...fields, ...(rule === undefined ? {} : { rule }) }}
            />
          );
        }}
      </Answer>
    </View>
  );
}

const nothing = {};

/** @param inForce - the rule that is changed; undefined for a new segment */
function Editor({
  inForce: ruleInForce,
  draft,
}: {
  readonly inForce: string | undefined;
  readonly draft: Draft;
}): JSX.Element {
  const isNew = ruleInForce === undefined;
  const element = useRef<HTMLDivElement>(null);
  const isSaved = useRef(false);
  const [isRefused, setRefused] = useState(false);
  const { definitions, names, taken } = useInForce();
  const { name, setName, description, setDescription, history, change, take } = useDraft(draft, taken);
  const { text } = history;
  const [mode, setMode] = useState<RuleMode>('builder');
  const read = useMemo(() => readRule(text, definitions), [text, definitions]);
  const trouble = isNew ? nameTrouble(name, taken) : undefined;
  const given = { element, name, trouble, text, read, definitions, mode, setMode };
  const { obstacles, refuse } = useObstacles(given);
  const written: Draft = { name, description, rule: text };
  return (
    <NamesContext value={names}>
      <LeaveQuestion isUnsaved={() => !isSaved.current && !isSame(written, draft)} />
      <div ref={element} className="editor" onKeyDown={steppedBy(change)}>
        <div className="stack">
          <Card>
            <div className="stack">
              {isNew && <NameField name={name} trouble={trouble} isAsked={isRefused} onChange={setName} />}
              <Description text={description} onChange={setDescription} />
              <RuleEditor
                history={history}
                definitions={definitions}
                mode={mode}
                onMode={setMode}
                onChange={change}
              />
              <Steps history={history} onStep={change} />
              {text.trim() !== '' && <RuleMeaning read={read} isSaidAbove={mode === 'builder'} />}
              {ruleInForce !== undefined && read.isRight && (
                <Difference before={ruleInForce} after={text} definitions={definitions} />
              )}
            </div>
          </Card>
          <SaveSegment
            draft={written}
            isNew={isNew}
            obstacles={obstacles}
            isRefused={isRefused}
            onRefuse={() => {
              setRefused(true);
              return refuse();
            }}
            onSaved={() => {
              isSaved.current = true;
            }}
          />
        </div>
        <div className="stack">
          <Preview rule={read.isRight ? text : undefined} />
          {isNew && <TemplateList definitions={definitions} onTake={take} />}
        </div>
      </div>
    </NamesContext>
  );
}

/** What is written, and how it is changed. */
function useDraft(draft: Draft, taken: ReadonlySet<string>) {
  const [name, setName] = useState(draft.name);
  const [description, setDescription] = useState(draft.description);
  const [history, change] = useReducer(changeRule, draft.rule, beginRule);
  const take = (template: Template): void => {
    change({ kind: 'set', text: template.rule });
    if (name === '') setName(proposedName(template.name, taken));
    if (description === '') setDescription(template.description);
  };
  return { name, setName, description, setDescription, history, change, take };
}

/** The definitions in force, and the names in them. */
function useInForce() {
  const inForce = useQuery(definitionsQuery).data?.definitions ?? nothing;
  return useMemo(() => {
    const definitions = readDefinitions(inForce);
    return { definitions, names: namesOf(definitions), taken: new Set(definitions.segments.keys()) };
  }, [inForce]);
}

function Description({
  text,
  onChange,
}: {
  readonly text: string;
  readonly onChange: (text: string) => void;
}): JSX.Element {
  const t = useTexts();
  return (
    <TextField
      label={t('builder.description')}
      value={text}
      onChange={(event) => {
        onChange(event.target.value);
      }}
    />
  );
}

function isSame(a: Draft, b: Draft): boolean {
  return a.name === b.name && a.description === b.description && a.rule === b.rule;
}

function Steps({
  history,
  onStep,
}: {
  readonly history: RuleHistory;
  readonly onStep: (action: RuleAction) => void;
}): JSX.Element {
  const t = useTexts();
  return (
    <div className="row">
      <IconButton
        label={t('builder.undo')}
        disabled={history.past.length === 0}
        onClick={() => {
          onStep({ kind: 'undo' });
        }}
      >
        <Undo2 aria-hidden />
      </IconButton>
      <IconButton
        label={t('builder.redo')}
        disabled={history.future.length === 0}
        onClick={() => {
          onStep({ kind: 'redo' });
        }}
      >
        <Redo2 aria-hidden />
      </IconButton>
    </div>
  );
}

/** Ctrl+Z and Ctrl+Shift+Z take back and do again what was done to the rule; within a field they are the field's own. */
function steppedBy(onStep: (action: RuleAction) => void): (event: KeyboardEvent) => void {
  return (event) => {
    const isField = event.target instanceof Element && event.target.matches('input, textarea');
    if (isField || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return;
    event.preventDefault();
    onStep({ kind: event.shiftKey ? 'redo' : 'undo' });
  };
}
