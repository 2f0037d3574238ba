/** A question that comes before everything else. Escape closes it, and the focus goes back to where it was. */

import { Dialog as Radix } from 'radix-ui';
import type { JSX, ReactNode } from 'react';

export function Dialog({
  open,
  onClose,
  title,
  about,
  children,
  footer,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly about?: string;
  readonly children?: ReactNode;
  readonly footer: ReactNode;
}): JSX.Element {
  return (
    <Radix.Root
      open={open}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Radix.Portal>
        <Radix.Overlay className="dialog-scrim" />
        <Radix.Content className="dialog" {...(about === undefined ? { 'aria-describedby': undefined } : {})}>
          <div className="stack">
            <Radix.Title asChild>
              <h2>{title}</h2>
            </Radix.Title>
            {about !== undefined && <Radix.Description className="quiet">{about}</Radix.Description>}
            {children}
          </div>
          <footer>{footer}</footer>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
