/**
 * Signing in: with a password, or for the first time with a link (`/sign-in#token`). The token stands behind the `#`, which
 * browsers send to nobody.
 */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { type JSX, type ReactNode, useState, type SubmitEvent } from 'react';

import { api } from '../../data/client.ts';
import { Refused } from '../../data/refused.tsx';
import { sessionQuery } from '../../data/queries.ts';
import { Answer } from '../../data/answer.tsx';
import { Button } from '../../design/button.tsx';
import { TextField } from '../../design/field.tsx';
import { fieldText } from '../../design/form-text.ts';
import { Notice } from '../../design/layout.tsx';
import { useTexts } from '../../texts/use-texts.ts';

const passwordCharactersMin = 10;

export function SignIn(): JSX.Element {
  const [token, setToken] = useState(() => location.hash.slice(1));
  return token === '' ? (
    <WithPassword />
  ) : (
    <WithLink
      token={token}
      onSpent={() => {
        history.replaceState(null, '', location.pathname);
        setToken('');
      }}
    />
  );
}

function useEnter(): () => Promise<void> {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const to = useRouterState({ select: ({ location: { search } }) => search.to });
  return async () => {
    queryClient.removeQueries(sessionQuery);
    await navigate({ href: to ?? '/', replace: true });
  };
}

function Frame({
  title,
  about,
  children,
}: {
  readonly title: string;
  readonly about?: string;
  readonly children: ReactNode;
}): JSX.Element {
  return (
    <main className="sign-in">
      <div className="card">
        <div className="brand" style={{ padding: 0 }}>
          <img src="/icon.svg" alt="" />
          Segue
        </div>
        <div>
          <h1>{title}</h1>
          {about !== undefined && <p className="quiet">{about}</p>}
        </div>
        {children}
      </div>
    </main>
  );
}

function WithPassword(): JSX.Element {
  const t = useTexts();
  const enter = useEnter();
  const signIn = useMutation({
    mutationFn: (body: { readonly email: string; readonly password: string }) => api.call('signIn', { body }),
    onSuccess: enter,
  });
  const onSubmit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    signIn.mutate({ email: fieldText(form, 'email'), password: passwordOf(form) });
  };
  return (
    <Frame title={t('signIn.title')}>
      <form className="stack" onSubmit={onSubmit}>
        <TextField
          label={t('signIn.email')}
          name="email"
          type="email"
          autoComplete="username"
          required
          autoFocus
        />
        <TextField
          label={t('signIn.password')}
          name="password"
          type="password"
          autoComplete="current-password"
          required
        />
        <Refused error={signIn.error} />
        <Button kind="primary" type="submit" disabled={signIn.isPending}>
          {t('signIn.go')}
        </Button>
        <p className="quiet">{t('signIn.forgot')}</p>
      </form>
    </Frame>
  );
}

function WithLink({ token, onSpent }: { readonly token: string; readonly onSpent: () => void }): JSX.Element {
  const t = useTexts();
  const link = useQuery({
    queryKey: ['sign-in-link', token],
    queryFn: ({ signal }) => api.call('lookAtSignInLink', { body: { token } }, { signal }),
    staleTime: Infinity,
  });
  if (link.error !== null) {
    return (
      <Frame title={t('signIn.title')}>
        <Notice tone="warn">{t('signIn.spent')}</Notice>
        <Button onClick={onSpent}>{t('signIn.go')}</Button>
      </Frame>
    );
  }
  const { data } = link;
  const isFounding = data?.kind === 'founding';
  const title = isFounding ? t('signIn.first.title') : t('signIn.link.title', { name: data?.name ?? '' });
  const about = isFounding ? t('signIn.first.text') : t('signIn.link.text', { email: data?.email ?? '' });
  return (
    <Frame title={data === undefined ? 'Segue' : title} {...(data === undefined ? {} : { about })}>
      <Answer of={link}>
        {() => <LinkForm token={token} isFounding={isFounding} email={data?.email} />}
      </Answer>
    </Frame>
  );
}

function LinkForm({
  token,
  isFounding,
  email,
}: {
  readonly token: string;
  readonly isFounding: boolean;
  readonly email: string | undefined;
}): JSX.Element {
  const t = useTexts();
  const enter = useEnter();
  const begin = useMutation({
    mutationFn: (body: { token: string; password: string; email?: string; name?: string }) =>
      api.call('useSignInLink', { body }),
    onSuccess: enter,
  });
  const onSubmit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const who = isFounding ? { email: fieldText(form, 'email'), name: fieldText(form, 'name') } : {};
    begin.mutate({ token, password: passwordOf(form), ...who });
  };
  return (
    <form className="stack" onSubmit={onSubmit}>
      {isFounding ? (
        <>
          <TextField label={t('signIn.name')} name="name" autoComplete="name" required autoFocus />
          <TextField label={t('signIn.email')} name="email" type="email" autoComplete="username" required />
        </>
      ) : (
        <input type="email" name="email" autoComplete="username" value={email ?? ''} readOnly hidden />
      )}
      <TextField
        label={t('signIn.newPassword')}
        hint={t('signIn.newPassword.hint')}
        name="password"
        type="password"
        autoComplete="new-password"
        minLength={passwordCharactersMin}
        required
      />
      <Refused error={begin.error} />
      <Button kind="primary" type="submit" disabled={begin.isPending}>
        {t('signIn.begin')}
      </Button>
    </form>
  );
}

/** As it was typed: a space may be part of it. */
function passwordOf(form: FormData): string {
  const value = form.get('password');
  return typeof value === 'string' ? value : '';
}
