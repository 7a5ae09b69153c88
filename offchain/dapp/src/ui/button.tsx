import type { ComponentProps } from 'react';
import { Link } from 'wouter';
import { classNames } from './class-names.ts';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';

interface Look {
  /** One `primary` on a page. */
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger';
  readonly icon?: IconName;
  readonly isSmall?: boolean;
}

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'className'>, Look {
  /** Works: a second press does nothing, and screen readers are told. */
  readonly isBusy?: boolean;
}

export function Button({ kind = 'plain', icon, isBusy = false, isSmall = false, children, disabled, type = 'button', onClick, ...rest }: ButtonProps) {
  return (
    <button {...rest} type={type} className={classNames('button', `button-${kind}`, isSmall && 'button-small')} aria-busy={isBusy || undefined} disabled={disabled} onClick={isBusy ? undefined : onClick}>
      {isBusy ? <span className="spinner" aria-hidden="true" /> : icon === undefined ? null : <Icon name={icon} size={isSmall ? 16 : 18} />}
      {children === undefined ? null : <span>{children}</span>}
    </button>
  );
}

export function LinkButton({ kind = 'plain', icon, isSmall = false, href, children }: Look & { readonly href: string; readonly children: React.ReactNode }) {
  return (
    <Link href={href} className={classNames('button', `button-${kind}`, isSmall && 'button-small')}>
      {icon === undefined ? null : <Icon name={icon} size={isSmall ? 16 : 18} />}
      <span>{children}</span>
    </Link>
  );
}
