/** People, keys, who did what, and what the workspace is called; for admins. */

import { Lock } from 'lucide-react';
import { Tabs } from 'radix-ui';
import type { JSX } from 'react';

import { useMay } from '../../data/use-may.ts';
import { Card, Empty, View } from '../../design/layout.tsx';
import { useTexts } from '../../texts/use-texts.ts';
import { AuditLog } from './audit-log.tsx';
import { Keys } from './keys.tsx';
import { Users } from './users.tsx';
import { WorkspaceSettings } from './workspace.tsx';

export function SettingsView(): JSX.Element {
  const t = useTexts();
  const isAdmin = useMay('admin');
  return (
    <View title={t('settings.title')} about={t('settings.about')}>
      {isAdmin ? (
        <Tabs.Root defaultValue="users" className="stack">
          <Tabs.List className="tabs" aria-label={t('settings.title')}>
            <Tabs.Trigger value="users" className="tab">
              {t('settings.users')}
            </Tabs.Trigger>
            <Tabs.Trigger value="keys" className="tab">
              {t('settings.keys')}
            </Tabs.Trigger>
            <Tabs.Trigger value="audit" className="tab">
              {t('settings.audit')}
            </Tabs.Trigger>
            <Tabs.Trigger value="workspace" className="tab">
              {t('settings.workspace')}
            </Tabs.Trigger>
          </Tabs.List>
          <Tabs.Content value="users">
            <Users />
          </Tabs.Content>
          <Tabs.Content value="keys">
            <Keys />
          </Tabs.Content>
          <Tabs.Content value="audit">
            <AuditLog />
          </Tabs.Content>
          <Tabs.Content value="workspace">
            <WorkspaceSettings />
          </Tabs.Content>
        </Tabs.Root>
      ) : (
        <Card>
          <Empty icon={<Lock aria-hidden />} title={t('settings.adminOnly')} />
        </Card>
      )}
    </View>
  );
}
