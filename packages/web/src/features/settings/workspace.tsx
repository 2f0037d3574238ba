/** The workspace itself: what it is called, and what the operator chose for it. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type JSX, useState } from 'react';
import { toast } from 'sonner';

import { Answer } from '../../data/answer.tsx';
import { api } from '../../data/client.ts';
import { Refused } from '../../data/refused.tsx';
import { type Workspace, workspaceQuery } from '../../data/workspace-queries.ts';
import { Button } from '../../design/button.tsx';
import { TextField } from '../../design/field.tsx';
import { Card } from '../../design/layout.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';

const nameCharactersMax = 80;

export function WorkspaceSettings(): JSX.Element {
  const t = useTexts();
  const workspace = useQuery(workspaceQuery);
  return (
    <Card title={t('settings.workspace')}>
      <Answer of={workspace} lines={4}>
        {(known) => (
          <div className="stack">
            <Naming key={known.name ?? ''} name={known.name ?? ''} />
            <Facts of={known} />
          </div>
        )}
      </Answer>
    </Card>
  );
}

function Naming({ name }: { readonly name: string }): JSX.Element {
  const t = useTexts();
  const queryClient = useQueryClient();
  const [typed, setTyped] = useState(name);
  const rename = useMutation({
    mutationFn: () => api.call('renameWorkspace', { body: { name: typed } }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: workspaceQuery.queryKey });
      toast.success(t('settings.workspace.renamed'));
    },
  });
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        rename.mutate();
      }}
    >
      <TextField
        label={t('settings.workspace.name')}
        hint={t('settings.workspace.name.hint')}
        value={typed}
        maxLength={nameCharactersMax}
        onChange={(event) => {
          setTyped(event.target.value);
        }}
      />
      <Refused error={rename.error} />
      <div>
        <Button kind="primary" type="submit" disabled={rename.isPending || typed.trim() === name}>
          {t('settings.workspace.save')}
        </Button>
      </div>
    </form>
  );
}

/** Chosen in the settings of the service, so only said here. */
function Facts({ of: { timeZone, version, startedAt } }: { readonly of: Workspace }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  return (
    <dl className="facts">
      <dt>{t('settings.workspace.timeZone')}</dt>
      <dd>{timeZone}</dd>
      <dt>{t('settings.workspace.version')}</dt>
      <dd>{version}</dd>
      <dt>{t('settings.workspace.startedAt')}</dt>
      <dd title={formats.exact(startedAt)}>{formats.instant(startedAt)}</dd>
    </dl>
  );
}
