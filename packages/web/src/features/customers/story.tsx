/** Who somebody is and how they came together: identifiers with when each came, who became one, what was said of them in turn. */

import { GitMerge } from 'lucide-react';
import type { JSX } from 'react';

import type { Profile } from '../../data/queries.ts';
import { Card } from '../../design/layout.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import type { Story } from './asked.ts';

export function Identifiers({
  customer: { identifiers },
  story,
}: {
  readonly customer: Profile;
  readonly story: Story | undefined;
}): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const sinceOf = new Map(story?.identifiers.map((one) => [`${one.kind}:${one.value}`, one.since]));
  return (
    <Card title={t('customer.identifiers')}>
      <dl className="facts">
        {identifiers.map(({ kind, value }) => {
          const since = sinceOf.get(`${kind}:${value}`);
          return (
            <div key={`${kind}:${value}`} style={{ display: 'contents' }}>
              <dt>{kind}</dt>
              <dd>
                {value}{' '}
                {since !== undefined && (
                  <span className="quiet" title={formats.exact(since)}>
                    {t('customer.sinceShort', { date: formats.day(since) })}
                  </span>
                )}
              </dd>
            </div>
          );
        })}
      </dl>
      {story !== undefined && story.merges.length > 0 && <Merges story={story} />}
      {story?.whole === false && <p className="quiet">{t('story.notWhole')}</p>}
    </Card>
  );
}

function Merges({ story: { merges } }: { readonly story: Story }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  return (
    <>
      <h3>{t('story.merges')}</h3>
      <ol className="timeline story-merges">
        {merges.map(({ at, messageId, type, parts }) => (
          <li key={messageId}>
            <GitMerge aria-hidden />
            <div>
              <p>{t('story.merged', { type, n: parts.length })}</p>
              {parts.map((part, i) => (
                <p key={i} className="quiet">
                  {part.identifiers.map(({ kind, value }) => `${kind} ${value}`).join(', ')} ·{' '}
                  {t('story.messages', { n: part.messages })} ·{' '}
                  {t('customer.sinceShort', { date: formats.day(part.since) })}
                </p>
              ))}
            </div>
            <time dateTime={at} title={formats.exact(at)} className="numbers">
              {formats.day(at)}
            </time>
          </li>
        ))}
      </ol>
    </>
  );
}

export function Traits({
  customer: { traits },
  story,
}: {
  readonly customer: Profile;
  readonly story: Story | undefined;
}): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const all = Object.entries(traits);
  const before = new Map(story?.traits.map(({ trait, values }) => [trait, values]));
  return (
    <Card title={t('customer.traits')}>
      {all.length === 0 ? (
        <p className="quiet">{t('customer.traits.none')}</p>
      ) : (
        <dl className="facts">
          {all.map(([name, value]) => {
            const values = before.get(name) ?? [];
            return (
              <div key={name} style={{ display: 'contents' }}>
                <dt>{name}</dt>
                <dd>
                  {textOf(value)}
                  {values.length > 1 && (
                    <details>
                      <summary className="quiet">{t('story.changed', { n: values.length - 1 })}</summary>
                      <ol>
                        {values.toReversed().map(({ at, value: said }) => (
                          <li key={at} className="quiet">
                            {said === null ? t('story.cleared') : textOf(said)} ·{' '}
                            <time title={formats.exact(at)}>{formats.instant(at)}</time>
                          </li>
                        ))}
                      </ol>
                    </details>
                  )}
                </dd>
              </div>
            );
          })}
        </dl>
      )}
    </Card>
  );
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
