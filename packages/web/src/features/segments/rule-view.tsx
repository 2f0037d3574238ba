/** The rule of a segment: in words, as text, and as the query that gives the same customers out of history. */

import { useQuery } from '@tanstack/react-query';
import { Copy } from 'lucide-react';
import type { JSX } from 'react';
import { toast } from 'sonner';

import { Answer } from '../../data/answer.tsx';
import { ruleSqlQuery } from '../../data/authoring-queries.ts';
import { Button } from '../../design/button.tsx';
import { Card } from '../../design/layout.tsx';
import { useRuleSentence } from '../../texts/use-speech.ts';
import { useFormats, useTexts } from '../../texts/use-texts.ts';

export function RuleView({
  rule,
  description,
  english,
}: {
  readonly rule: string;
  readonly description: string;
  readonly english: string | undefined;
}): JSX.Element {
  const t = useTexts();
  const sentence = useRuleSentence();
  return (
    <Card title={t('segment.rule')} aside={<CopyButton text={rule} />}>
      <div className="stack">
        {description !== '' && <p>{description}</p>}
        {english !== undefined && <p className="quiet">{sentence(rule, english)}</p>}
        <pre className="rule" tabIndex={0} aria-label={t('segment.rule')}>
          {rule}
        </pre>
      </div>
    </Card>
  );
}

export function SqlView({ rule }: { readonly rule: string }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const answer = useQuery(ruleSqlQuery(rule));
  return (
    <Card title={t('segment.sql')} aside={answer.data !== undefined && <CopyButton text={answer.data.sql} />}>
      <Answer of={answer} lines={8}>
        {({ sql, at }) => (
          <div className="stack">
            <p className="quiet">{t('segment.sql.about', { at: formats.exact(at) })}</p>
            <pre className="rule code" tabIndex={0} aria-label={t('segment.sql')}>
              {sql}
            </pre>
          </div>
        )}
      </Answer>
    </Card>
  );
}

function CopyButton({ text }: { readonly text: string }): JSX.Element {
  const t = useTexts();
  return (
    <Button
      kind="plain"
      onClick={() => {
        void navigator.clipboard.writeText(text).then(() => {
          toast.success(t('settings.copied'));
        });
      }}
    >
      <Copy aria-hidden />
      {t('settings.copy')}
    </Button>
  );
}
