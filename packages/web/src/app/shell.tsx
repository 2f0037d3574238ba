/** The frame around every view: where one is, where one can go, whether the server answers. */

import { useQuery } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import { Activity, ChartNoAxesCombined, Search, Settings, Users, UsersRound, Workflow } from 'lucide-react';
import { type JSX, lazy, type ReactNode, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { IntlProvider, useIntl } from 'react-intl';
import { Toaster } from 'sonner';

import { useConnection } from '../data/connection.ts';
import { sessionQuery } from '../data/queries.ts';
import { useLive } from '../data/use-live.ts';
import { workspaceQuery } from '../data/workspace-queries.ts';
import { Button } from '../design/button.tsx';
import { WorkspaceName } from '../design/layout.tsx';
import type { TextName } from '../texts/en.ts';
import { useFormats, useTexts } from '../texts/use-texts.ts';
import { AccountMenu } from './account-menu.tsx';

const loadPalette = () => import('./command-palette.tsx');
const CommandPalette = lazy(loadPalette);

type Place = {
  readonly to: '/' | '/segments' | '/customers' | '/lifecycles' | '/live' | '/settings';
  readonly name: TextName;
  readonly icon: ReactNode;
};

const places: readonly Place[] = [
  { to: '/', name: 'nav.overview', icon: <ChartNoAxesCombined aria-hidden /> },
  { to: '/segments', name: 'nav.segments', icon: <UsersRound aria-hidden /> },
  { to: '/customers', name: 'nav.customers', icon: <Users aria-hidden /> },
  { to: '/lifecycles', name: 'nav.lifecycles', icon: <Workflow aria-hidden /> },
  { to: '/live', name: 'nav.live', icon: <Activity aria-hidden /> },
  { to: '/settings', name: 'nav.settings', icon: <Settings aria-hidden /> },
];

const appName = 'Segue';

/** In the colours of the app, whichever theme was chosen. */
const toastStyle = {
  background: 'var(--raised)',
  border: '1px solid var(--line)',
  color: 'var(--ink)',
  fontFamily: 'var(--font)',
};

/** Everything inside speaks of days and hours as the workspace has them, whatever the browser's own time zone is. */
export function Shell(): JSX.Element {
  const intl = useIntl();
  const { data: workspace, isPending } = useQuery(workspaceQuery);
  // A moment: days that change under the reader's eyes would be worse.
  if (isPending) return <></>;
  const zone = workspace === undefined ? {} : { timeZone: workspace.timeZone };
  return (
    <IntlProvider locale={intl.locale} messages={intl.messages} {...zone}>
      <WorkspaceName value={workspace?.name ?? appName}>
        <Frame name={workspace?.name} />
      </WorkspaceName>
    </IntlProvider>
  );
}

/** @param name - of the workspace */
function Frame({ name }: { readonly name: string | undefined }): JSX.Element {
  const t = useTexts();
  const [isPaletteOpen, setPaletteOpen, typedEarly] = usePaletteKey();
  const session = useQuery(sessionQuery).data;
  return (
    <>
      <a href="#view" className="button skip">
        {t('app.skip')}
      </a>
      <div className="shell">
        <nav className="side" aria-label={t('nav.label')}>
          <Link to="/" className="brand">
            <img src="/icon.svg" alt="" />
            {name === undefined ? (
              appName
            ) : (
              <span className="brand-name">
                <span className="cut" title={name}>
                  {name}
                </span>
                <span className="quiet">{appName}</span>
              </span>
            )}
          </Link>
          <Button
            className="button search-button"
            onClick={() => {
              setPaletteOpen(true);
            }}
          >
            <Search aria-hidden />
            {t('app.search')}
            <kbd>⌘K</kbd>
          </Button>
          <div className="nav">
            {places.map(({ to, name, icon }) => (
              <Link key={to} to={to} activeOptions={{ exact: to === '/' }}>
                {icon}
                {t(name)}
              </Link>
            ))}
          </div>
          <div className="foot">
            <LiveLine />
            {session !== undefined && <AccountMenu session={session} />}
          </div>
        </nav>
        <div>
          <OfflineBar />
          <Outlet />
        </div>
      </div>
      <Suspense>
        {isPaletteOpen && (
          <CommandPalette
            takeTyped={typedEarly}
            onClose={() => {
              setPaletteOpen(false);
            }}
          />
        )}
      </Suspense>
      <Toaster position="bottom-right" toastOptions={{ style: toastStyle }} />
    </>
  );
}

/**
 * ⌘K or Ctrl+K opens and closes the palette; `/` opens it where nobody is typing. What is typed before it has come is kept for
 * it: the third of the results takes that.
 */
function usePaletteKey(): readonly [boolean, (isOpen: boolean) => void, () => string] {
  const [isOpen, setOpen] = useState(false);
  const early = useRef('');
  const takeTyped = useCallback(() => early.current, []);
  useEffect(() => {
    // It is wanted at once when it is wanted.
    const timer = setTimeout(() => void loadPalette(), 500);
    return () => {
      clearTimeout(timer);
    };
  }, []);
  useEffect(() => {
    if (!isOpen) early.current = '';
    const onKey = (event: KeyboardEvent): void => {
      const isTyping =
        event.target instanceof HTMLElement &&
        event.target.closest('input, textarea, select, [contenteditable]') !== null;
      const isPlain = !event.metaKey && !event.ctrlKey && !event.altKey;
      if (event.key.toLowerCase() === 'k' && (event.metaKey || event.ctrlKey)) {
        event.preventDefault();
        setOpen((was) => !was);
      } else if (isOpen && !isTyping && isPlain && event.key.length === 1) {
        event.preventDefault();
        early.current += event.key;
      } else if (event.key === '/' && !isTyping) {
        event.preventDefault();
        setOpen(true);
      }
    };
    addEventListener('keydown', onKey);
    return () => {
      removeEventListener('keydown', onKey);
    };
  }, [isOpen]);
  return [isOpen, setOpen, takeTyped];
}

function LiveLine(): JSX.Element {
  const t = useTexts();
  const { isBroken } = useConnection();
  // Listening from the first view on, so that nothing that happens is missed by the others.
  useLive();
  return (
    <p className="state-line" role="status">
      <span className="live-dot" data-state={isBroken ? 'broken' : 'live'} aria-hidden />
      {t(isBroken ? 'app.reconnecting' : 'app.live')}
    </p>
  );
}

function OfflineBar(): JSX.Element | null {
  const t = useTexts();
  const formats = useFormats();
  const { isBroken, since } = useConnection();
  if (!isBroken) return null;
  return (
    <div className="bar" role="alert">
      {t('app.offline', { time: formats.clock(since) })}
    </div>
  );
}
