import { LinkButton } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { Page } from '../ui/page.tsx';

/** An address of this page's own that leads to nothing. */
export function NothingHere({ title, children }: { title: string; children: string }) {
  return <Page title={title}><Empty icon="explore" title={children} action={<LinkButton href="/explorer">Look for something else</LinkButton>} /></Page>;
}
