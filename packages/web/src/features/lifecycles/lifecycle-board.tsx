/** Lifecycles with their stages, in the order in which they are asked. */

import { useQuery } from '@tanstack/react-query';
import { Workflow } from 'lucide-react';
import type { JSX } from 'react';

import { Answer } from '../../data/answer.tsx';
import { lifecyclesQuery } from '../../data/queries.ts';
import { Card, Empty, View } from '../../design/layout.tsx';
import { useTexts } from '../../texts/use-texts.ts';
import { StageFlows } from './stage-flows.tsx';

export function LifecycleBoard(): JSX.Element {
  const t = useTexts();
  const lifecycles = useQuery(lifecyclesQuery);
  return (
    <View title={t('lifecycles.title')} about={t('lifecycles.about')}>
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
              <section key={name} className="stack" aria-label={name}>
                <Card title={name}>
                  <Stages stages={stagesOf(definition)} />
                </Card>
                <StageFlows name={name} />
              </section>
            ))
          )
        }
      </Answer>
    </View>
  );
}

type Stage = { readonly name: string; readonly rule: string | undefined };

function Stages({ stages }: { readonly stages: readonly Stage[] }): JSX.Element {
  const t = useTexts();
  return (
    <div className="scroll">
      <table className="table">
        <thead>
          <tr>
            <th>{t('lifecycles.stage')}</th>
            <th>{t('lifecycles.rule')}</th>
          </tr>
        </thead>
        <tbody>
          {stages.map(({ name, rule }) => (
            <tr key={name}>
              <td>{name}</td>
              <td className="quiet mono">{rule ?? t('lifecycles.otherwise')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A stage is written `- lost: rule`, or as its name alone: the one for everybody else. */
function stagesOf(definition: unknown): readonly Stage[] {
  const { stages = [] } = definition as {
    readonly stages?: readonly (string | Readonly<Record<string, unknown>>)[];
  };
  return stages.flatMap((stage) =>
    typeof stage === 'string'
      ? [{ name: stage, rule: undefined }]
      : Object.entries(stage).map(([name, rule]) => ({
          name,
          rule: typeof rule === 'string' && rule !== '' ? rule : undefined,
        })),
  );
}
