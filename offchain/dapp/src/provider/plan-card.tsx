import type { NetworkParameters } from '../../../chain/devnet-parameters.ts';
import { Badge } from '../ui/badge.tsx';
import { Hint } from '../ui/hint.tsx';
import { Card, Facts } from '../ui/page.tsx';
import { formatBytes, formatDuration, plural } from '../ui/format.ts';
import { Amount } from '../ui/values.tsx';
import type { PlanOutcome, ProviderPlan } from './plan.ts';

/** What the offer would earn, bind and risk. */
export function PlanCard({ plan, outcome, parameters, tier }: { plan: ProviderPlan; outcome: PlanOutcome; parameters: NetworkParameters; tier: 'standard' | 'archival' | 'edge' }) {
  const { fullPay, monthPay, neededStake, coveredBytes, slashAtMost } = outcome;
  const isCovered = coveredBytes >= plan.capacityBytes;
  const rules = parameters[tier];
  return (
    <Card title="What it comes to" tone={isCovered ? undefined : 'warn'}>
      <Facts rows={[
        { name: 'An epoch, all rented and proven', value: <Amount value={fullPay} /> },
        { name: 'A month', value: <Amount value={monthPay} /> },
        { name: <>Stake that all of it needs<Hint label="needed stake">{`${plural(parameters.stakeEpochs, 'epoch')} of the rent that is promised, ${formatDuration(parameters.stakeEpochs * parameters.epochSeconds, { parts: 2 })}.`}</Hint></>, value: <Amount value={neededStake} /> },
        { name: 'Your stake covers', value: isCovered ? <Badge tone="good">everything</Badge> : `${formatBytes(coveredBytes)} of ${formatBytes(plan.capacityBytes)}` },
        { name: 'Losing every slot would cost', value: <Amount value={slashAtMost} /> },
      ]} />
      <p className="muted small">After a heavy node's share of 1.5 %. What the chain takes for one transaction in each epoch comes on top, in its coin. {plural(rules.missAllowance, 'missed epoch')} a period {rules.missAllowance === 1 ? 'costs only its pay' : 'cost only their pay'}, each further one {plural(rules.penaltyEpochs, 'epoch')} of rent.</p>
    </Card>
  );
}
