import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';

/** Something that concerns every page: repair-only mode, wrong network, a node behind. */
export function Banner({ tone, title, children, action }: { tone: 'warn' | 'bad' | 'info'; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={`banner banner-${tone}`} role="status">
      <Icon name={tone === 'info' ? 'info' : 'warn'} />
      <p><strong>{title}</strong> {children}</p>
      {action}
    </div>
  );
}
