/** Another number for the rule: what each would have found over the past, how often rightly, and where more costs most. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { SlidersHorizontal } from 'lucide-react';
import { type JSX, useState } from 'react';

import { Answer } from '../../../data/answer.tsx';
import {
  type Job,
  ruleNumbersQuery,
  suggestionQuery,
  suggestionsQuery,
} from '../../../data/authoring-queries.ts';
import { api } from '../../../data/client.ts';
import { Refused } from '../../../data/refused.tsx';
import { useLiveJobs } from '../../../data/live-jobs.ts';
import { useMay } from '../../../data/use-may.ts';
import { Button } from '../../../design/button.tsx';
import { Choice } from '../../../design/field.tsx';
import { Card, Empty } from '../../../design/layout.tsx';
import { useTexts } from '../../../texts/use-texts.ts';
import { type Asked, AskedFields, periodAsked, useAsked } from './asked-fields.tsx';
import { JobLine } from './job-line.tsx';
import { SweepFound } from './sweep-found.tsx';

type Expects = 'does' | 'does_not';

export function Suggest({ name }: { readonly name: string }): JSX.Element {
  const [shown, setShown] = useState<string>();
  const mayAsk = useMay('marketer');
  return (
    <div className="stack">
      {mayAsk && <Ask name={name} onAsked={setShown} />}
      <Results
        name={name}
        shown={shown}
        onRemoved={() => {
          setShown(undefined);
        }}
      />
    </div>
  );
}

function Ask({
  name,
  onAsked,
}: {
  readonly name: string;
  readonly onAsked: (id: string) => void;
}): JSX.Element {
  const t = useTexts();
  const queryClient = useQueryClient();
  const numbers = useQuery(ruleNumbersQuery(name));
  const [number, setNumber] = useState(1);
  const [expects, setExpects] = useState<Expects>('does');
  const [asked, setAsked] = useAsked();
  const start = useMutation({
    mutationFn: () => begin(name, number, expects, asked),
    onSuccess: async ({ id }) => {
      onAsked(id);
      await queryClient.invalidateQueries({ queryKey: ['suggestions'] });
    },
  });
  return (
    <Card title={t('suggest.title')}>
      <Answer of={numbers} lines={4}>
        {({ numbers: found }) =>
          found.length === 0 ? (
            <p>{t('suggest.none')}</p>
          ) : (
            <form
              className="stack"
              onSubmit={(event) => {
                event.preventDefault();
                start.mutate();
              }}
            >
              <p className="quiet">{t('suggest.about')}</p>
              <div className="grid">
                <Choice
                  label={t('suggest.number')}
                  value={String(number)}
                  options={found.map((one) => [String(one.number), `${one.text} · ${one.condition}`])}
                  onChange={(event) => {
                    setNumber(Number(event.target.value));
                  }}
                />
                <Choice
                  label={t('suggest.expects')}
                  value={expects}
                  options={[
                    ['does', t('suggest.does')],
                    ['does_not', t('suggest.doesNot')],
                  ]}
                  onChange={(event) => {
                    setExpects(event.target.value as Expects);
                  }}
                />
                <AskedFields asked={asked} onChange={setAsked} />
              </div>
              <Refused error={start.error} />
              <div>
                <Button kind="primary" type="submit" disabled={start.isPending}>
                  {t('suggest.start')}
                </Button>
              </div>
            </form>
          )
        }
      </Answer>
    </Card>
  );
}

function begin(segment: string, number: number, expects: Expects, asked: Asked): Promise<Job> {
  return api.call('suggestThreshold', { body: { segment, number, expects, ...periodAsked(asked) } });
}

function Results({
  name,
  shown,
  onRemoved,
}: {
  readonly name: string;
  readonly shown: string | undefined;
  readonly onRemoved: () => void;
}): JSX.Element {
  const t = useTexts();
  const all = useQuery(suggestionsQuery);
  return (
    <Answer of={all} lines={4}>
      {({ items }) => {
        const id = shown ?? items.find(({ title, kind }) => kind === 'threshold' && title === name)?.id;
        if (id === undefined) {
          return (
            <Card>
              <Empty icon={<SlidersHorizontal aria-hidden />} title={t('suggest.empty.title')}>
                <p>{t('suggest.empty.text')}</p>
              </Empty>
            </Card>
          );
        }
        return (
          <Card title={t('suggest.found')}>
            <Found key={id} id={id} name={name} onRemoved={onRemoved} />
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
  const answer = useQuery(suggestionQuery(id));
  useLiveJobs();
  return (
    <Answer of={answer} lines={6}>
      {({ job, result }) => (
        <div className="stack">
          <JobLine job={job} kind="suggestions" onRemoved={onRemoved} />
          {result !== undefined && 'versions' in result && <SweepFound name={name} result={result} />}
        </div>
      )}
    </Answer>
  );
}
