import { Empty } from '../ui/empty.tsx';
import { LinkButton } from '../ui/button.tsx';
import { Page } from '../ui/page.tsx';

export function NotFound() {
  return (
    <Page title="There is no such page">
      <Empty icon="explore" title="The address leads nowhere." action={<LinkButton kind="primary" href="/">To the overview</LinkButton>}>It may have been mistyped, or belong to another version of these pages.</Empty>
    </Page>
  );
}
