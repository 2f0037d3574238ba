/** Views, cards, badges, notices: what most of a screen is made of. */

import { CircleAlert, TriangleAlert } from 'lucide-react';
import { type Context, createContext, type JSX, type ReactNode, useContext, useEffect } from 'react';

export function View({
  title,
  about,
  actions,
  children,
}: {
  readonly title: ReactNode;
  readonly about?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}): JSX.Element {
  useTitle(title);
  return (
    <main className="view" id="view" tabIndex={-1}>
      <header className="view-header">
        <div>
          <h1>{title}</h1>
          {about !== undefined && <p>{about}</p>}
        </div>
        {actions !== undefined && <div className="actions">{actions}</div>}
      </header>
      {children}
    </main>
  );
}

/** What the workspace is called, for the titles of pages; where it has no name, the app's. */
export const WorkspaceName: Context<string> = createContext('Segue');

/** The browser's title says which view of which workspace it is. */
function useTitle(title: ReactNode): void {
  const name = useContext(WorkspaceName);
  useEffect(() => {
    document.title = typeof title === 'string' ? `${title} · ${name}` : name;
  }, [title, name]);
}

export function Card({
  title,
  aside,
  children,
}: {
  readonly title?: ReactNode;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}): JSX.Element {
  return (
    <section className="card">
      {title !== undefined && (
        <header>
          <h2>{title}</h2>
          {aside}
        </header>
      )}
      {children}
    </section>
  );
}

export type Tone = 'plain' | 'good' | 'bad' | 'warn' | 'accent';

export function Badge({
  tone = 'plain',
  children,
}: {
  readonly tone?: Tone;
  readonly children: ReactNode;
}): JSX.Element {
  return (
    <span className="badge" data-tone={tone}>
      {children}
    </span>
  );
}

export function Notice({
  tone = 'plain',
  children,
}: {
  readonly tone?: 'plain' | 'bad' | 'warn';
  readonly children: ReactNode;
}): JSX.Element {
  return (
    <div className="notice" data-tone={tone} role={tone === 'bad' ? 'alert' : 'status'}>
      {tone === 'bad' ? <CircleAlert aria-hidden /> : <TriangleAlert aria-hidden />}
      <div className="stack">{children}</div>
    </div>
  );
}

/** What a view says where there is nothing yet: what would be here, and how it gets there. */
export function Empty({
  icon,
  title,
  children,
}: {
  readonly icon: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
}): JSX.Element {
  return (
    <div className="empty">
      {icon}
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Skeleton({ lines = 3 }: { readonly lines?: number }): JSX.Element {
  return (
    <div className="stack" aria-hidden>
      {Array.from({ length: lines }, (_, i) => (
        <span key={i} className="skeleton" style={{ width: `${String(92 - ((i * 17) % 40))}%` }} />
      ))}
    </div>
  );
}
