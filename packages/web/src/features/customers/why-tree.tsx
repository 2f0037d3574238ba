/** Why somebody is in a segment or not: the verdict in sentences, then each condition with what was found and what decided. */

import type { DecidingMessage } from '@segue/core/engine/explain-deciding.ts';
import type { ExplainedCondition, Explanation } from '@segue/core/engine/explain.ts';
import { CircleCheck, CircleX } from 'lucide-react';
import type { JSX } from 'react';

import { useSpeech } from '../../texts/use-speech.ts';
import type { Speech } from '../../texts/speech.ts';
import { Skeleton } from '../../design/layout.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';

/** Messages of one condition that are shown, the newest. */
const messagesShown = 5;

/** @param explanation - as the API gives it. */
export function WhyTree({ explanation }: { readonly explanation: unknown }): JSX.Element {
  const speech = useSpeech();
  if (speech === undefined) return <Skeleton lines={5} />;
  const said = explanation as Explanation;
  return (
    <div className="stack">
      {speech.verdict(said).map((line) => (
        <p key={line}>{line}</p>
      ))}
      <Condition of={said.rule} speech={speech} />
    </div>
  );
}

type Of = { readonly of: ExplainedCondition; readonly speech: Speech };

function Condition({ of, speech }: Of): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const joins = (of.kind === 'and' || of.kind === 'or') && of.items.length > 0;
  return (
    <div className="stack">
      <div className="why-line">
        {of.holds ? (
          <CircleCheck aria-label={t('why.yes')} role="img" style={{ color: 'var(--good)' }} />
        ) : (
          <CircleX aria-label={t('why.no')} role="img" style={{ color: 'var(--bad)' }} />
        )}
        <div>
          <p>{joins ? t(of.kind === 'and' ? 'why.all' : 'why.any') : speech.rule(of.rule, of.english)}</p>
          {of.found.map((finding) => (
            <p key={finding.of} className="quiet">
              {speech.finding(finding)}: <strong>{speech.found(finding.is)}</strong>
            </p>
          ))}
          {of.since !== undefined && (
            <p className="quiet">
              {t('customer.sinceShort', { date: formats.exact(of.since.at) })}
              {of.until !== undefined && ` · ${t('customer.until', { date: formats.exact(of.until) })}`}
            </p>
          )}
          <Messages of={of} speech={speech} />
        </div>
      </div>
      {of.items.length > 0 && (
        <div className="why-tree">
          {of.items.map((item, i) => (
            <Condition key={`${String(i)} ${item.rule}`} of={item} speech={speech} />
          ))}
        </div>
      )}
    </div>
  );
}

function Messages({ of: { messages, messagesTotal }, speech }: Of): JSX.Element | null {
  const t = useTexts();
  const formats = useFormats();
  if (messages.length === 0) return null;
  const shown = messages.slice(-messagesShown).reverse();
  return (
    <ul className="quiet">
      {shown.map((message) => (
        <li key={message.messageId}>
          {nameOf(message)} · <time title={message.messageId}>{formats.exact(message.time)}</time>
          {message.read.map(({ path, value }) => ` · ${path} ${speech.found(value)}`)}
        </li>
      ))}
      {messagesTotal > shown.length && <li>{t('why.more', { n: messagesTotal - shown.length })}</li>}
    </ul>
  );
}

function nameOf(message: DecidingMessage): string {
  return message.name === '' ? message.kind : message.name;
}
