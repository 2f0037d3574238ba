/** Writing a segment: text, what it means, what is wrong with it, who would move; then saved with a reason. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { Redo2, Undo2 } from 'lucide-react';
import { type JSX, useMemo, useReducer, useState } from 'react';
import { toast } from 'sonner';

import { Answer } from '../../data/answer.tsx';
import { api, sentenceOf } from '../../data/client.ts';
import { definitionsQuery, segmentQuery } from '../../data/queries.ts';
import { Button, IconButton } from '../../design/button.tsx';
import { TextField } from '../../design/field.tsx';
import { Card, Notice, View } from '../../design/layout.tsx';
import { useTexts } from '../../texts/use-texts.ts';
import { Moves } from './moves.tsx';
import { NamesContext } from './builder/names.ts';
import { namesOf } from './names-in-force.ts';
import { RuleEditor } from './rule-editor.tsx';
import { Preview } from './preview.tsx';
import { readDefinitions, readRule } from './read-rule.ts';
import { beginRule, changeRule, type RuleAction, type RuleHistory } from './rule-history.ts';
import { RuleMeaning } from './rule-meaning.tsx';
import { type Template, templates } from './templates.ts';

type Draft = { readonly name: string; readonly description: string; readonly rule: string };

export function NewSegment(): JSX.Element {
  const t = useTexts();
  return (
    <View title={t('builder.new')}>
      <Editor isNew draft={{ name: '', description: '', rule: '' }} />
    </View>
  );
}

export function EditSegment(): JSX.Element {
  const t = useTexts();
  const { name } = useParams({ from: '/inside/segments/$name/edit' });
  const segment = useQuery(segmentQuery(name));
  return (
    <View title={t('builder.edit', { name })}>
      <Answer of={segment}>
        {({ definition }) => <Editor isNew={false} draft={{ name, ...fieldsOf(definition) }} />}
      </Answer>
    </View>
  );
}

/** The rule and description of a definition, which may be the text of a rule alone. */
export function fieldsOf(definition: unknown): { readonly rule: string; readonly description: string } {
  if (typeof definition === 'string') return { rule: definition, description: '' };
  const { rule, description } = definition as { readonly rule?: unknown; readonly description?: unknown };
  return {
    rule: typeof rule === 'string' ? rule : JSON.stringify(rule),
    description: typeof description === 'string' ? description : '',
  };
}

const nothing = {};

function Editor({ isNew, draft }: { readonly isNew: boolean; readonly draft: Draft }): JSX.Element {
  const t = useTexts();
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
      <div className="editor">
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
              <RuleEditor history={history} onChange={change} />
              <Steps history={history} onStep={change} />
              {history.text.trim() !== '' && <RuleMeaning read={read} />}
            </div>
          </Card>
          <Save draft={{ name, description, rule: history.text }} isRight={read.isRight && name !== ''} />
        </div>
        <div className="stack">
          <Preview rule={read.isRight ? history.text : undefined} />
          {isNew && <Templates onTake={take} />}
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

function Templates({ onTake }: { readonly onTake: (template: Template) => void }): JSX.Element {
  const t = useTexts();
  return (
    <Card title={t('builder.templates')}>
      <ul className="stack">
        {templates.map((template) => (
          <li key={template.name}>
            <button
              type="button"
              className="template"
              onClick={() => {
                onTake(template);
              }}
            >
              <strong>{template.name}</strong>
              <span className="quiet">{template.description}</span>
            </button>
          </li>
        ))}
      </ul>
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
