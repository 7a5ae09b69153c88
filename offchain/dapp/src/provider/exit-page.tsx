import type { NodeState } from '../../../chain/node-state.ts';
import { queueWithdrawal, withdrawStake } from '../../../chain/withdraw-stake.ts';
import { useSources } from '../explorer/use-sources.ts';
import { useAct } from '../state/act.ts';
import { useChain } from '../state/chain.tsx';
import { useEpoch } from '../state/clock.ts';
import { useRead } from '../state/read.ts';
import { Button, LinkButton } from '../ui/button.tsx';
import { Card, Page as Frame } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { formatAmount } from '../ui/format.ts';
import { Time } from '../ui/values.tsx';
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
  const queue = useAct((amount: bigint) => queueWithdrawal(chain, { id, amount }), () => ({ text: 'The free stake is on its way out.' }));
  const take = useAct(() => withdrawStake(chain, { id }), ({ amount }) => ({ text: `${formatAmount(amount)} HOLD of stake were paid out.` }));
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
                      {step.id === 'queue' && data.free > 0n ? <Button isSmall isBusy={queue.isBusy} onClick={() => void queue.run(data.free)}>Ask for {formatAmount(data.free)} HOLD</Button> : null}
                      {step.id === 'take' && data.queued > 0n ? <Button isSmall kind="primary" disabled={epoch < data.readyEpoch} isBusy={take.isBusy} onClick={() => void take.run()}>Take out {formatAmount(data.queued)} HOLD</Button> : null}
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
