/** Something that is shown once, to be copied. */

import type { JSX } from 'react';
import { toast } from 'sonner';

import { Button } from '../../design/button.tsx';
import { useTexts } from '../../texts/use-texts.ts';

export function Secret({ text }: { readonly text: string }): JSX.Element {
  const t = useTexts();
  return (
    <div className="row">
      <input
        className="input mono"
        style={{ flex: 1, width: 'auto' }}
        readOnly
        value={text}
        aria-label={t('settings.key')}
        onFocus={(event) => {
          event.currentTarget.select();
        }}
      />
      <Button
        onClick={() => {
          void navigator.clipboard.writeText(text).then(() => toast.success(t('settings.copied')));
        }}
      >
        {t('settings.copy')}
      </Button>
    </div>
  );
}
