/** Who would enter and leave if the rule were saved now: asked of everybody, when the person wants to know. */

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type JSX, useState } from 'react';

import { Answer } from '../../data/answer.tsx';
import { api } from '../../data/client.ts';
import { Button } from '../../design/button.tsx';
import { useTexts } from '../../texts/use-texts.ts';

type Definition = { readonly rule: string; readonly description?: string };

export function Moves({
  name,
  definition,
  isReady,
  isAsked = false,
}: {
  readonly name: string;
  readonly definition: Definition;
  readonly isReady: boolean;
  /** Without being told to. */
  readonly isAsked?: boolean;
}): JSX.Element {
  const t = useTexts();
  const [asked, setAsked] = useState<string>();
  const key = JSON.stringify([name, definition.rule]);
  const isWanted = isReady && (isAsked || asked === key);
  const answer = useQuery({
    queryKey: ['moves', key],
    queryFn: ({ signal }) => api.putSegment(name, definition, { dryRun: true, signal }),
    enabled: isWanted,
    staleTime: 0,
  });
  if (!isWanted) {
    return (
      <div>
        <Button
          disabled={!isReady}
          onClick={() => {
            setAsked(key);
          }}
        >
          {t('builder.who.ask')}
        </Button>
      </div>
    );
  }
  return (
    <Answer of={answer} lines={2}>
      {({ moves = [] }) => {
        const some = moves.filter(({ entering, leaving }) => entering + leaving > 0);
        if (some.length === 0) return <p>{t('builder.who.none')}</p>;
        return (
          <ul className="stack">
            {some.map((move) => (
              <li key={`${move.kind} ${move.name}`}>
                <strong>{move.name}</strong>
                {move.entering > 0 && (
                  <p>
                    {t('builder.who.entering', { n: move.entering })} <Some names={move.enteringExamples} />
                  </p>
                )}
                {move.leaving > 0 && (
                  <p>
                    {t('builder.who.leaving', { n: move.leaving })} <Some names={move.leavingExamples} />
                  </p>
                )}
              </li>
            ))}
          </ul>
        );
      }}
    </Answer>
  );
}

function Some({ names }: { readonly names: readonly string[] }): JSX.Element {
  return (
    <span className="said">
      {names.map((name) => (
        <Link key={name} to="/customers/$identifier" params={{ identifier: name }}>
          {name}
        </Link>
      ))}
    </span>
  );
}
