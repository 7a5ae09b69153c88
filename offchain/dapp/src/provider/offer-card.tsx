import { useState } from 'react';
import type { NodeState } from '../../../chain/node-state.ts';
import { readParameters } from '../../../chain/read-parameters.ts';
import { useRead } from '../state/read.ts';
import { useWallet } from '../state/wallet.ts';
import { Field } from '../ui/field.tsx';
import { Hint } from '../ui/hint.tsx';
import { Card, Grid } from '../ui/page.tsx';
import { parseAmount, parseBytes } from '../ui/parse.ts';
import { ConfigCard } from './config-card.tsx';
import { PlanCard } from './plan-card.tsx';
import { configOf, exactBytes, outcomeOf } from './plan.ts';
import { SendTariff } from './send-tariff.tsx';
import { mayChange, priceText, readTariff } from './tariff.ts';
import { TariffFacts } from './tariff-facts.tsx';

const FIRST = { capacity: '100 GiB', price: '0.00001' };

/** Price and capacity: what the node asks now, what another choice would earn and need, and the choice sent to the node. */
export function OfferCard({ node }: { node: NodeState }) {
  const { address } = useWallet();
  const parameters = useRead(['parameters'], readParameters, { pollMs: false });
  const tariff = useRead(['tariff', node.id, node.endpoint], () => readTariff(node));
  const [typedCapacity, setCapacity] = useState<string>();
  const [typedPrice, setPrice] = useState<string>();
  // A node that was never started asks nothing yet: something to begin with, for its configuration.
  const isAway = tariff.data === undefined && tariff.error !== null;
  const capacityText = typedCapacity ?? (tariff.data === undefined ? (isAway ? FIRST.capacity : '') : exactBytes(tariff.data.capacityBytes));
  const priceField = typedPrice ?? (tariff.data === undefined ? (isAway ? FIRST.price : '') : priceText(tariff.data));
  const capacity = parseBytes(capacityText, { what: 'The capacity' });
  const price = parseAmount(priceField, { what: 'The price' });
  if (parameters.data === undefined || node.tier === 'heavy') return null;
  const tier = node.tier;
  const plan = capacity.value === undefined || price.value === undefined ? undefined : { capacityBytes: BigInt(capacity.value), perGibEpoch: price.value, stake: node.stake - node.queued };
  const asksByBatch = tariff.data !== undefined && 'perBatchEpoch' in tariff.data.price;
  const forget = () => {
    setCapacity(undefined);
    setPrice(undefined);
  };
  return (
    <Grid min="large">
      <Card title="Price and capacity" hint={<Hint label="price and capacity">They are in no contract: the node signs them with every offer. What is rented already keeps its price to its end.</Hint>}>
        <TariffFacts query={tariff} />
        <div className="form">
          <Field label="Capacity" autoComplete="off" value={capacityText} onChange={({ target }) => setCapacity(target.value)} problem={typedCapacity === undefined ? undefined : capacity.problem} note="Disk space that may be promised in all." />
          <Field label="Price" autoComplete="off" unit="HOLD" value={priceField} onChange={({ target }) => setPrice(target.value)} problem={typedPrice === undefined ? undefined : price.problem} note={asksByBatch ? 'For a GiB and an epoch. The node asks by the parcel now: a price for a GiB takes the place of that.' : 'For a GiB and an epoch. Running agreements keep theirs.'} inputMode="decimal" />
        </div>
        <SendTariff node={node} now={tariff.data} plan={plan} isOwner={mayChange(node, address)} onDone={forget} />
      </Card>
      <div className="stack">
        {plan === undefined ? null : <PlanCard plan={plan} outcome={outcomeOf(plan, { ...parameters.data, slashEpochs: parameters.data[tier].slashEpochs })} parameters={parameters.data} tier={tier} />}
        {plan === undefined ? null : <details className="disclosure"><summary>Or set it on the node's machine</summary><ConfigCard config={configOf({ ...plan, tier, region: node.region, parent: node.parent, endpoint: node.endpoint, payout: node.payout })} /></details>}
      </div>
    </Grid>
  );
}
