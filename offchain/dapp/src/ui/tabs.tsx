import type { ReactNode } from 'react';
import { Tabs as Parts } from 'radix-ui';

/** Views of one thing. Arrow keys move between them. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly { readonly id: string; readonly title: string; readonly content: ReactNode }[] }) {
  const [first] = tabs;
  if (first === undefined) return null;
  return (
    <Parts.Root defaultValue={first.id} className="tabs">
      <Parts.List className="tab-list" aria-label={label}>
        {tabs.map(({ id, title }) => <Parts.Trigger key={id} value={id} className="tab">{title}</Parts.Trigger>)}
      </Parts.List>
      {tabs.map(({ id, content }) => <Parts.Content key={id} value={id} className="tab-content">{content}</Parts.Content>)}
    </Parts.Root>
  );
}
