/** Keys of programs and of tracking code. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { type JSX, useId, useState, type SubmitEvent } from 'react';

import { Answer } from '../../data/answer.tsx';
import { api } from '../../data/client.ts';
import { Refused } from '../../data/refused.tsx';
import { type Role, roles, serverKeysQuery, writeKeysQuery } from '../../data/queries.ts';
import { Button } from '../../design/button.tsx';
import { DataTable } from '../../design/data-table.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { Choice, NameField } from '../../design/field.tsx';
import { fieldText } from '../../design/form-text.ts';
import { Badge, Card } from '../../design/layout.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import { Secret } from './secret.tsx';

export function Keys(): JSX.Element {
  return (
    <div className="stack">
      <ServerKeys />
      <WriteKeys />
    </div>
  );
}

function ServerKeys(): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const keys = useQuery(serverKeysQuery);
  const [isMaking, setMaking] = useState(false);
  return (
    <Card
      title={t('settings.serverKeys')}
      aside={
        <Button
          onClick={() => {
            setMaking(true);
          }}
        >
          <Plus aria-hidden />
          {t('settings.newKey')}
        </Button>
      }
    >
      <p className="quiet">{t('settings.serverKeys.about')}</p>
      <Answer of={keys}>
        {({ items }) => (
          <DataTable
            label={t('settings.serverKeys')}
            columns={[
              {
                title: t('settings.key'),
                cell: ({ name, hint }) => (
                  <>
                    {name} <span className="quiet mono">{hint}…</span>
                  </>
                ),
              },
              { title: t('settings.role'), cell: ({ role }) => <Badge>{t(`role.${role}`)}</Badge> },
              {
                title: t('settings.used'),
                isQuiet: true,
                cell: ({ usedAt }) => (usedAt === undefined ? t('settings.never') : formats.instant(usedAt)),
              },
              { align: 'end', cell: (key) => <Withdrawal kind="withdrawServerKey" of={key} /> },
            ]}
            rows={items}
            keyOf={({ id }) => id}
            empty={t('settings.keys.none')}
          />
        )}
      </Answer>
      {isMaking && (
        <NewKey
          onClose={() => {
            setMaking(false);
          }}
        />
      )}
    </Card>
  );
}

function WriteKeys(): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const keys = useQuery(writeKeysQuery);
  return (
    <Card title={t('settings.writeKeys')}>
      <p className="quiet">{t('settings.writeKeys.about')}</p>
      <Answer of={keys}>
        {({ items }) => (
          <DataTable
            label={t('settings.writeKeys')}
            columns={[
              { title: t('settings.key'), cell: ({ text }) => <span className="mono">{text}</span> },
              { title: t('settings.source'), cell: ({ source }) => source },
              {
                title: t('settings.created'),
                isQuiet: true,
                cell: ({ createdAt }) => formats.instant(createdAt),
              },
              { align: 'end', cell: (key) => <Withdrawal kind="withdrawWriteKey" of={key} /> },
            ]}
            rows={items}
            keyOf={({ id }) => id}
            empty={t('settings.keys.none')}
          />
        )}
      </Answer>
    </Card>
  );
}

function Withdrawal({
  kind,
  of: { id, withdrawnAt },
}: {
  readonly kind: 'withdrawServerKey' | 'withdrawWriteKey';
  readonly of: { readonly id: string; readonly withdrawnAt?: string };
}): JSX.Element {
  const t = useTexts();
  if (withdrawnAt === undefined) return <Withdraw kind={kind} id={id} />;
  return <Badge tone="bad">{t('settings.withdrawn')}</Badge>;
}

function Withdraw({
  kind,
  id,
}: {
  readonly kind: 'withdrawServerKey' | 'withdrawWriteKey';
  readonly id: string;
}): JSX.Element {
  const t = useTexts();
  const queryClient = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const close = (): void => {
    setAsking(false);
  };
  const withdraw = useMutation({
    mutationFn: () => api.call(kind, { path: { id } }),
    onSuccess: async () => {
      close();
      await queryClient.invalidateQueries();
    },
  });
  return (
    <>
      <Button
        kind="danger"
        onClick={() => {
          setAsking(true);
        }}
      >
        {t('settings.withdraw')}
      </Button>
      <Dialog
        open={isAsking}
        onClose={close}
        title={t('settings.withdraw.title')}
        about={t('settings.withdraw.text')}
        footer={
          <>
            <Button onClick={close}>{t('builder.cancel')}</Button>
            <Button
              kind="danger"
              disabled={withdraw.isPending}
              onClick={() => {
                withdraw.mutate();
              }}
            >
              {t('settings.withdraw')}
            </Button>
          </>
        }
      >
        <Refused error={withdraw.error} />
      </Dialog>
    </>
  );
}

function NewKey({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const t = useTexts();
  const form = useId();
  const queryClient = useQueryClient();
  const make = useMutation({
    mutationFn: (body: { name: string; role: Role }) => api.call('createServerKey', { body }),
    onSuccess: () => queryClient.invalidateQueries(serverKeysQuery),
  });
  const onSubmit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const said = new FormData(event.currentTarget);
    make.mutate({ name: fieldText(said, 'name'), role: fieldText(said, 'role') as Role });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('settings.newKey')}
      {...(make.data === undefined ? {} : { about: t('settings.newKey.secret') })}
      footer={
        make.data === undefined ? (
          <>
            <Button onClick={onClose}>{t('builder.cancel')}</Button>
            <Button kind="primary" type="submit" form={form} disabled={make.isPending}>
              {t('settings.newKey')}
            </Button>
          </>
        ) : (
          <Button onClick={onClose}>{t('settings.done')}</Button>
        )
      }
    >
      {make.data === undefined ? (
        <form id={form} className="stack" onSubmit={onSubmit}>
          <NameField
            label={t('builder.name')}
            missing={t('settings.nameMissing')}
            name="name"
            maxLength={200}
            autoFocus
          />
          <Choice
            label={t('settings.role')}
            name="role"
            options={roles.map((role) => [role, t(`role.${role}`)])}
          />
          <Refused error={make.error} />
        </form>
      ) : (
        <Secret text={make.data.secret} />
      )}
    </Dialog>
  );
}
