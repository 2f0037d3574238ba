/** One segment: who is in it, why, what moves, what will, how it came to be. */

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Pencil, Radio, Trash2, UsersRound } from 'lucide-react';
import { Tabs } from 'radix-ui';
import { type JSX, useState } from 'react';
import { toast } from 'sonner';

import { Answer } from '../../data/answer.tsx';
import { api, sentenceOf } from '../../data/client.ts';
import { membersQuery, rank, segmentQuery, sessionQuery, versionsQuery } from '../../data/queries.ts';
import { useLive } from '../../data/use-live.ts';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { Card, Empty, Notice, View } from '../../design/layout.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import { ChangeList } from '../live/change-list.tsx';
import { Forecast } from './forecast.tsx';
import { Overlap } from './overlap.tsx';
import { fieldsOf } from './segment-editor.tsx';
import { SizeThroughTime } from './size-through-time.tsx';

export function SegmentPage(): JSX.Element {
  const t = useTexts();
  const { name } = useParams({ from: '/inside/segments/$name' });
  const segment = useQuery(segmentQuery(name));
  return (
    <View
      title={name}
      about={segment.data?.english}
      actions={segment.data !== undefined && <Actions name={name} size={segment.data.size} />}
    >
      <Answer of={segment}>
        {({ definition }) => (
          <Tabs.Root defaultValue="members" className="stack">
            <Tabs.List className="tabs" aria-label={name}>
              <Tab value="members" text={t('segment.members')} />
              <Tab value="activity" text={t('segment.activity')} />
              <Tab value="time" text={t('segment.time')} />
              <Tab value="forecast" text={t('segment.forecast')} />
              <Tab value="overlap" text={t('segment.overlap')} />
              <Tab value="rule" text={t('segment.rule')} />
              <Tab value="versions" text={t('segment.versions')} />
            </Tabs.List>
            <Tabs.Content value="members">
              <Members name={name} />
            </Tabs.Content>
            <Tabs.Content value="activity">
              <Activity name={name} />
            </Tabs.Content>
            <Tabs.Content value="time">
              <SizeThroughTime name={name} />
            </Tabs.Content>
            <Tabs.Content value="overlap">
              <Overlap name={name} />
            </Tabs.Content>
            <Tabs.Content value="forecast">
              <Forecast name={name} />
            </Tabs.Content>
            <Tabs.Content value="rule">
              <Card>
                <pre className="rule" tabIndex={0}>
                  {fieldsOf(definition).rule}
                </pre>
              </Card>
            </Tabs.Content>
            <Tabs.Content value="versions">
              <Versions name={name} />
            </Tabs.Content>
          </Tabs.Root>
        )}
      </Answer>
    </View>
  );
}

function Tab({ value, text }: { readonly value: string; readonly text: string }): JSX.Element {
  return (
    <Tabs.Trigger value={value} className="tab">
      {text}
    </Tabs.Trigger>
  );
}

function Actions({ name, size }: { readonly name: string; readonly size: number }): JSX.Element | null {
  const t = useTexts();
  const session = useQuery(sessionQuery).data;
  const [isAsking, setAsking] = useState(false);
  if (session === undefined || rank(session.role) < rank('marketer')) return null;
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
      {remove.error !== null && <Notice tone="bad">{sentenceOf(remove.error)}</Notice>}
    </Dialog>
  );
}

function Members({ name }: { readonly name: string }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const members = useInfiniteQuery(membersQuery(name));
  return (
    <Card
      title={
        members.data === undefined
          ? t('segment.members')
          : t('segment.size', { n: members.data.pages[0]?.size ?? 0 })
      }
    >
      <Answer of={members} lines={6}>
        {({ pages }) => {
          const all = pages.flatMap((page) => page.members);
          if (all.length === 0) {
            return <Empty icon={<UsersRound aria-hidden />} title={t('segment.members.empty')} />;
          }
          return (
            <>
              <table className="table">
                <thead>
                  <tr>
                    <th>{t('segment.customer')}</th>
                    <th>{t('segment.since')}</th>
                  </tr>
                </thead>
                <tbody>
                  {all.map(({ id, displayId, since }) => (
                    <tr key={id}>
                      <td>
                        <Link to="/customers/$identifier" params={{ identifier: displayId }}>
                          {displayId}
                        </Link>
                      </td>
                      <td className="numbers quiet" title={formats.exact(since)}>
                        {formats.instant(since)}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
              {members.hasNextPage && (
                <Button
                  disabled={members.isFetchingNextPage}
                  onClick={() => {
                    void members.fetchNextPage();
                  }}
                >
                  {t('segment.members.more')}
                </Button>
              )}
            </>
          );
        }}
      </Answer>
    </Card>
  );
}

function Activity({ name }: { readonly name: string }): JSX.Element {
  const t = useTexts();
  const changes = useLive().changes.filter(({ segment }) => segment === name);
  return (
    <Card>
      {changes.length === 0 ? (
        <Empty icon={<Radio aria-hidden />} title={t('segment.activity.empty')} />
      ) : (
        <ChangeList changes={changes} hidesSegment />
      )}
    </Card>
  );
}

function Versions({ name }: { readonly name: string }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const versions = useQuery(versionsQuery(name));
  return (
    <Card>
      <Answer of={versions}>
        {({ items }) => (
          <ol className="stack">
            {items.map(({ version, at, author, reason, definition }) => (
              <li key={version} className="stack">
                <p className="row">
                  <strong>{t('segment.version', { n: version })}</strong>
                  <span className="quiet">
                    {author} · {formats.instant(at)}
                  </span>
                </p>
                {reason !== '' && <p>{reason}</p>}
                {definition !== undefined && (
                  <pre className="rule" tabIndex={0}>
                    {fieldsOf(definition).rule}
                  </pre>
                )}
              </li>
            ))}
          </ol>
        )}
      </Answer>
    </Card>
  );
}
