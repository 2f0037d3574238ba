/** Asks before what was written and not saved is left: by a link, by the way back, and, in the browser's own words, by closing. */

import { useBlocker } from '@tanstack/react-router';
import type { JSX } from 'react';

import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { useTexts } from '../../texts/use-texts.ts';

/** @param isUnsaved - asked at the moment somebody leaves */
export function LeaveQuestion({ isUnsaved }: { readonly isUnsaved: () => boolean }): JSX.Element {
  const t = useTexts();
  const { status, proceed, reset } = useBlocker({
    // Another question in the address of the same view leaves nothing.
    shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname && isUnsaved(),
    enableBeforeUnload: isUnsaved,
    withResolver: true,
  });
  return (
    <Dialog
      open={status === 'blocked'}
      title={t('builder.leave')}
      about={t('builder.leave.about')}
      onClose={() => {
        reset?.();
      }}
      footer={
        <>
          <Button
            onClick={() => {
              reset?.();
            }}
          >
            {t('builder.leave.stay')}
          </Button>
          <Button
            kind="danger"
            onClick={() => {
              proceed?.();
            }}
          >
            {t('builder.leave.go')}
          </Button>
        </>
      }
    />
  );
}
