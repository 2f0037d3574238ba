/** One thing that was seen, with all there is to know of it, and a way to make a test of it. */

import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Download, FlaskConical } from 'lucide-react';
import type { JSX, ReactNode } from 'react';
import { toast } from 'sonner';

import { api } from '../../data/client.ts';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { Notice } from '../../design/layout.tsx';
import { useRefusals } from '../../texts/use-refusals.ts';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import { causeText, sentenceOfChange } from './change-list.tsx';
import type { Seen } from './seen-state.ts';

export function Inspector({
  seen,
  onClose,
}: {
  readonly seen: Seen;
  readonly onClose: () => void;
}): JSX.Element | null {
  const t = useTexts();
  if (seen.kind === 'skipped') return null;
  const isChange = seen.kind === 'change';
  const { type, name } = isChange ? { type: '', name: '' } : seen.message;
  const who = isChange ? seen.change.customer.displayId : seen.message.customer;
  return (
    <Dialog
      open
      onClose={onClose}
      title={isChange ? sentenceOfChange(t, seen.change) : (name ?? type)}
      footer={<Button onClick={onClose}>{t('settings.done')}</Button>}
    >
      <div className="stack">
        <dl className="facts">{isChange ? <ChangeFacts seen={seen} /> : <MessageFacts seen={seen} />}</dl>
        {!isChange && (
          <pre className="rule" tabIndex={0}>
            {JSON.stringify(seen.message.properties ?? seen.message.traits ?? {}, undefined, 2)}
          </pre>
        )}
        {who !== undefined && who !== '' && (
          <AsTest customer={who} {...(isChange ? { change: seen.change.seq } : {})} />
        )}
      </div>
    </Dialog>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function ChangeFacts({ seen }: { readonly seen: Seen & { readonly kind: 'change' } }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const { customer, at, cause, seq, version, messageId, segment } = seen.change;
  return (
    <>
      <Fact name={t('live.who')}>
        <Link className="link" to="/customers/$identifier" params={{ identifier: customer.displayId }}>
          {customer.displayId}
        </Link>
      </Fact>
      <Fact name={t('live.when')}>{formats.exact(at)}</Fact>
      <Fact name={t('live.cause')}>{causeText(t, cause)}</Fact>
      {segment !== undefined && (
        <Fact name={t('segments.name')}>
          <Link className="link" to="/segments/$name" params={{ name: segment }}>
            {segment}
          </Link>{' '}
          <span className="quiet">{t('live.version', { n: version ?? 1 })}</span>
        </Fact>
      )}
      {messageId !== undefined && (
        <Fact name={t('live.message')}>
          <code>{messageId}</code>
        </Fact>
      )}
      <Fact name={t('live.number')}>{seq}</Fact>
    </>
  );
}

function MessageFacts({ seen }: { readonly seen: Seen & { readonly kind: 'message' } }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const { customer, timestamp, source, messageId, position } = seen.message;
  return (
    <>
      {customer !== undefined && (
        <Fact name={t('live.who')}>
          <Link className="link" to="/customers/$identifier" params={{ identifier: customer }}>
            {customer}
          </Link>
        </Fact>
      )}
      <Fact name={t('live.when')}>{formats.exact(timestamp)}</Fact>
      <Fact name={t('settings.source')}>{source}</Fact>
      <Fact name={t('live.message')}>
        <code>{messageId}</code>
      </Fact>
      <Fact name={t('live.position')}>{position}</Fact>
    </>
  );
}

/** The scenario of a change, or of a customer as they are now. */
function AsTest({ customer, change }: { readonly customer: string; readonly change?: number }): JSX.Element {
  const t = useTexts();
  const refusalOf = useRefusals();
  const write = useMutation({
    mutationFn: () =>
      api.call('writeScenario', {
        path: { identifier: customer },
        query: change === undefined ? {} : { change },
      }),
  });
  const written = write.data;
  if (written === undefined) {
    return (
      <>
        {write.error !== null && <Notice tone="warn">{refusalOf(write.error)}</Notice>}
        <div>
          <Button
            disabled={write.isPending}
            onClick={() => {
              write.mutate();
            }}
          >
            <FlaskConical aria-hidden />
            {t(change === undefined ? 'scenario.customer' : 'scenario.change')}
          </Button>
          <p className="quiet">{t('scenario.about')}</p>
        </div>
      </>
    );
  }
  return (
    <div className="stack">
      {written.reproduces ? (
        <p>{t('scenario.reproduces')}</p>
      ) : (
        <Notice tone="warn">{t('scenario.differs')}</Notice>
      )}
      <pre className="rule scenario" tabIndex={0}>
        {written.yaml}
      </pre>
      <div className="row">
        <Button
          kind="primary"
          onClick={() => {
            download(written.file, written.yaml);
          }}
        >
          <Download aria-hidden />
          {t('scenario.download')}
        </Button>
        <Button
          onClick={() => {
            void navigator.clipboard.writeText(written.yaml).then(() => toast.success(t('settings.copied')));
          }}
        >
          {t('settings.copy')}
        </Button>
        <code>segue test {written.file}</code>
      </div>
    </div>
  );
}

function download(file: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = file;
  link.click();
  URL.revokeObjectURL(url);
}
