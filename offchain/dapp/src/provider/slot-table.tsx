import { periodStart } from '../../../chain/epoch.ts';
import { AgreementLink } from '../explorer/links.tsx';
import { useSources } from '../explorer/use-sources.ts';
import { useChain } from '../state/chain.tsx';
import { Badge } from '../ui/badge.tsx';
import { Empty } from '../ui/empty.tsx';
import { Hint } from '../ui/hint.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { Table } from '../ui/table.tsx';
import type { Column } from '../ui/table.tsx';
import { Amount, Bytes, EpochTime } from '../ui/values.tsx';
import { SLOTS_SHOWN, readSlots } from './slots.ts';
import type { SlotRow } from './slots.ts';

/** The slots of one provider. `act`: what may be done with one, in the last column. */
export function SlotTable({ id, act }: { id: number; act?: (slot: SlotRow) => React.ReactNode }) {
  const { clock } = useChain();
  const query = useSources(['slots', id], (sources) => readSlots(sources, id));
  const columns: Column<SlotRow>[] = [
    { title: 'Slot', isName: true, cell: ({ agreement, slot }) => <>Agreement <AgreementLink id={agreement} />, slot {slot}</> },
    { title: 'State', hint: <Hint label="the states of a slot">Proven in this epoch already; waiting, while the epoch still has time; challenged, when somebody waits for an answer; under notice, when its creator wants another provider.</Hint>, cell: ({ openChallenges, noticeFrom, provedThisEpoch }) => (openChallenges > 0 ? <Badge tone="bad">challenged</Badge> : noticeFrom > 0 ? <Badge tone="warn">under notice</Badge> : provedThisEpoch ? <Badge tone="good">proven</Badge> : <Badge>waiting</Badge>) },
    { title: 'Rent an epoch', isNumber: true, cell: ({ rent }) => <Amount value={rent} /> },
    { title: 'After fees', isNumber: true, cell: ({ rent, fee }) => <Amount value={rent - fee} /> },
    { title: 'Used of', isNumber: true, cell: ({ storedBytes, promisedBytes }) => <><Bytes value={storedBytes} /> of <Bytes value={promisedBytes} /></> },
    { title: 'Since', cell: ({ startEpoch }) => <EpochTime epoch={startEpoch} /> },
    { title: 'Ends', cell: ({ endPeriod }) => <EpochTime epoch={periodStart(clock, endPeriod)} /> },
    ...(act === undefined ? [] : [{ title: 'Acts', cell: act }]),
  ];
  return (
    <StateOf query={query} what="The slots">
      {({ value }) => (
        <>
          <Table caption="Slots" columns={columns} rows={value} rowKey={({ agreement, slot }) => `${agreement}-${slot}`} empty={<Empty icon="provide" title="No slots">It holds nobody's data at the moment.</Empty>} />
          {value.length < SLOTS_SHOWN ? null : <p className="muted small">Only the first {SLOTS_SHOWN} are shown.</p>}
        </>
      )}
    </StateOf>
  );
}
