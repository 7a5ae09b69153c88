import { useParams } from 'wouter';
import { getAddress, isAddress, isAddressEqual } from 'viem';
import type { Address } from 'viem';
import { agreementsOf } from '../../../chain/agreements-of.ts';
import { listNodes } from '../../../chain/list-nodes.ts';
import { coinBalance, owedTo, tokenBalance } from '../../../chain/read-money.ts';
import type { Chain } from '../../../chain/types.ts';
import { useChain } from '../state/chain.tsx';
import { useRead } from '../state/read.ts';
import { Hint } from '../ui/hint.tsx';
import { Card, Facts, Grid, Page as Frame, Stat } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { Amount, Hex } from '../ui/values.tsx';
import { readAgreementView } from './agreement-view.ts';
import { AgreementTable } from './agreements-page.tsx';
import { CONTRACT_WORDS, contractAt } from './contracts.ts';
import './explorer.css';
import { NodeLink } from './links.tsx';
import { NothingHere } from './nothing-here.tsx';
import { TransactionList } from './transaction-list.tsx';

export function Page() {
  const text = useParams()['address'] ?? '';
  return isAddress(text, { strict: false }) ? <One key={text} address={getAddress(text)} /> : <NothingHere title="Address">That is no address: it has 0x and 40 hexadecimal digits.</NothingHere>;
}

/** The newest are shown. */
const AGREEMENTS_SHOWN = 15;

async function readAddress(chain: Chain, address: Address) {
  const [tokens, coin, owed, nodes] = await Promise.all([tokenBalance(chain, address), coinBalance(chain, address), owedTo(chain, address), listNodes(chain)]);
  return { tokens, coin, owed, operates: nodes.filter(({ operator }) => isAddressEqual(operator, address)), paid: nodes.filter(({ payout }) => isAddressEqual(payout, address)) };
}

async function readAgreementsOf(chain: Chain, creator: Address) {
  const ids = await agreementsOf(chain, creator);
  return { count: ids.length, views: await Promise.all(ids.slice(-AGREEMENTS_SHOWN).reverse().map((id) => readAgreementView(chain, id))) };
}

function One({ address }: { address: Address }) {
  const chain = useChain();
  const facts = useRead(['address', address], (one) => readAddress(one, address));
  const agreements = useRead(['agreements-of', address], (one) => readAgreementsOf(one, address));
  const contract = contractAt(chain.deployment, address);
  return (
    <Frame title={contract === undefined ? 'Address' : CONTRACT_WORDS[contract.name]} lead={<><Hex value={address} keep={20} />{contract === undefined ? null : ', one of Holdfast’s own contracts'}</>}>
      <StateOf query={facts} what="The address">
        {({ tokens, coin, owed, operates, paid }) => (
          <>
            <Grid min="small">
              <Stat label="Tokens" hint={<Hint word="HOLD" />} value={<Amount value={tokens} />} />
              <Stat label="Coin" hint={<Hint word="coin" />} value={<Amount value={coin} unit="coin" />} />
              <Stat label="Waits in the market" value={<Amount value={owed} />} note="refunds, compensations and rewards" />
            </Grid>
            {operates.length + paid.length === 0 ? null : <Card title="Nodes"><Facts rows={[...operates.map(({ id, tier }) => ({ name: `Operates a ${tier} node`, value: <NodeLink id={id} /> })), ...paid.map(({ id }) => ({ name: 'Is paid for node', value: <NodeLink id={id} /> }))]} /></Card>}
          </>
        )}
      </StateOf>
      <Card title="Agreements as creator"><StateOf query={agreements} what="The agreements">{({ views, count }) => <><AgreementTable views={views} none="It never rented space." without="creator" />{count > views.length ? <p className="muted small">The newest {views.length} of {count} are shown.</p> : null}</>}</StateOf></Card>
      <Card title="Transactions"><TransactionList of={{ account: address }} none="Nothing was heard of it yet." /></Card>
    </Frame>
  );
}
