/** Everything by its name: views, segments, customers, actions. */

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { Command } from 'cmdk';
import { ArrowRight, Plus, User, UsersRound } from 'lucide-react';
import { Dialog, VisuallyHidden } from 'radix-ui';
import { type JSX, type ReactNode, useState } from 'react';

import { foundCustomersQuery, segmentsQuery } from '../data/queries.ts';
import type { TextName } from '../texts/en.ts';
import { useTexts } from '../texts/use-texts.ts';

const views: readonly (readonly [
  '/' | '/segments' | '/customers' | '/lifecycles' | '/live' | '/settings',
  TextName,
])[] = [
  ['/', 'nav.overview'],
  ['/segments', 'nav.segments'],
  ['/customers', 'nav.customers'],
  ['/lifecycles', 'nav.lifecycles'],
  ['/live', 'nav.live'],
  ['/settings', 'nav.settings'],
];

export default function CommandPalette({
  takeTyped,
  onClose,
}: {
  /** What was typed before it was there. */
  readonly takeTyped: () => string;
  readonly onClose: () => void;
}): JSX.Element {
  const t = useTexts();
  const router = useRouter();
  const [typed, setTyped] = useState(takeTyped);
  const go = (href: string): void => {
    onClose();
    void router.navigate({ href });
  };
  return (
    <Dialog.Root
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-scrim" />
        <Dialog.Content className="palette" aria-describedby={undefined}>
          <VisuallyHidden.Root>
            <Dialog.Title>{t('palette.title')}</Dialog.Title>
          </VisuallyHidden.Root>
          <Command label={t('palette.title')}>
            <Command.Input value={typed} onValueChange={setTyped} placeholder={t('palette.placeholder')} />
            <Command.List>
              <Command.Empty>{t('palette.nothing')}</Command.Empty>
              <Choices typed={typed.trim()} onGo={go} />
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Choices({
  typed,
  onGo,
}: {
  readonly typed: string;
  readonly onGo: (href: string) => void;
}): JSX.Element {
  const t = useTexts();
  const segments = useQuery(segmentsQuery).data ?? [];
  const asked = useQuery({
    ...foundCustomersQuery(typed),
    enabled: typed.length > 1,
    placeholderData: keepPreviousData,
  });
  const found = typed.length > 1 ? (asked.data?.items ?? []) : [];
  return (
    <>
      <Command.Group heading={t('palette.views')}>
        {views.map(([to, name]) => (
          <Item key={to} value={t(name)} href={to} onGo={onGo}>
            <ArrowRight aria-hidden />
            {t(name)}
          </Item>
        ))}
      </Command.Group>
      <Command.Group heading={t('palette.actions')}>
        <Item value={t('palette.newSegment')} href="/segments/new" onGo={onGo}>
          <Plus aria-hidden />
          {t('palette.newSegment')}
        </Item>
        {typed !== '' && (
          <Item value={`customer ${typed}`} href={`/customers/${encodeURIComponent(typed)}`} onGo={onGo}>
            <User aria-hidden />
            {t('palette.customer', { identifier: typed })}
          </Item>
        )}
      </Command.Group>
      {found.length > 0 && (
        <Command.Group heading={t('nav.customers')} forceMount>
          {found.map(({ id, displayId, name, email }) => (
            <Item
              key={id}
              value={`${typed} ${displayId} ${String(id)}`}
              href={`/customers/${encodeURIComponent(displayId)}`}
              onGo={onGo}
            >
              <User aria-hidden />
              {name ?? email ?? displayId}{' '}
              {(name ?? email) !== undefined && <span className="quiet">{displayId}</span>}
            </Item>
          ))}
        </Command.Group>
      )}
      <Command.Group heading={t('palette.segments')}>
        {segments.map(({ name }) => (
          <Item key={name} value={name} href={`/segments/${encodeURIComponent(name)}`} onGo={onGo}>
            <UsersRound aria-hidden />
            {name}
          </Item>
        ))}
      </Command.Group>
    </>
  );
}

function Item({
  value,
  href,
  onGo,
  children,
}: {
  readonly value: string;
  readonly href: string;
  readonly onGo: (href: string) => void;
  readonly children: ReactNode;
}): JSX.Element {
  return (
    <Command.Item
      className="menu-item"
      value={value}
      onSelect={() => {
        onGo(href);
      }}
    >
      {children}
    </Command.Item>
  );
}
