/** A backtest or suggestion: how far it is, and what can be done with it. */

import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import { Play, Square, Trash2 } from 'lucide-react';
import type { JSX } from 'react';

import { isUnderWay, type Job } from '../../../data/authoring-queries.ts';
import { api } from '../../../data/client.ts';
import { Refused } from '../../../data/refused.tsx';
import { useMay } from '../../../data/use-may.ts';
import { Button } from '../../../design/button.tsx';
import { Badge, Notice, type Tone } from '../../../design/layout.tsx';
import { useRefusals } from '../../../texts/use-refusals.ts';
import { useFormats, useTexts, type Words } from '../../../texts/use-texts.ts';

export type JobKind = 'backtests' | 'suggestions';

const tones: Readonly<Record<Job['state'], Tone>> = {
  waiting: 'plain',
  running: 'accent',
  done: 'good',
  failed: 'bad',
  cancelled: 'warn',
};

const calls = {
  backtests: {
    cancel: (id: string) => api.call('cancelBacktest', { path: { id } }),
    resume: (id: string) => api.call('resumeBacktest', { path: { id } }),
    remove: (id: string) => api.call('removeBacktest', { path: { id } }),
  },
  suggestions: {
    cancel: (id: string) => api.call('cancelSuggestion', { path: { id } }),
    resume: (id: string) => api.call('resumeSuggestion', { path: { id } }),
    remove: (id: string) => api.call('removeSuggestion', { path: { id } }),
  },
} as const;

export function JobLine({
  job,
  kind,
  onRemoved,
}: {
  readonly job: Job;
  readonly kind: JobKind;
  readonly onRemoved: () => void;
}): JSX.Element {
  const t = useTexts();
  const refusalOf = useRefusals();
  const formats = useFormats();
  const { id, state, createdBy, createdAt, progress, error } = job;
  const mayChange = useMay('marketer');
  const act = useAction(kind, id, onRemoved);
  return (
    <div className="stack tight">
      <div className="row">
        <Badge tone={tones[state]}>{t(`job.${state}`)}</Badge>
        <span className="quiet">
          {createdBy} · {formats.instant(createdAt)}
        </span>
        {mayChange && isUnderWay(job) && (
          <Button
            kind="plain"
            disabled={act.isPending}
            onClick={() => {
              act.mutate('cancel');
            }}
          >
            <Square aria-hidden />
            {t('job.cancel')}
          </Button>
        )}
        {mayChange && (state === 'cancelled' || state === 'failed') && (
          <Button
            kind="plain"
            disabled={act.isPending}
            onClick={() => {
              act.mutate('resume');
            }}
          >
            <Play aria-hidden />
            {t('job.resume')}
          </Button>
        )}
        {mayChange && !isUnderWay(job) && (
          <Button
            kind="plain"
            disabled={act.isPending}
            onClick={() => {
              act.mutate('remove');
            }}
          >
            <Trash2 aria-hidden />
            {t('job.remove')}
          </Button>
        )}
      </div>
      {isUnderWay(job) && <Progress progress={progress} label={progressText(t, job)} />}
      {error !== undefined && <Notice tone="bad">{refusalOf(error)}</Notice>}
      <Refused error={act.error} />
    </div>
  );
}

function useAction(kind: JobKind, id: string, onRemoved: () => void) {
  const queryClient = useQueryClient();
  const key: QueryKey = [kind];
  return useMutation({
    mutationFn: async (action: 'cancel' | 'resume' | 'remove') => {
      await calls[kind][action](id);
      return action;
    },
    onSuccess: async (action) => {
      if (action === 'remove') onRemoved();
      await queryClient.invalidateQueries({ queryKey: key });
    },
  });
}

function Progress({
  progress,
  label,
}: {
  readonly progress: Job['progress'];
  readonly label: string;
}): JSX.Element {
  const share = shareOf(progress);
  return (
    <div className="stack tight" aria-live="polite">
      <progress
        className="progress"
        aria-label={label}
        {...(share === undefined ? {} : { value: share })}
        max={1}
      />
      <p className="quiet">{label}</p>
    </div>
  );
}

type Known = {
  readonly phase: 'reading' | 'running' | 'explaining';
  readonly done: number;
  readonly total?: number;
  readonly secondsLeft?: number;
};

function shareOf(progress: Job['progress']): number | undefined {
  const { done, total = 0 } = (progress ?? {}) as Partial<Known>;
  return total === 0 || done === undefined ? undefined : Math.min(1, done / total);
}

function progressText(t: Words, { state, progress }: Job): string {
  if (state === 'waiting' || progress === undefined) return t('job.waits');
  const { phase, secondsLeft } = progress as Known;
  const said = t(`job.phase.${phase}`);
  return secondsLeft === undefined ? said : `${said} ${t('job.left', { n: Math.ceil(secondsLeft) })}`;
}
