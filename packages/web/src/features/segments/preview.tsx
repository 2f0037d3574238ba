/** How many a rule is about, while it is written: size, what each part of it brings, some of the customers. */

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type JSX, useEffect, useState } from 'react';

import { previewQuery, type RulePreview } from '../../data/queries.ts';
import { Card, Notice, Skeleton } from '../../design/layout.tsx';
import { useRuleSentence } from '../../texts/use-speech.ts';
import { useRefusals } from '../../texts/use-refusals.ts';
import { useFormats, useTexts } from '../../texts/use-texts.ts';

/** The rule is asked about when nothing was typed for so long. */
const pauseMs = 250;

export function Preview({ rule }: { readonly rule: string | undefined }): JSX.Element {
  const t = useTexts();
  const refusalOf = useRefusals();
  const settled = useSettled(rule);
  const preview = useQuery({
    ...previewQuery(settled ?? ''),
    enabled: settled !== undefined,
    placeholderData: (before) => (settled === undefined ? undefined : before),
  });
  return (
    <Card title={t('preview.title')}>
      {rule === undefined ? (
        <p className="quiet">{t('preview.none')}</p>
      ) : preview.error !== null ? (
        <Notice tone="warn">{refusalOf(preview.error)}</Notice>
      ) : preview.data === undefined ? (
        <Skeleton lines={4} />
      ) : (
        <Found preview={preview.data} isOld={preview.isPlaceholderData || rule !== settled} />
      )}
    </Card>
  );
}

function useSettled(rule: string | undefined): string | undefined {
  const [settled, setSettled] = useState(rule);
  useEffect(() => {
    const timer = setTimeout(() => {
      setSettled(rule);
    }, pauseMs);
    return () => {
      clearTimeout(timer);
    };
  }, [rule]);
  return settled;
}

function Found({ preview, isOld }: { readonly preview: RulePreview; readonly isOld: boolean }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const sentence = useRuleSentence();
  const { size, everybody, share, parts, joined, members, stages, measuredAnew } = preview;
  return (
    <div className="stack preview" aria-live="polite" aria-busy={isOld}>
      <p>
        <span className="figure-value numbers">{formats.number(size)}</span>{' '}
        <span className="quiet">
          {t('preview.of', { everybody: formats.number(everybody), share: formats.percent(share) })}
        </span>
      </p>
      {measuredAnew && <p className="quiet">{t('preview.measuredAnew')}</p>}
      {parts.length > 1 && (
        <ul className="stack tight">
          {parts.map(({ rule, english, size: passing, alone }) => (
            <li key={rule} title={rule}>
              <p>{sentence(rule, english)}</p>
              <p className="row quiet">
                <span className="size-bar" style={{ flex: 1 }} aria-hidden>
                  <span style={{ width: `${String((100 * passing) / Math.max(1, everybody))}%` }} />
                </span>
                <span className="numbers">{formats.number(passing)}</span>
                {t(joined === 'and' ? 'preview.alone.and' : 'preview.alone.or', { n: alone })}
              </p>
            </li>
          ))}
        </ul>
      )}
      {size > 0 && stages.length > 0 && <ByStage stages={stages} size={size} />}
      {members.length > 0 && (
        <p className="said">
          {members.map(({ id, displayId }) => (
            <Link key={id} to="/customers/$identifier" params={{ identifier: displayId }}>
              {displayId}
            </Link>
          ))}
        </p>
      )}
      <p className="quiet">{t('preview.took', { ms: Math.round(preview.tookMs) })}</p>
    </div>
  );
}

/** Where they stand now: the largest stages of each lifecycle. */
function ByStage({
  stages,
  size,
}: {
  readonly stages: RulePreview['stages'];
  readonly size: number;
}): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  return (
    <details>
      <summary>{t('preview.stages')}</summary>
      <ul className="stack tight">
        {stages.flatMap(({ lifecycle, stages: all }) =>
          all
            .filter((one) => one.size > 0)
            .sort((a, b) => b.size - a.size)
            .map((one) => (
              <li key={`${lifecycle}.${one.stage}`} className="row">
                <span>
                  {lifecycle} · {one.stage}
                </span>
                <span className="size-bar" style={{ flex: 1 }} aria-hidden>
                  <span style={{ width: `${String((100 * one.size) / size)}%` }} />
                </span>
                <span className="numbers quiet">{formats.number(one.size)}</span>
              </li>
            )),
        )}
      </ul>
    </details>
  );
}
