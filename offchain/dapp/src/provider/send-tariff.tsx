import type { NodeState } from '../../../chain/node-state.ts';
import type { TariffReply } from '../../../wire/tariff.ts';
import { CAPACITY_MIN_BYTES } from '../../../wire/tariff.ts';
import { useChain } from '../state/chain.tsx';
import { ConfirmedButton } from '../ui/confirmed-button.tsx';
import { formatBytes } from '../ui/format.ts';
import { Amount, Bytes } from '../ui/values.tsx';
import type { ProviderPlan } from './plan.ts';
import { changeTariff } from './tariff.ts';

interface SendTariffProps {
  readonly node: NodeState;
  /** What it asks now; unknown while it does not answer. */
  readonly now: TariffReply | undefined;
  readonly plan: ProviderPlan | undefined;
  readonly isOwner: boolean;
  readonly onDone: () => void;
}

/** The choice, signed and sent to the node. Says why it cannot be, where it cannot. */
export function SendTariff({ node, now, plan, isOwner, onDone }: SendTariffProps) {
  const chain = useChain();
  if (now === undefined) return null;
  if (!isOwner) return <p className="muted small">Its operator and its payout address may change it: connect one of those accounts.</p>;
  if (!now.canChange) return <p className="muted small">This node takes price and capacity from its configuration alone.</p>;
  const isSame = plan !== undefined && plan.capacityBytes === now.capacityBytes && 'perGibEpoch' in now.price && now.price.perGibEpoch === plan.perGibEpoch;
  const isSmall = plan !== undefined && plan.capacityBytes < CAPACITY_MIN_BYTES;
  const { perGibEpoch, capacityBytes } = plan ?? { perGibEpoch: 0n, capacityBytes: 0n };
  return (
    <>
      {isSmall ? <p className="problem">At least {formatBytes(CAPACITY_MIN_BYTES)} must be offered.</p> : plan !== undefined && capacityBytes < now.promisedBytes ? <p className="problem">{formatBytes(now.promisedBytes)} are taken already: nothing new is taken until that is less than its capacity.</p> : null}
      <div className="actions">
        <ConfirmedButton label="Change it at the node" disabled={plan === undefined || isSame || isSmall} title="Change price and capacity?" act="Sign and send"
          rows={[{ name: 'Capacity', value: <Bytes value={capacityBytes} /> }, { name: 'Price of a GiB and an epoch', value: <Amount value={perGibEpoch} />, isTotal: true }]}
          run={async () => {
            const reply = await changeTariff(chain, node, { perGibEpoch, capacityBytes });
            onDone();
            return reply;
          }}
          done={({ capacityBytes: taken }) => ({ text: `Provider ${node.id} offers up to ${formatBytes(taken)} at the new price.` })}>
          Your wallet signs it and the page sends it to your node. It costs nothing, counts for offers from now on, and stays after a restart until its configuration is edited.
        </ConfirmedButton>
      </div>
    </>
  );
}
