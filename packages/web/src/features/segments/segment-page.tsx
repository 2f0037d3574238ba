/** One segment: who is in it, why, what moves, what will, how it came to be. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Pencil, Trash2 } from 'lucide-react';
import { Tabs } from 'radix-ui';
import { type JSX, useState } from 'react';
import { toast } from 'sonner';

import { Answer } from '../../data/answer.tsx';
import { api } from '../../data/client.ts';
import { Refused } from '../../data/refused.tsx';
import { type Segment, segmentQuery } from '../../data/queries.ts';
import { useMay } from '../../data/use-may.ts';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { View } from '../../design/layout.tsx';
import type { TextName } from '../../texts/en.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { SegmentStay } from '../lifecycles/segment-stay.tsx';
import { Activity } from './activity.tsx';
import { Forecast } from './forecast.tsx';
import { Backtest } from './jobs/backtest.tsx';
import { Suggest } from './jobs/suggest.tsx';
import { Overlap } from './overlap.tsx';
import { Members } from './members.tsx';
import { fieldsOf } from './segment-fields.ts';
import { useSegmentSentence } from './segment-sentence.ts';
import { RuleView, SqlView } from './rule-view.tsx';
import './segments.css';
import { SizeThroughTime } from './size-through-time.tsx';
import { Versions } from './versions.tsx';

const tabs = [
  ['members', 'segment.members'],
  ['activity', 'segment.activity'],
  ['time', 'segment.time'],
  ['forecast', 'segment.forecast'],
  ['overlap', 'segment.overlap'],
  ['backtest', 'segment.backtest'],
  ['suggest', 'segment.suggest'],
  ['rule', 'segment.rule'],
  ['sql', 'segment.sql'],
  ['versions', 'segment.versions'],
] as const satisfies readonly (readonly [string, TextName])[];
type TabName = (typeof tabs)[number][0];

export function SegmentPage(): JSX.Element {
  const t = useTexts();
  const navigate = useNavigate();
  const { name } = useParams({ from: '/inside/segments/$name' });
  const { tab: asked } = useSearch({ from: '/inside/segments/$name' });
  const shown: TabName = tabs.find(([tab]) => tab === asked)?.[0] ?? 'members';
  const segment = useQuery(segmentQuery(name));
  const sentenceOfSegment = useSegmentSentence();
  return (
    <View
      title={name}
      about={segment.data === undefined ? undefined : sentenceOfSegment(segment.data)}
      actions={segment.data !== undefined && <Actions name={name} size={segment.data.size} />}
    >
      <Answer of={segment}>
        {(data) => (
          <Tabs.Root
            value={shown}
            className="stack"
            onValueChange={(tab) => {
              void navigate({ to: '/segments/$name', params: { name }, search: { tab }, replace: true });
            }}
          >
            <Tabs.List className="tabs" aria-label={name}>
              {tabs.map(([tab, text]) => (
                <Tabs.Trigger
                  key={tab}
                  value={tab}
                  className="tab"
                  ref={(element) => {
                    // On a phone the row of tabs is wider than the page.
                    if (tab === shown) element?.scrollIntoView({ block: 'nearest', inline: 'center' });
                  }}
                >
                  {t(text)}
                </Tabs.Trigger>
              ))}
            </Tabs.List>
            <Tabs.Content key={`${name} ${shown}`} value={shown}>
              <Shown tab={shown} name={name} segment={data} />
            </Tabs.Content>
          </Tabs.Root>
        )}
      </Answer>
    </View>
  );
}

function Shown({
  tab,
  name,
  segment: { definition, english },
}: {
  readonly tab: TabName;
  readonly name: string;
  readonly segment: Segment;
}): JSX.Element {
  const { rule, description } = fieldsOf(definition);
  switch (tab) {
    case 'members':
      return <Members name={name} />;
    case 'activity':
      return <Activity name={name} />;
    case 'time':
      return (
        <div className="stack">
          <SizeThroughTime name={name} />
          <SegmentStay name={name} />
        </div>
      );
    case 'forecast':
      return <Forecast name={name} />;
    case 'overlap':
      return <Overlap name={name} />;
    case 'backtest':
      return <Backtest key={rule} name={name} rule={rule} />;
    case 'suggest':
      return <Suggest name={name} />;
    case 'rule':
      return <RuleView rule={rule} description={description} english={english} />;
    case 'sql':
      return <SqlView rule={rule} />;
    case 'versions':
      return <Versions name={name} rule={rule} />;
  }
}

function Actions({ name, size }: { readonly name: string; readonly size: number }): JSX.Element | null {
  const t = useTexts();
  const mayChange = useMay('marketer');
  const [isAsking, setAsking] = useState(false);
  if (!mayChange) return null;
  return (
    <>
      <Link to="/segments/$name/edit" params={{ name }} className="button">
        <Pencil aria-hidden />
        {t('segment.edit')}
      </Link>
      <Button
        kind="danger"
        onClick={() => {
          setAsking(true);
        }}
      >
        <Trash2 aria-hidden />
        {t('segment.remove')}
      </Button>
      <Removal
        name={name}
        size={size}
        isOpen={isAsking}
        onClose={() => {
          setAsking(false);
        }}
      />
    </>
  );
}

function Removal({
  name,
  size,
  isOpen,
  onClose,
}: {
  readonly name: string;
  readonly size: number;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}): JSX.Element {
  const t = useTexts();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const remove = useMutation({
    mutationFn: () => api.removeSegment(name),
    onSuccess: async () => {
      toast.success(t('segment.removed', { name }));
      await navigate({ to: '/segments' });
      await queryClient.invalidateQueries();
    },
  });
  return (
    <Dialog
      open={isOpen}
      onClose={onClose}
      title={t('segment.remove.title', { name })}
      about={t('segment.remove.text', { n: size })}
      footer={
        <>
          <Button onClick={onClose}>{t('builder.cancel')}</Button>
          <Button
            kind="danger"
            disabled={remove.isPending}
            onClick={() => {
              remove.mutate();
            }}
          >
            {t('segment.remove')}
          </Button>
        </>
      }
    >
      <Refused error={remove.error} />
    </Dialog>
  );
}
