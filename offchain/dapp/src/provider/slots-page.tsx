import { useState } from 'react';
import type { NodeState } from '../../../chain/node-state.ts';
import { surrender } from '../../../chain/surrender.ts';
import { ProofTimeline } from '../charts/proof-timeline.tsx';
import { SourceNote } from '../explorer/source-note.tsx';
import { useSources } from '../explorer/use-sources.ts';
import { useAct } from '../state/act.ts';
import { useChain } from '../state/chain.tsx';
import { useEpoch } from '../state/clock.ts';
import { useRead } from '../state/read.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Select } from '../ui/field.tsx';
import { Hint } from '../ui/hint.tsx';
import { Card, Page as Frame } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { Amount } from '../ui/values.tsx';
import { formatAmount } from '../ui/format.ts';
import { MyProvider } from './my-node.tsx';
import { SlotTable } from './slot-table.tsx';
import type { SlotRow } from './slots.ts';
import { readStanding } from './standing.ts';
import type { ProviderStanding } from './standing.ts';
import { readTimeline } from './timeline.ts';

export function Page() {
  return <Frame title="Slots and proofs" lead="What you hold for others, and when you proved it."><MyProvider>{(node) => <Mine node={node} />}</MyProvider></Frame>;
}

const SPANS = ['42', '84', '168', '336'] as const;

function Mine({ node }: { node: NodeState }) {
  const standing = useRead(['standing', node.id], (chain) => readStanding(chain, node.id));
  return <StateOf query={standing} what="Your slots">{(data) => <Slots standing={data} />}</StateOf>;
}

function Slots({ standing }: { standing: ProviderStanding }) {
  const chain = useChain();
  const { epoch } = useEpoch();
  const [span, setSpan] = useState<(typeof SPANS)[number]>('84');
  const [given, setGiven] = useState<SlotRow>();
  const { node: { id }, sinceEpoch, perEpoch, rules } = standing;
  const timeline = useSources(['timeline', id, epoch, span], (sources) => readTimeline(sources, { id, epoch, count: Number(span), sinceEpoch, perEpoch }));
  const act = useAct(({ agreement, slot }: SlotRow) => surrender(chain, { agreement, slot }), ({ slashed }) => ({ text: `The slot is given up; ${formatAmount(slashed)} HOLD of your stake were slashed.` }));
  return (
    <>
      <Card title="Proofs" hint={<Hint word="proof" />} actions={<Select label="Epochs shown" value={span} options={SPANS.map((value) => ({ value, text: `Last ${value}` }))} onChange={setSpan} />}>
        <StateOf query={timeline} what="The proofs" lines={2}>{({ value, from }) => <><ProofTimeline cells={value} isTitleShown={false} /><SourceNote from={from}>Epochs missed in slots that it has lost since are not among these.</SourceNote></>}</StateOf>
      </Card>
      <Card title="Slots" hint={<Hint word="slot" />}><SlotTable id={id} act={(slot) => <Button isSmall kind="danger" onClick={() => setGiven(slot)}>Give up</Button>} /></Card>
      <Confirm isOpen={given !== undefined} title={given === undefined ? '' : `Give up slot ${given.slot} of agreement ${given.agreement}?`} act="Give the slot up" isDanger isBusy={act.isBusy} error={act.error} onClose={() => { setGiven(undefined); act.reset(); }} onConfirm={() => given !== undefined && void act.run(given).then((done) => done !== undefined && setGiven(undefined))}
        rows={given === undefined ? [] : [{ name: 'Slashed at most', value: <Amount value={(given.rent * BigInt(rules.slashEpochs)) / (standing.node.faulted ? 1n : 2n)} />, isTotal: true }]}>
        <p>Do this only when the data of the slot is lost: it says so before a challenge does, and costs half of it (the whole once your provider is faulted; this period's misses where they cost more). Another provider rebuilds it. To leave with data that is whole, hand it over instead: see Leave.</p>
      </Confirm>
    </>
  );
}
