/** Why somebody is in a segment or not: the verdict in sentences, then each condition with what was found and what decided. */

import type { DecidingMessage } from '@segue/core/engine/explain-deciding.ts';
import type { PlainValue } from '@segue/core/engine/explain-findings.ts';
import type { ExplainedCondition, Explanation } from '@segue/core/engine/explain.ts';
import { CircleCheck, CircleX } from 'lucide-react';
import type { JSX } from 'react';

import { type Formats, useFormats, useTexts } from '../../texts/use-texts.ts';

/** Messages of one condition that are shown, the newest. */
const messagesShown = 5;

export function WhyTree({
  text,
  explanation,
}: {
  readonly text: readonly string[];
  /** As the API gives it. */
  readonly explanation: unknown;
}): JSX.Element {
  const { rule } = explanation as Explanation;
  // Above “Because:” stands the verdict; below is what the tree says.
  const verdict = text.slice(0, Math.max(0, text.indexOf('Because:')));
  return (
    <div className="stack">
      {(verdict.length === 0 ? text : verdict).map((line) => (
        <p key={line}>{line}</p>
      ))}
      <Condition of={rule} />
    </div>
  );
}

function Condition({ of }: { readonly of: ExplainedCondition }): JSX.Element {
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
          <p>{joins ? t(of.kind === 'and' ? 'why.all' : 'why.any') : of.english}</p>
          {of.found.map((finding) => (
            <p key={finding.of} className="quiet">
              {withoutStop(finding.english)}: <strong>{plainText(finding.is, formats)}</strong>
            </p>
          ))}
          {of.since !== undefined && (
            <p className="quiet">
              {t('customer.sinceShort', { date: formats.exact(of.since.at) })}
              {of.until !== undefined && ` · ${t('customer.until', { date: formats.exact(of.until) })}`}
            </p>
          )}
          <Messages of={of} />
        </div>
      </div>
      {of.items.length > 0 && (
        <div className="why-tree">
          {of.items.map((item, i) => (
            <Condition key={`${String(i)} ${item.rule}`} of={item} />
          ))}
        </div>
      )}
    </div>
  );
}

function Messages({
  of: { messages, messagesTotal },
}: {
  readonly of: ExplainedCondition;
}): JSX.Element | null {
  const t = useTexts();
  const formats = useFormats();
  if (messages.length === 0) return null;
  const shown = messages.slice(-messagesShown).reverse();
  return (
    <ul className="quiet">
      {shown.map((message) => (
        <li key={message.messageId}>
          {nameOf(message)} · <time title={message.messageId}>{formats.exact(message.time)}</time>
          {message.read.map(({ path, value }) => ` · ${path} ${plainText(value, formats)}`)}
        </li>
      ))}
      {messagesTotal > shown.length && <li>{t('why.more', { n: messagesTotal - shown.length })}</li>}
    </ul>
  );
}

/** A sentence as part of another. */
export function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

function nameOf(message: DecidingMessage): string {
  return message.name === '' ? message.kind : message.name;
}

export function plainText(value: PlainValue, formats: Pick<Formats, 'number' | 'exact'>): string {
  switch (value.type) {
    case 'missing':
      return '–';
    case 'number':
      return formats.number(value.value);
    case 'text':
      return value.value;
    case 'boolean':
      return String(value.value);
    case 'duration':
      return `${formats.number(Math.round(value.ms / 360_000) / 10)} h`;
    case 'instant':
      return formats.exact(value.ms);
    case 'list':
      return value.elements.map((element) => plainText(element, formats)).join(', ');
    case 'object':
      return JSON.stringify(value.value);
  }
}
