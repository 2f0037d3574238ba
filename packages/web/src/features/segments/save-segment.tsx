/** Who would move, why the segment is changed, and the change itself; refused with where it is not right yet. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type JSX, useState } from 'react';
import { toast } from 'sonner';

import { api } from '../../data/client.ts';
import { Refused } from '../../data/refused.tsx';
import { definitionsQuery } from '../../data/queries.ts';
import { Button } from '../../design/button.tsx';
import { TextField } from '../../design/field.tsx';
import { Card, Notice } from '../../design/layout.tsx';
import { useTexts } from '../../texts/use-texts.ts';
import { Moves } from './moves.tsx';
import { readDefinitions } from './read-rule.ts';

export type Draft = { readonly name: string; readonly description: string; readonly rule: string };
/** Something that has to be mended first, and the way to it. */
export type Obstacle = { readonly text: string; readonly go: () => void };

export function SaveSegment({
  draft,
  isNew,
  obstacles,
  isRefused,
  onRefuse,
  onSaved,
}: {
  readonly draft: Draft;
  readonly isNew: boolean;
  readonly obstacles: readonly Obstacle[];
  /** Whether somebody tried to save what could not be; then it is said what is in the way. */
  readonly isRefused: boolean;
  /** @returns whether it is to be refused */
  readonly onRefuse: () => boolean;
  readonly onSaved: () => void;
}): JSX.Element {
  const t = useTexts();
  const [reason, setReason] = useState('');
  const save = useSave(draft, isNew, reason, onSaved);
  return (
    <Card title={t('builder.who')}>
      <div className="stack">
        <Moves name={draft.name} definition={definitionOf(draft)} isReady={obstacles.length === 0} />
        <TextField
          label={t('builder.reason')}
          hint={t('builder.reason.hint')}
          value={reason}
          onChange={(event) => {
            setReason(event.target.value);
          }}
        />
        {isRefused && obstacles.length > 0 && <Obstacles obstacles={obstacles} />}
        <Refused error={save.error} />
        <div className="row">
          <Button
            kind="primary"
            disabled={save.isPending}
            onClick={() => {
              if (!onRefuse()) save.mutate();
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

function definitionOf({ rule, description }: Draft): {
  readonly rule: string;
  readonly description?: string;
} {
  return { rule, ...(description === '' ? {} : { description }) };
}

function useSave(draft: Draft, isNew: boolean, reason: string, onSaved: () => void) {
  const t = useTexts();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { name } = draft;
  return useMutation({
    mutationFn: async () => {
      if (isNew) {
        // Somebody else may have taken the name meanwhile; what they made is not to be written over.
        const { definitions } = await queryClient.query({ ...definitionsQuery, staleTime: 0 });
        if (readDefinitions(definitions).segments.has(name)) {
          throw new Error(t('builder.name.taken', { name }));
        }
      }
      await api.putSegment(name, definitionOf(draft), { reason });
    },
    onSuccess: async () => {
      onSaved();
      await queryClient.invalidateQueries();
      toast.success(t('segment.saved', { name }));
      await navigate({ to: '/segments/$name', params: { name } });
    },
  });
}

function Obstacles({ obstacles }: { readonly obstacles: readonly Obstacle[] }): JSX.Element {
  const t = useTexts();
  return (
    <Notice tone="bad">
      <p>{t('builder.notYet')}</p>
      <ul className="stack tight">
        {obstacles.map(({ text, go }, i) => (
          <li key={`${text} ${String(i)}`}>
            <button type="button" className="link" onClick={go}>
              {text}
            </button>
          </li>
        ))}
      </ul>
    </Notice>
  );
}
