/** What a draft of the rule would have done over the past, beside the rule in force: who came and went, and what they did then. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { FlaskConical } from 'lucide-react';
import { type JSX, useState } from 'react';

import { Answer } from '../../../data/answer.tsx';
import { backtestQuery, backtestsQuery, type Job } from '../../../data/authoring-queries.ts';
import { api } from '../../../data/client.ts';
import { Refused } from '../../../data/refused.tsx';
import { useLiveJobs } from '../../../data/live-jobs.ts';
import { useMay } from '../../../data/use-may.ts';
import { Button } from '../../../design/button.tsx';
import { Choice, TextArea } from '../../../design/field.tsx';
import { Card, Empty } from '../../../design/layout.tsx';
import { useFormats, useTexts } from '../../../texts/use-texts.ts';
import { type Asked, AskedFields, periodAsked, useAsked } from './asked-fields.tsx';
import { BacktestFound } from './backtest-found.tsx';
import { JobLine } from './job-line.tsx';

/** The value that is summed up of the usual outcome. */
const valueOf = (event: string): { readonly value?: string } =>
  event === 'Order Completed' ? { value: 'revenue' } : {};

export function Backtest({ name, rule }: { readonly name: string; readonly rule: string }): JSX.Element {
  const [shown, setShown] = useState<string>();
  const mayAsk = useMay('marketer');
  return (
    <div className="stack">
      {mayAsk && <Ask name={name} rule={rule} onAsked={setShown} />}
      <Results name={name} shown={shown} onShow={setShown} />
    </div>
  );
}

function Ask({
  name,
  rule,
  onAsked,
}: {
  readonly name: string;
  readonly rule: string;
  readonly onAsked: (id: string) => void;
}): JSX.Element {
  const t = useTexts();
  const queryClient = useQueryClient();
  const [draft, setDraft] = useState(rule);
  const [asked, setAsked] = useAsked();
  const isDraft = draft.trim() !== rule.trim();
  const start = useMutation({
    mutationFn: () => begin(name, draft, isDraft, asked),
    onSuccess: async ({ id }) => {
      onAsked(id);
      await queryClient.invalidateQueries({ queryKey: ['backtests'] });
    },
  });
  return (
    <Card title={t('backtest.title')}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          start.mutate();
        }}
      >
        <p className="quiet">{t('backtest.about')}</p>
        <TextArea
          label={t('backtest.rule')}
          hint={t('backtest.rule.hint')}
          rows={4}
          value={draft}
          onChange={(event) => {
            setDraft(event.target.value);
          }}
        />
        <div className="grid">
          <AskedFields asked={asked} onChange={setAsked} />
        </div>
        <Refused error={start.error} />
        <div className="row">
          <Button kind="primary" type="submit" disabled={start.isPending || draft.trim() === ''}>
            {t('backtest.start')}
          </Button>
          {isDraft && (
            <Link
              to="/segments/$name/edit"
              params={{ name }}
              search={{ rule: draft }}
              className="button"
              data-kind="plain"
            >
              {t('backtest.toBuilder')}
            </Link>
          )}
        </div>
      </form>
    </Card>
  );
}

/** What is in force is compared with the draft, where there is one. */
function begin(name: string, draft: string, isDraft: boolean, asked: Asked): Promise<Job> {
  const { outcome, ...rest } = periodAsked(asked);
  return api.call('createBacktest', {
    body: {
      title: titleOf(name, draft),
      segment: name,
      ...(isDraft ? { rule: draft } : {}),
      ...rest,
      outcomes: [{ event: outcome, ...valueOf(outcome) }],
    },
  });
}

/** So that those of one segment are found again. */
function titleOf(name: string, rule: string): string {
  return `${name}: ${rule.replace(/\s+/g, ' ')}`.slice(0, 180);
}

function Results({
  name,
  shown,
  onShow,
}: {
  readonly name: string;
  readonly shown: string | undefined;
  readonly onShow: (id: string | undefined) => void;
}): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const all = useQuery(backtestsQuery);
  return (
    <Answer of={all} lines={4}>
      {({ items }) => {
        const own = items.filter(({ title }) => title.startsWith(`${name}: `));
        const [latest] = own;
        const id = shown ?? latest?.id;
        if (id === undefined) {
          return (
            <Card>
              <Empty icon={<FlaskConical aria-hidden />} title={t('backtest.empty.title')}>
                <p>{t('backtest.empty.text')}</p>
              </Empty>
            </Card>
          );
        }
        return (
          <Card
            title={t('backtest.found')}
            aside={
              own.length > 1 && (
                <Choice
                  label={t('backtest.earlier')}
                  value={id}
                  options={own.map((job) => [
                    job.id,
                    `${formats.instant(job.createdAt)} · ${job.title.slice(name.length + 2)}`.slice(0, 70),
                  ])}
                  onChange={(event) => {
                    onShow(event.target.value);
                  }}
                />
              )
            }
          >
            <Found
              key={id}
              id={id}
              name={name}
              onRemoved={() => {
                onShow(undefined);
              }}
            />
          </Card>
        );
      }}
    </Answer>
  );
}

function Found({
  id,
  name,
  onRemoved,
}: {
  readonly id: string;
  readonly name: string;
  readonly onRemoved: () => void;
}): JSX.Element {
  const answer = useQuery(backtestQuery(id));
  useLiveJobs();
  return (
    <Answer of={answer} lines={6}>
      {({ job, result }) => (
        <div className="stack">
          <JobLine job={job} kind="backtests" onRemoved={onRemoved} />
          <pre className="rule" tabIndex={0}>
            {job.title.slice(name.length + 2)}
          </pre>
          {result !== undefined && <BacktestFound result={result} />}
        </div>
      )}
    </Answer>
  );
}
