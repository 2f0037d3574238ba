/** Who may sign in, with which role; inviting somebody. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import { type JSX, useId, useState, type SubmitEvent } from 'react';

import { Answer } from '../../data/answer.tsx';
import { api, sentenceOf } from '../../data/client.ts';
import { type Role, roles, usersQuery } from '../../data/queries.ts';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { Choice, TextField } from '../../design/field.tsx';
import { fieldText } from '../../design/form-text.ts';
import { Badge, Card, Notice } from '../../design/layout.tsx';
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
          <div className="scroll">
            <table className="table">
              <thead>
                <tr>
                  <th>{t('settings.user')}</th>
                  <th>{t('settings.role')}</th>
                  <th>{t('settings.lastSignIn')}</th>
                </tr>
              </thead>
              <tbody>
                {items.map(({ id, name, email, role, signedInAt }) => (
                  <tr key={id}>
                    <td>
                      {name} <span className="quiet">{email}</span>
                    </td>
                    <td>
                      <Badge>{t(`role.${role}`)}</Badge>
                    </td>
                    <td className="quiet">
                      {signedInAt === undefined ? t('settings.never') : formats.instant(signedInAt)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
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
        <TextField label={t('signIn.name')} name="name" required autoFocus />
        <TextField label={t('signIn.email')} name="email" type="email" required />
        <Choice
          label={t('settings.role')}
          name="role"
          options={roles.map((role) => [role, t(`role.${role}`)])}
        />
        {invite.error !== null && <Notice tone="bad">{sentenceOf(invite.error)}</Notice>}
      </form>
    </Dialog>
  );
}
