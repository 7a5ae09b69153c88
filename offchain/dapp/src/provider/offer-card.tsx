import { useState } from 'react';
import type { NodeState } from '../../../chain/node-state.ts';
import { readParameters } from '../../../chain/read-parameters.ts';
import { useRead } from '../state/read.ts';
import { Field } from '../ui/field.tsx';
import { Card, Grid } from '../ui/page.tsx';
import { parseAmount, parseBytes } from '../ui/parse.ts';
import { ConfigCard } from './config-card.tsx';
import { PlanCard } from './plan-card.tsx';
import { configOf, outcomeOf } from './plan.ts';

/** Price and capacity: what another choice would earn and need, and the lines for the node's configuration. */
export function OfferCard({ node }: { node: NodeState }) {
  const parameters = useRead(['parameters'], readParameters, { pollMs: false });
  const [capacityText, setCapacity] = useState('100 GiB');
  const [priceText, setPrice] = useState('0.00001');
  const capacity = parseBytes(capacityText, { what: 'The capacity' });
  const price = parseAmount(priceText, { what: 'The price' });
  if (parameters.data === undefined || node.tier === 'heavy') return null;
  const tier = node.tier;
  const plan = capacity.value === undefined || price.value === undefined ? undefined : { capacityBytes: BigInt(capacity.value), perGibEpoch: price.value, stake: node.stake - node.queued };
  return (
    <Grid min="large">
      <Card title="Price and capacity">
        <div className="form">
          <Field label="Capacity" value={capacityText} onChange={({ target }) => setCapacity(target.value)} {...(capacity.problem === undefined ? {} : { problem: capacity.problem })} note="Disk space that may be promised in all." />
          <Field label="Price" unit="HOLD" value={priceText} onChange={({ target }) => setPrice(target.value)} {...(price.problem === undefined ? {} : { problem: price.problem })} note="For a GiB and an epoch. Running agreements keep theirs." inputMode="decimal" />
        </div>
        {plan === undefined ? null : <PlanCard plan={plan} outcome={outcomeOf(plan, { ...parameters.data, slashEpochs: parameters.data[tier].slashEpochs })} parameters={parameters.data} tier={tier} />}
      </Card>
      {plan === undefined ? null : <ConfigCard config={configOf({ ...plan, tier, region: node.region, parent: node.parent, endpoint: node.endpoint, payout: node.payout })} />}
    </Grid>
  );
}
