/** Where customers stand: stages of lifecycles, scores among all others, and who comes back. */

import { useQuery } from '@tanstack/react-query';
import { Workflow } from 'lucide-react';
import { Tabs } from 'radix-ui';
import type { JSX } from 'react';

import { usePeriod } from '../../charts/period.tsx';
import { Answer } from '../../data/answer.tsx';
import { lifecyclesQuery } from '../../data/queries.ts';
import { Card, Empty, View } from '../../design/layout.tsx';
import { useTexts } from '../../texts/use-texts.ts';
import type { Chosen } from './asked.ts';
import { Lifecycle } from './lifecycle.tsx';
import { Retention } from './retention.tsx';
import { RfmView } from './rfm-view.tsx';

export function LifecycleBoard(): JSX.Element {
  const t = useTexts();
  // One for all of the view: what is beside each other is of the same time.
  const { picker, ...chosen } = usePeriod(30);
  return (
    <View title={t('lifecycles.title')} about={t('lifecycles.about')} actions={picker}>
      <Tabs.Root defaultValue="stages" className="stack">
        <Tabs.List className="tabs" aria-label={t('lifecycles.title')}>
          <Tabs.Trigger value="stages" className="tab">
            {t('lifecycles.stages')}
          </Tabs.Trigger>
          <Tabs.Trigger value="rfm" className="tab">
            {t('rfm.title')}
          </Tabs.Trigger>
          <Tabs.Trigger value="retention" className="tab">
            {t('retention.title')}
          </Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content value="stages" className="stack">
          <Lifecycles chosen={chosen} />
        </Tabs.Content>
        <Tabs.Content value="rfm" className="stack">
          <RfmView chosen={chosen} />
        </Tabs.Content>
        <Tabs.Content value="retention" className="stack">
          <Retention chosen={chosen} />
        </Tabs.Content>
      </Tabs.Root>
    </View>
  );
}

function Lifecycles({ chosen }: { readonly chosen: Chosen }): JSX.Element {
  const t = useTexts();
  const lifecycles = useQuery(lifecyclesQuery);
  return (
    <Answer of={lifecycles}>
      {({ items }) =>
        items.length === 0 ? (
          <Card>
            <Empty icon={<Workflow aria-hidden />} title={t('lifecycles.empty.title')}>
              <p>{t('lifecycles.empty.text')}</p>
            </Empty>
          </Card>
        ) : (
          items.map(({ name, definition }) => (
            <Lifecycle key={name} name={name} definition={definition} chosen={chosen} />
          ))
        )
      }
    </Answer>
  );
}
