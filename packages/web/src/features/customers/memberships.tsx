/** The segments somebody is in, since when, until when, and why. */

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type JSX, useState } from 'react';

import { Answer } from '../../data/answer.tsx';
import { explanationQuery, type Profile } from '../../data/queries.ts';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';

export function Memberships({
  customer,
  identifier,
}: {
  readonly customer: Profile;
  readonly identifier: string;
}): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const [asked, setAsked] = useState<string>();
  if (customer.segments.length === 0) return <p className="quiet">{t('customer.segments.none')}</p>;
  return (
    <>
      <ul className="stack">
        {customer.segments.map(({ segment, since, until }) => (
          <li key={segment} className="row">
            <Link to="/segments/$name" params={{ name: segment }}>
              {segment}
            </Link>
            <span className="quiet" title={formats.exact(since)}>
              {t('customer.sinceShort', { date: formats.instant(since) })}
            </span>
            {until !== undefined && (
              <span className="quiet" title={formats.exact(until)}>
                {t('customer.until', { date: formats.exact(until) })}
              </span>
            )}
            <Button
              kind="plain"
              style={{ marginInlineStart: 'auto' }}
              aria-label={`${t('customer.why')} ${segment}`}
              onClick={() => {
                setAsked(segment);
              }}
            >
              {t('customer.why')}
            </Button>
          </li>
        ))}
      </ul>
      {asked !== undefined && (
        <Why
          identifier={identifier}
          name={customer.displayId}
          segment={asked}
          onClose={() => {
            setAsked(undefined);
          }}
        />
      )}
    </>
  );
}

function Why({
  identifier,
  name,
  segment,
  onClose,
}: {
  readonly identifier: string;
  readonly name: string;
  readonly segment: string;
  readonly onClose: () => void;
}): JSX.Element {
  const t = useTexts();
  const answer = useQuery(explanationQuery(identifier, segment));
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('customer.why.title', { customer: name, segment })}
      footer={<Button onClick={onClose}>{t('settings.done')}</Button>}
    >
      <Answer of={answer} lines={5}>
        {({ text }) => (
          <pre className="rule" tabIndex={0}>
            {text.join('\n')}
          </pre>
        )}
      </Answer>
    </Dialog>
  );
}
