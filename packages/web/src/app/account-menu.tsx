/** Who is signed in; language, theme, and the way out. */

import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { Check, ChevronsUpDown, LogOut } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { type JSX, use, useState } from 'react';

import { api } from '../data/client.ts';
import { liveChanges } from '../data/live-changes.ts';
import type { Session } from '../data/queries.ts';
import type { TextName } from '../texts/en.ts';
import { type Language, languageNames } from '../texts/languages.ts';
import { useTexts } from '../texts/use-texts.ts';
import { LanguageContext } from './language.ts';
import { chooseTheme, chosenTheme, type Theme } from './theme.ts';

const themes: readonly (readonly [Theme, TextName])[] = [
  ['system', 'app.theme.system'],
  ['light', 'app.theme.light'],
  ['dark', 'app.theme.dark'],
];

export function AccountMenu({ session }: { readonly session: Session }): JSX.Element {
  const t = useTexts();
  const router = useRouter();
  const queryClient = useQueryClient();
  const { language, choose } = use(LanguageContext);
  const [theme, setTheme] = useState<Theme>(() => chosenTheme(localStorage));
  const signOut = async (): Promise<void> => {
    await api.call('signOut', {});
    liveChanges.reset();
    queryClient.clear();
    await router.navigate({ to: '/sign-in' });
  };
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger
        className="button"
        data-kind="plain"
        aria-label={t('app.account', { name: session.name })}
      >
        <span style={{ overflow: 'hidden', textOverflow: 'ellipsis' }}>{session.name}</span>
        <ChevronsUpDown aria-hidden style={{ marginInlineStart: 'auto' }} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="start" sideOffset={6}>
          <Choices
            label={t('app.theme')}
            value={theme}
            options={themes.map(([value, name]) => [value, t(name)])}
            onChoose={(value) => {
              chooseTheme(localStorage, document.documentElement, value);
              setTheme(value);
            }}
          />
          <Choices
            label={t('app.language')}
            value={language}
            options={Object.entries(languageNames) as [Language, string][]}
            onChoose={choose}
          />
          <DropdownMenu.Separator />
          <DropdownMenu.Item
            className="menu-item"
            onSelect={() => {
              void signOut();
            }}
          >
            <LogOut aria-hidden />
            {t('app.signOut')}
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function Choices<T extends string>({
  label,
  value,
  options,
  onChoose,
}: {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [value: T, text: string])[];
  readonly onChoose: (value: T) => void;
}): JSX.Element {
  return (
    <DropdownMenu.RadioGroup
      value={value}
      onValueChange={(chosen) => {
        onChoose(chosen as T);
      }}
    >
      <DropdownMenu.Label className="menu-item quiet">{label}</DropdownMenu.Label>
      {options.map(([option, text]) => (
        <DropdownMenu.RadioItem key={option} value={option} className="menu-item">
          <span style={{ width: '1rem' }}>
            <DropdownMenu.ItemIndicator>
              <Check aria-hidden />
            </DropdownMenu.ItemIndicator>
          </span>
          {text}
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  );
}
