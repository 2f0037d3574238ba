/** Writing a segment: text, what it means, what is wrong with it, who would move; then saved with a reason. */

import type { Definitions } from '@segue/core/model/definitions.ts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Redo2, Undo2 } from 'lucide-react';
import { type JSX, type KeyboardEvent, useMemo, useReducer, useState } from 'react';
import { toast } from 'sonner';

import { Answer } from '../../data/answer.tsx';
import { api, sentenceOf } from '../../data/client.ts';
import { definitionsQuery, segmentQuery } from '../../data/queries.ts';
import { Button, IconButton } from '../../design/button.tsx';
import { TextField } from '../../design/field.tsx';
import { Card, Notice, View } from '../../design/layout.tsx';
import { useTexts } from '../../texts/use-texts.ts';
import { Difference } from './difference.tsx';
import { Moves } from './moves.tsx';
import { NamesContext } from './builder/names.ts';
import { namesOf } from './names-in-force.ts';
import { RuleEditor } from './rule-editor.tsx';
import { Preview } from './preview.tsx';
import { readDefinitions, readRule } from './read-rule.ts';
import { fieldsOf } from './segment-fields.ts';
import { beginRule, changeRule, type RuleAction, type RuleHistory } from './rule-history.ts';
import { RuleMeaning } from './rule-meaning.tsx';
import './segments.css';
import { type Template, templateGroups, templates } from './templates.ts';

type Draft = { readonly name: string; readonly description: string; readonly rule: string };

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
  const t = useTexts();
  const isNew = ruleInForce === undefined;
  const [name, setName] = useState(draft.name);
  const [description, setDescription] = useState(draft.description);
  const [history, change] = useReducer(changeRule, draft.rule, beginRule);
  const inForce = useQuery(definitionsQuery).data?.definitions ?? nothing;
  const definitions = useMemo(() => readDefinitions(inForce), [inForce]);
  const read = useMemo(() => readRule(history.text, definitions), [history.text, definitions]);
  const take = (template: Template): void => {
    change({ kind: 'set', text: template.rule });
    if (name === '') setName(template.name);
    if (description === '') setDescription(template.description);
  };
  const names = useMemo(() => namesOf(definitions), [definitions]);
  return (
    <NamesContext value={names}>
      <div className="editor" onKeyDown={steppedBy(change)}>
        <div className="stack">
          <Card>
            <div className="stack">
              {isNew && (
                <TextField
                  label={t('builder.name')}
                  hint={t('builder.name.hint')}
                  value={name}
                  autoFocus
                  onChange={(event) => {
                    setName(event.target.value);
                  }}
                />
              )}
              <TextField
                label={t('builder.description')}
                value={description}
                onChange={(event) => {
                  setDescription(event.target.value);
                }}
              />
              <RuleEditor history={history} definitions={definitions} onChange={change} />
              <Steps history={history} onStep={change} />
              {history.text.trim() !== '' && <RuleMeaning read={read} />}
              {ruleInForce !== undefined && read.isRight && (
                <Difference before={ruleInForce} after={history.text} definitions={definitions} />
              )}
            </div>
          </Card>
          <Save draft={{ name, description, rule: history.text }} isRight={read.isRight && name !== ''} />
        </div>
        <div className="stack">
          <Preview rule={read.isRight ? history.text : undefined} />
          {isNew && <Templates definitions={definitions} onTake={take} />}
        </div>
      </div>
    </NamesContext>
  );
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

function Templates({
  definitions,
  onTake,
}: {
  readonly definitions: Definitions;
  readonly onTake: (template: Template) => void;
}): JSX.Element {
  const t = useTexts();
  return (
    <Card title={t('builder.templates')}>
      <div className="stack">
        {templateGroups.map((group) => (
          <details key={group} className="template-group" open={group === 'carts'}>
            <summary>{t(`template.${group}`)}</summary>
            <ul className="stack tight">
              {templates
                .filter((template) => template.group === group)
                .map((template) => {
                  const lacks = template.rfm !== undefined && !definitions.rfm.has(template.rfm);
                  return (
                    <li key={template.name}>
                      <button
                        type="button"
                        className="template"
                        disabled={lacks}
                        onClick={() => {
                          onTake(template);
                        }}
                      >
                        <strong>{template.name}</strong>
                        <span className="quiet">{template.description}</span>
                        {lacks && (
                          <span className="quiet">{t('template.needsRfm', { name: template.rfm })}</span>
                        )}
                      </button>
                    </li>
                  );
                })}
            </ul>
          </details>
        ))}
      </div>
    </Card>
  );
}

/** Who would move, why it is changed, and the change itself. */
function Save({ draft, isRight }: { readonly draft: Draft; readonly isRight: boolean }): JSX.Element {
  const t = useTexts();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [reason, setReason] = useState('');
  const { name } = draft;
  const definition = {
    rule: draft.rule,
    ...(draft.description === '' ? {} : { description: draft.description }),
  };
  const save = useMutation({
    mutationFn: () => api.putSegment(name, definition, { reason }),
    onSuccess: async () => {
      await queryClient.invalidateQueries();
      toast.success(t('segment.saved', { name }));
      await navigate({ to: '/segments/$name', params: { name } });
    },
  });
  return (
    <Card title={t('builder.who')}>
      <div className="stack">
        <Moves name={name} definition={definition} isReady={isRight} />
        <TextField
          label={t('builder.reason')}
          hint={t('builder.reason.hint')}
          value={reason}
          onChange={(event) => {
            setReason(event.target.value);
          }}
        />
        {save.error !== null && <Notice tone="bad">{sentenceOf(save.error)}</Notice>}
        <div className="row">
          <Button
            kind="primary"
            disabled={!isRight || save.isPending}
            onClick={() => {
              save.mutate();
            }}
          >
            {t('builder.save')}
          </Button>
          <Button
            kind="plain"
            onClick={() => {
              globalThis.history.back();
            }}
          >
            {t('builder.cancel')}
          </Button>
        </div>
      </div>
    </Card>
  );
}
