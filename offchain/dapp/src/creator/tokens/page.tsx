import { withdraw } from '../../../../chain/withdraw.ts';
import { useChain } from '../../state/chain.tsx';
import { useRead } from '../../state/read.ts';
import { saleRate } from '../../../../chain/read-money.ts';
import { useWallet } from '../../state/wallet.ts';
import { ConfirmedButton } from '../../ui/confirmed-button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { formatAmount } from '../../ui/format.ts';
import { Hint } from '../../ui/hint.tsx';
import { Card, Grid, Page as Frame, Stat } from '../../ui/page.tsx';
import { StateOf } from '../../ui/state-of.tsx';
import { Amount } from '../../ui/values.tsx';
import { WalletList } from '../../wallet/wallet-list.tsx';
import { useBalances } from '../balances.ts';
import type { AccountBalances } from '../balances.ts';
import { BuyTokens } from './buy.tsx';

export function Page() {
  const { address } = useWallet();
  const balances = useBalances(address);
  const rate = useRead(['sale-rate'], saleRate, { pollMs: false });
  return (
    <Frame title="Tokens" lead="Rent is paid in HOLD. You buy it here with the chain's own currency, at a fixed price.">
      {address === undefined ? (
        <Card title="Price">
          <StateOf query={rate} what="The price">{(units) => <Stat label="One coin buys" value={<Amount value={units * 10n ** 18n} />} />}</StateOf>
          <Empty icon="wallet" title="Connect a wallet to buy."><WalletList /></Empty>
        </Card>
      ) : (
        <StateOf query={balances} what="Your balance" lines={6}>{(data) => <Account balances={data} />}</StateOf>
      )}
    </Frame>
  );
}

function Account({ balances }: { balances: AccountBalances }) {
  const { coin, tokens, owed, rate } = balances;
  return (
    <>
      <Grid min="small">
        <Stat label="Your tokens" hint={<Hint word="HOLD" />} value={<Amount value={tokens} />} note="ready to pay rent" />
        <Stat label="Your coin" hint={<Hint word="coin" />} value={<Amount value={coin} unit="coin" />} note="for transactions, and to buy tokens" />
        <Stat label="Price" value={<Amount value={rate * 10n ** 18n} />} note="for one coin" />
      </Grid>
      <Grid min="large">
        <BuyTokens balances={balances} />
        <Owed owed={owed} />
      </Grid>
    </>
  );
}

function Owed({ owed }: { owed: bigint }) {
  const chain = useChain();
  return (
    <Card title="Waiting for you" hint={<Hint label="waiting for you">Rent of epochs that nobody proved, what was left when agreements ended, and compensation for providers that failed.</Hint>}>
      <Stat label="Refunds and compensation" value={<Amount value={owed} />} />
      <div className="actions"><ConfirmedButton label="Withdraw to wallet" disabled={owed === 0n} title="Withdraw what waits for you" act="Withdraw" rows={[{ name: 'To your wallet', value: <Amount value={owed} />, isTotal: true }]} run={() => withdraw(chain)} done={({ amount }) => ({ text: `${formatAmount(amount)} HOLD are in your wallet.` })}>One transaction. It costs what the chain takes for it, and nothing else.</ConfirmedButton></div>
      {owed === 0n ? <p className="muted small">Nothing waits at the moment.</p> : null}
    </Card>
  );
}
