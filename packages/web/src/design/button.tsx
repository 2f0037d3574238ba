/** A button, or a link that looks like one. Icons stand before the text; one alone needs a label. */

import type { ComponentProps, JSX, ReactNode } from 'react';

type Kind = 'usual' | 'primary' | 'plain' | 'danger';

export function Button({
  kind = 'usual',
  type = 'button',
  className,
  ...rest
}: ComponentProps<'button'> & { readonly kind?: Kind }): JSX.Element {
  return <button type={type} className={withClass('button', className)} data-kind={kind} {...rest} />;
}

/** A button that shows an icon alone; `label` is what it says to those who do not see it. */
export function IconButton({
  label,
  children,
  ...rest
}: ComponentProps<'button'> & { readonly label: string; readonly children: ReactNode }): JSX.Element {
  return (
    <button
      type="button"
      className="button"
      data-kind="plain"
      data-icon
      aria-label={label}
      title={label}
      {...rest}
    >
      {children}
    </button>
  );
}

function withClass(own: string, given: string | undefined): string {
  return given === undefined ? own : `${own} ${given}`;
}
