import { networkHealth } from '../../../chain/network-health.ts';
import { saleRate } from '../../../chain/read-money.ts';
import { useRead } from '../state/read.ts';
import { LinkButton } from '../ui/button.tsx';
import { formatProven } from '../ui/format.ts';
import { Hint } from '../ui/hint.tsx';
import { Icon } from '../ui/icon.tsx';
import type { IconName } from '../ui/icon.tsx';
import { Card, Grid, Page as Frame, Stat } from '../ui/page.tsx';
import { Amount } from '../ui/values.tsx';
import { WalletList } from '../wallet/wallet-list.tsx';

const REASONS: readonly { readonly icon: IconName; readonly title: string; readonly text: string }[] = [
  { icon: 'lock', title: 'Only you can read it', text: 'Files are encrypted in this browser with a key that your wallet makes. Providers hold sealed parts that say nothing.' },
  { icon: 'check', title: 'Proven, not promised', text: 'In every epoch each provider shows the chain random samples of what it holds. Who cannot is not paid.' },
  { icon: 'heavy', title: 'Lost parts come back', text: 'Any 10 of 16 providers restore everything, and what is lost is rebuilt while you sleep.' },
];

/** The first page for whoever has no wallet connected. */
export function Welcome() {
  const health = useRead(['health'], networkHealth);
  const rate = useRead(['sale-rate'], saleRate, { pollMs: false });
  return (
    <Frame title="Storage that proves itself" lead="Rent space from providers who put tokens at stake, and prove on a public chain, epoch after epoch, that they still have your files." actions={<LinkButton href="/explorer">Look around first</LinkButton>}>
      <Card title="Connect a wallet to begin"><WalletList /></Card>
      <Grid>
        {REASONS.map(({ icon, title, text }) => (
          <section key={title} className="reason"><Icon name={icon} size={26} /><h2>{title}</h2><p className="muted">{text}</p></section>
        ))}
      </Grid>
      <Grid min="small">
        <Stat label="Data proven lately" hint={<Hint word="proven share" />} value={health.data === undefined ? '…' : formatProven(health.data.provenBps)} />
        <Stat label="One coin buys" hint={<Hint word="HOLD" />} value={rate.data === undefined ? '…' : <Amount value={rate.data * 10n ** 18n} />} />
      </Grid>
    </Frame>
  );
}
