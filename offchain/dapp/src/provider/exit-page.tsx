import type { NodeState } from '../../../chain/node-state.ts';
import { queueWithdrawal, withdrawStake } from '../../../chain/withdraw-stake.ts';
import { AddressLink } from '../explorer/links.tsx';
import { useSources } from '../explorer/use-sources.ts';
import { useChain } from '../state/chain.tsx';
import { useEpoch } from '../state/clock.ts';
import { useRead } from '../state/read.ts';
import { LinkButton } from '../ui/button.tsx';
import { ConfirmedButton } from '../ui/confirmed-button.tsx';
import { Card, Page as Frame } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { formatAmount, formatDuration } from '../ui/format.ts';
import { Amount, Time } from '../ui/values.tsx';
import { exitSteps } from './exit-steps.ts';
import type { ExitStep } from './exit-steps.ts';
import { MyProvider } from './my-node.tsx';
import './provider.css';
import { SlotTable } from './slot-table.tsx';
import { readSlots } from './slots.ts';
import { StandingCards } from './standing-cards.tsx';
import { readStanding } from './standing.ts';

export function Page() {
  return <Frame title="Leave" lead="Out without a slash: slots go to others first, then the stake comes back."><MyProvider>{(node) => <Mine node={node} />}</MyProvider></Frame>;
}

function Mine({ node: { id } }: { node: NodeState }) {
  const chain = useChain();
  const { epoch } = useEpoch();
  const standing = useRead(['standing', id], (one) => readStanding(one, id));
  const slots = useSources(['slots', id], (sources) => readSlots(sources, id));
  return (
    <StateOf query={standing} what="Where it stands">
      {(data) => (
        <StateOf query={slots} what="The slots">
          {({ value }) => (
            <>
              <StandingCards standing={data} />
              <Card title="What happens, and when">
                <ol className="steps">
                  {exitSteps({ standing: data, slots: value, clock: chain.clock, epoch }).map((step) => (
                    <Step key={step.id} step={step}>
                      {step.id === 'queue' && data.free > 0n ? (
                        <ConfirmedButton isSmall label={`Ask for ${formatAmount(data.free)} HOLD`} title="Take the free stake out?" act="Ask for it" run={() => queueWithdrawal(chain, { id, amount: data.free })} done={() => ({ text: 'The free stake is on its way out.' })}
                          rows={[{ name: 'Can be taken after', value: formatDuration(data.parameters.withdrawalEpochs * data.parameters.epochSeconds, { parts: 2 }) }, { name: 'On its way then', value: <Amount value={data.queued + data.free} />, isTotal: true }]}>
                          Until it is taken out it can still be slashed. Asking again starts the wait anew for all that is on its way.
                        </ConfirmedButton>
                      ) : null}
                      {step.id === 'take' && data.queued > 0n ? (
                        <ConfirmedButton isSmall kind="primary" disabled={epoch < data.readyEpoch} label={`Take out ${formatAmount(data.queued)} HOLD`} title="Take the stake out?" act="Take it out" run={() => withdrawStake(chain, { id })} done={({ amount }) => ({ text: `${formatAmount(amount)} HOLD of stake were paid out.` })}
                          rows={[{ name: 'Paid to', value: <AddressLink address={data.node.payout} /> }, { name: 'Paid out', value: <Amount value={data.queued} />, isTotal: true }]}>
                          One transaction. It goes to the payout address.
                        </ConfirmedButton>
                      ) : null}
                      {step.id === 'off' ? <LinkButton isSmall href="/provider/earnings">To the earnings</LinkButton> : null}
                    </Step>
                  ))}
                </ol>
              </Card>
              {value.length === 0 ? null : <Card title="Slots that are still yours"><SlotTable id={id} /></Card>}
            </>
          )}
        </StateOf>
      )}
    </StateOf>
  );
}

function Step({ step: { isDone, title, text, atSeconds }, children }: { step: ExitStep; children: React.ReactNode }) {
  return (
    <li data-done={isDone ? 'yes' : 'no'}>
      <div className="stack-tight">
        <p className="step-title">{title}{isDone ? <span className="sr-only"> (done)</span> : null}</p>
        <p className="muted">{text} {atSeconds === undefined ? null : <>(<Time seconds={atSeconds} style="both" />)</>}</p>
        <div className="actions">{children}</div>
      </div>
    </li>
  );
}
