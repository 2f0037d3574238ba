/** The states of an answer: on its way, failed, here. A view says what it shows of each, and no view forgets one. */

import type { JSX, ReactNode } from 'react';

import { Button } from '../design/button.tsx';
import { Notice, Skeleton } from '../design/layout.tsx';
import { useRefusals } from '../texts/use-refusals.ts';
import { useTexts } from '../texts/use-texts.ts';

type Asked<T> = {
  readonly data: T | undefined;
  readonly error: Error | null;
  readonly refetch: () => unknown;
};

export function Answer<T>({
  of,
  lines,
  children,
}: {
  readonly of: Asked<T>;
  /** Of the placeholder while it is on its way. */
  readonly lines?: number;
  readonly children: (data: T) => ReactNode;
}): JSX.Element {
  const t = useTexts();
  const refusalOf = useRefusals();
  if (of.data !== undefined) return <>{children(of.data)}</>;
  if (of.error !== null) {
    return (
      <Notice tone="bad">
        <p>
          {t('state.failed')} {refusalOf(of.error)}
        </p>
        <div>
          <Button
            onClick={() => {
              void of.refetch();
            }}
          >
            {t('state.tryAgain')}
          </Button>
        </div>
      </Notice>
    );
  }
  return (
    <div role="status" aria-label={t('state.loading')}>
      <Skeleton {...(lines === undefined ? {} : { lines })} />
    </div>
  );
}
