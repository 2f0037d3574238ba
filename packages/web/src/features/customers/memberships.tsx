/** The segments somebody is in, since when, until when, and why. */

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type JSX, useState } from 'react';

import { Answer } from '../../data/answer.tsx';
import { explanationQuery, type Profile, segmentsQuery } from '../../data/queries.ts';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import { WhyTree } from './why-tree.tsx';

export function Memberships({
  customer,
  identifier,
}: {
  readonly customer: Profile;
  readonly identifier: string;
}): JSX.Element {
  const t = useTexts();
  const [asked, setAsked] = useState<string>();
  const others = (useQuery(segmentsQuery).data ?? [])
    .map(({ name }) => name)
    .filter((name) => !customer.segments.some(({ segment }) => segment === name));
  return (
    <div className="stack">
      {customer.segments.length === 0 && <p className="quiet">{t('customer.segments.none')}</p>}
      <ul className="stack">
        {customer.segments.map(({ segment, since, until }) => (
          <Membership
            key={segment}
            segment={segment}
            since={since}
            until={until}
            onWhy={() => {
              setAsked(segment);
            }}
          />
        ))}
      </ul>
      {others.length > 0 && (
        <select
          className="input"
          aria-label={t('customer.whyNot')}
          value=""
          onChange={({ currentTarget: { value } }) => {
            setAsked(value);
          }}
        >
          <option value="">{t('customer.whyNot')}</option>
          {others.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      )}
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
    </div>
  );
}

function Membership({
  segment,
  since,
  until,
  onWhy,
}: {
  readonly segment: string;
  readonly since: string;
  readonly until: string | undefined;
  readonly onWhy: () => void;
}): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  return (
    <li className="membership">
      <div>
        <Link to="/segments/$name" params={{ name: segment }}>
          {segment}
        </Link>
        <p className="quiet">
          <span title={formats.exact(since)}>
            {t('customer.sinceShort', { date: formats.instant(since) })}
          </span>
          {until !== undefined && <span> · {t('customer.until', { date: formats.exact(until) })}</span>}
        </p>
      </div>
      <Button kind="plain" aria-label={`${t('customer.why')} ${segment}`} onClick={onWhy}>
        {t('customer.why')}
      </Button>
    </li>
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
        {({ explanation }) => <WhyTree explanation={explanation} />}
      </Answer>
    </Dialog>
  );
}
