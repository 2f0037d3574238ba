/** How a definition came to be: who changed it, when, why, and what; and the way back to any of its versions. */

import type { Output } from '@segue/client/operation-types.ts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Undo2 } from 'lucide-react';
import { type JSX, useState } from 'react';
import { toast } from 'sonner';

import { Answer } from '../../data/answer.tsx';
import { api } from '../../data/client.ts';
import { Refused } from '../../data/refused.tsx';
import { versionsQuery } from '../../data/queries.ts';
import { useMay } from '../../data/use-may.ts';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { TextField } from '../../design/field.tsx';
import { Badge, Card } from '../../design/layout.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import { fieldsOf } from './segment-fields.ts';
import { Moves } from './moves.tsx';

type Version = Output<'listSegmentVersions'>['items'][number];

export function Versions({ name, rule }: { readonly name: string; readonly rule: string }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const versions = useQuery(versionsQuery(name));
  const [chosen, setChosen] = useState<Version>();
  const mayChange = useMay('marketer');
  return (
    <Card title={t('segment.versions')}>
      <Answer of={versions}>
        {({ items }) => (
          <ol className="versions">
            {items.map((version) => {
              const { version: n, at, author, reason, definition } = version;
              const text = definition === undefined ? undefined : fieldsOf(definition).rule;
              return (
                <li key={n} className="stack tight">
                  <div className="row">
                    <strong>{t('segment.version', { n })}</strong>
                    {text === rule && n === items[0]?.version && (
                      <Badge tone="good">{t('segment.inForce')}</Badge>
                    )}
                    <span className="quiet" title={formats.exact(at)}>
                      {author} · {formats.instant(at)}
                    </span>
                    {mayChange && text !== undefined && text !== rule && (
                      <Button
                        kind="plain"
                        onClick={() => {
                          setChosen(version);
                        }}
                      >
                        <Undo2 aria-hidden />
                        {t('segment.rollBack')}
                      </Button>
                    )}
                  </div>
                  {reason !== '' && <p>{reason}</p>}
                  {text === undefined ? (
                    <p className="quiet">{t('segment.version.removed')}</p>
                  ) : (
                    <pre className="rule" tabIndex={0} aria-label={t('segment.version', { n })}>
                      {text}
                    </pre>
                  )}
                </li>
              );
            })}
          </ol>
        )}
      </Answer>
      {chosen !== undefined && (
        <RollBack
          name={name}
          version={chosen}
          onClose={() => {
            setChosen(undefined);
          }}
        />
      )}
    </Card>
  );
}

/** Who would move is shown before anything is changed; the way back is a version of its own. */
function RollBack({
  name,
  version,
  onClose,
}: {
  readonly name: string;
  readonly version: Version;
  readonly onClose: () => void;
}): JSX.Element {
  const t = useTexts();
  const queryClient = useQueryClient();
  const n = version.version;
  const [reason, setReason] = useState(t('segment.rollBack.reason', { n }));
  const { rule, description } = fieldsOf(version.definition);
  const definition = { rule, ...(description === '' ? {} : { description }) };
  const put = useMutation({
    mutationFn: () => api.putSegment(name, definition, { reason }),
    onSuccess: async () => {
      toast.success(t('segment.saved', { name }));
      onClose();
      await queryClient.invalidateQueries();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('segment.rollBack.title', { name, n })}
      footer={
        <>
          <Button onClick={onClose}>{t('builder.cancel')}</Button>
          <Button
            kind="primary"
            disabled={put.isPending}
            onClick={() => {
              put.mutate();
            }}
          >
            {t('segment.rollBack')}
          </Button>
        </>
      }
    >
      <pre className="rule" tabIndex={0}>
        {rule}
      </pre>
      <Moves name={name} definition={definition} isReady isAsked />
      <TextField
        label={t('builder.reason')}
        value={reason}
        onChange={(event) => {
          setReason(event.target.value);
        }}
      />
      <Refused error={put.error} />
    </Dialog>
  );
}
