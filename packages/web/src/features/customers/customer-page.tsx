/** One customer: who they are, what is true of them and why, what they did. Kept in step with what happens. */

import { SegueError } from '@segue/client/problem-error.ts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { UserX } from 'lucide-react';
import { type JSX, useEffect } from 'react';

import { Answer } from '../../data/answer.tsx';
import { type Profile, profileQuery } from '../../data/queries.ts';
import { useLive } from '../../data/use-live.ts';
import { Badge, Card, Empty, View } from '../../design/layout.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import { comingQuery, type Story, storyQuery } from './asked.ts';
import './customers.css';
import { Memberships } from './memberships.tsx';
import { MoveList } from './move-list.tsx';
import { Identifiers, Traits } from './story.tsx';
import { Timeline } from './timeline.tsx';
import { WhatIfBox } from './what-if-box.tsx';

export function CustomerPage(): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const { identifier } = useParams({ from: '/inside/customers/$identifier' });
  const profile = useQuery(profileQuery(identifier));
  const story = useQuery(storyQuery(identifier)).data;
  useFollow(identifier, profile.data?.id);
  if (profile.error instanceof SegueError && profile.error.status === 404) {
    return (
      <View title={identifier}>
        <Card>
          <Empty icon={<UserX aria-hidden />} title={t('customers.none', { identifier })}>
            <p>{t('customers.hint')}</p>
          </Empty>
        </Card>
      </View>
    );
  }
  const born = profile.data?.bornAt;
  const name = nameOf(profile.data?.traits);
  const named = (story?.events ?? []).filter((event) => event.name !== '');
  const tracks = named.filter(({ type }) => type === 'track').map((event) => event.name);
  return (
    <View
      title={name ?? profile.data?.displayId ?? identifier}
      about={
        born === undefined
          ? undefined
          : `${name === undefined ? '' : `${profile.data?.displayId ?? ''} · `}${t('customer.since', { date: formats.day(born) })}`
      }
    >
      <Answer of={profile} lines={8}>
        {(customer) => (
          <div className="customer">
            <div className="stack">
              <Card title={t('customer.segments')}>
                <Memberships customer={customer} identifier={identifier} />
              </Card>
              <WhatIfBox key={identifier} identifier={identifier} events={tracks} />
              <Card title={t('customer.timeline')}>
                <Timeline identifier={identifier} events={named} />
              </Card>
            </div>
            <div className="stack">
              <Identifiers customer={customer} story={story} />
              <Stages customer={customer} story={story} />
              <Coming identifier={identifier} />
              <Traits customer={customer} story={story} />
              <Scores customer={customer} />
              <Consents customer={customer} />
            </div>
          </div>
        )}
      </Answer>
    </View>
  );
}

/** When something of this customer changes, what is shown is asked anew. */
function useFollow(identifier: string, id: number | undefined): void {
  const queryClient = useQueryClient();
  const newest = useLive().changes.find(({ customer }) => customer.id === id)?.seq;
  useEffect(() => {
    if (newest !== undefined) void queryClient.invalidateQueries({ queryKey: ['profiles', identifier] });
  }, [newest, identifier, queryClient]);
}

function Stages({
  customer: { stages },
  story,
}: {
  readonly customer: Profile;
  readonly story: Story | undefined;
}): JSX.Element | null {
  const t = useTexts();
  const formats = useFormats();
  if (stages.length === 0) return null;
  return (
    <Card title={t('customer.stages')}>
      <ul className="stack">
        {stages.map(({ lifecycle, stage, since }) => (
          <li key={lifecycle} className="row">
            <span className="quiet">{lifecycle}</span>
            <Badge tone="accent">{stage}</Badge>
            <span className="quiet" title={formats.exact(since)}>
              {t('customer.sinceShort', { date: formats.day(since) })}
            </span>
            <StagesBefore past={story?.stages.find((one) => one.lifecycle === lifecycle)} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** Stages one after the other, the latest first; nothing where there has been one alone. */
function StagesBefore({ past }: { readonly past: Story['stages'][number] | undefined }): JSX.Element | null {
  const t = useTexts();
  const formats = useFormats();
  if (past === undefined || past.spells.length < 2) return null;
  return (
    <details style={{ flexBasis: '100%' }}>
      <summary className="quiet">{t('story.stages', { n: past.spells.length - 1 })}</summary>
      <ol>
        {past.spells.toReversed().map(({ stage, from }) => (
          <li key={from} className="quiet">
            {stage} · <time title={formats.exact(from)}>{formats.instant(from)}</time>
          </li>
        ))}
      </ol>
    </details>
  );
}

const comingDays = 30;

/** What time alone will bring, if nothing happens. */
function Coming({ identifier }: { readonly identifier: string }): JSX.Element {
  const t = useTexts();
  const coming = useQuery(comingQuery(identifier, comingDays));
  return (
    <Card title={t('customer.coming', { n: comingDays })}>
      <Answer of={coming} lines={2}>
        {({ changes }) =>
          changes.length === 0 ? (
            <p className="quiet">{t('customer.coming.none')}</p>
          ) : (
            <MoveList moves={changes} />
          )
        }
      </Answer>
    </Card>
  );
}

function nameOf(traits: Profile['traits'] | undefined): string | undefined {
  const said = (trait: string): string => {
    const value = traits?.[trait];
    return typeof value === 'string' ? value.trim() : '';
  };
  const whole = said('name');
  const parts = [said('firstName') || said('first_name'), said('lastName') || said('last_name')];
  const name = whole === '' ? parts.filter((part) => part !== '').join(' ') : whole;
  return name === '' ? undefined : name;
}

function Scores({ customer: { scores } }: { readonly customer: Profile }): JSX.Element | null {
  const t = useTexts();
  const formats = useFormats();
  const all = Object.entries(scores);
  if (all.length === 0) return null;
  return (
    <Card title={t('customer.scores')}>
      <dl className="facts">
        {all.map(([name, value]) => (
          <Fact key={name} name={name} value={formats.number(value)} />
        ))}
      </dl>
    </Card>
  );
}

function Consents({ customer: { consents } }: { readonly customer: Profile }): JSX.Element | null {
  const t = useTexts();
  if (consents.length === 0) return null;
  return (
    <Card title={t('customer.consents')}>
      <ul className="row">
        {consents.map(({ channel, topic, status }) => (
          <li key={`${channel} ${topic ?? ''}`}>
            <Badge tone={status === 'subscribed' ? 'good' : 'bad'}>
              {topic === undefined ? channel : `${channel}/${topic}`}: {status}
            </Badge>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
