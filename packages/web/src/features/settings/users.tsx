/** Who may sign in, with which role; inviting somebody. */

import type { Output } from '@segue/client/operation-types.ts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import { type JSX, useId, useState, type SubmitEvent } from 'react';
import { toast } from 'sonner';

import { Answer } from '../../data/answer.tsx';
import { api } from '../../data/client.ts';
import { Refused } from '../../data/refused.tsx';
import { type Role, roles, sessionQuery, usersQuery } from '../../data/queries.ts';
import { Button } from '../../design/button.tsx';
import { DataTable } from '../../design/data-table.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { Choice, NameField, TextField } from '../../design/field.tsx';
import { fieldText } from '../../design/form-text.ts';
import { Badge, Card } from '../../design/layout.tsx';
import { useRefusals } from '../../texts/use-refusals.ts';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import { Secret } from './secret.tsx';

export function Users(): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const users = useQuery(usersQuery);
  const [isInviting, setInviting] = useState(false);
  return (
    <Card
      title={t('settings.users')}
      aside={
        <Button
          kind="primary"
          onClick={() => {
            setInviting(true);
          }}
        >
          <UserPlus aria-hidden />
          {t('settings.invite')}
        </Button>
      }
    >
      <Answer of={users}>
        {({ items }) => (
          <DataTable
            label={t('settings.users')}
            columns={[
              {
                title: t('settings.user'),
                cell: ({ name, email, disabled }) => (
                  <>
                    {name} <span className="quiet">{email}</span>{' '}
                    {disabled && <Badge tone="bad">{t('settings.disabled')}</Badge>}
                  </>
                ),
              },
              { title: t('settings.role'), cell: (user) => <RoleOf user={user} /> },
              {
                title: t('settings.lastSignIn'),
                isQuiet: true,
                cell: ({ signedInAt }) =>
                  signedInAt === undefined ? t('settings.never') : formats.instant(signedInAt),
              },
              { align: 'end', cell: (user) => <Disabling user={user} /> },
            ]}
            rows={items}
            keyOf={({ id }) => id}
          />
        )}
      </Answer>
      {isInviting && (
        <Invite
          onClose={() => {
            setInviting(false);
          }}
        />
      )}
    </Card>
  );
}

type User = Output<'listUsers'>['items'][number];
type ChangedUser = { readonly role: Role } | { readonly disabled: boolean };

/** What was refused is said, and the table shows what is so. */
function useChange({ id }: User): (change: ChangedUser) => void {
  const queryClient = useQueryClient();
  const refusalOf = useRefusals();
  const change = useMutation({
    mutationFn: (body: ChangedUser) => api.call('changeUser', { path: { id }, body }),
    onError: (error) => toast.error(refusalOf(error)),
    onSettled: () => queryClient.invalidateQueries(usersQuery),
  });
  return change.mutate;
}

function RoleOf({ user }: { readonly user: User }): JSX.Element {
  const t = useTexts();
  const change = useChange(user);
  return (
    <select
      className="input inline"
      aria-label={t('settings.roleOf', { name: user.name })}
      value={user.role}
      onChange={(event) => {
        const role = roles.find((each) => each === event.target.value);
        if (role !== undefined) change({ role });
      }}
    >
      {roles.map((role) => (
        <option key={role} value={role}>
          {t(`role.${role}`)}
        </option>
      ))}
    </select>
  );
}

/** Nobody can lock themselves out. */
function Disabling({ user }: { readonly user: User }): JSX.Element | null {
  const t = useTexts();
  const change = useChange(user);
  const session = useQuery(sessionQuery).data;
  if (session === undefined || session.id === user.id) return null;
  return (
    <Button
      kind={user.disabled ? 'usual' : 'danger'}
      onClick={() => {
        change({ disabled: !user.disabled });
      }}
    >
      {t(user.disabled ? 'settings.enable' : 'settings.disable')}
    </Button>
  );
}

function Invite({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const t = useTexts();
  const form = useId();
  const queryClient = useQueryClient();
  const invite = useMutation({
    mutationFn: (body: { email: string; name: string; role: Role }) => api.call('createUser', { body }),
    onSuccess: () => queryClient.invalidateQueries(usersQuery),
  });
  const onSubmit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const said = new FormData(event.currentTarget);
    invite.mutate({
      email: fieldText(said, 'email'),
      name: fieldText(said, 'name'),
      role: fieldText(said, 'role') as Role,
    });
  };
  const made = invite.data;
  if (made !== undefined) {
    return (
      <Dialog
        open
        onClose={onClose}
        title={t('settings.invite.title')}
        about={t('settings.invite.link', { name: made.user.name })}
        footer={<Button onClick={onClose}>{t('settings.done')}</Button>}
      >
        <Secret text={`${location.origin}/sign-in#${made.link.token}`} />
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('settings.invite.title')}
      footer={
        <>
          <Button onClick={onClose}>{t('builder.cancel')}</Button>
          <Button kind="primary" type="submit" form={form} disabled={invite.isPending}>
            {t('settings.invite')}
          </Button>
        </>
      }
    >
      <form id={form} className="stack" onSubmit={onSubmit}>
        <NameField
          label={t('signIn.name')}
          missing={t('settings.nameMissing')}
          name="name"
          maxLength={200}
          autoFocus
        />
        <TextField label={t('signIn.email')} name="email" type="email" required />
        <Choice
          label={t('settings.role')}
          name="role"
          options={roles.map((role) => [role, t(`role.${role}`)])}
        />
        <Refused error={invite.error} />
      </form>
    </Dialog>
  );
}
