import { useParams } from 'wouter';
import { SlotMap } from '../../charts/slot-map.tsx';
import { conditionOfSlot } from '../../charts/slot-words.ts';
import { HoldfastError } from '../../../../wire/errors.ts';
import { useWallet } from '../../state/wallet.ts';
import { Failure } from '../../ui/failure.tsx';
import { formatBytes, plural } from '../../ui/format.ts';
import { Hint, Term } from '../../ui/hint.tsx';
import { Card, Facts, Grid, Page as Frame, Stat } from '../../ui/page.tsx';
import { Progress } from '../../ui/progress.tsx';
import { StateOf } from '../../ui/state-of.tsx';
import { Amount, Bytes, Hex, Time } from '../../ui/values.tsx';
import { CloseAgreement } from './close.tsx';
import { ExtendAgreement } from './extend.tsx';
import { STANDING_WORDS, sayProven } from './facts.ts';
import type { AgreementFacts } from './facts.ts';
import { GrowAgreement } from './grow.tsx';
import { RenewAgreement } from './renew.tsx';
import { StandingBadge } from './standing-badge.tsx';
import { useAgreement } from './use-agreements.ts';

export function Page() {
  const { id = '' } = useParams<{ id: string }>();
  const number = /^[1-9]\d{0,8}$/.test(id) ? Number(id) : undefined;
  if (number === undefined) return <Frame title="Agreement"><Failure error={new HoldfastError('BAD_NUMBER', 'Agreements have whole numbers from 1 on.', { nextStep: 'Choose one from the list of agreements.' })} /></Frame>;
  return <One id={number} />;
}

function One({ id }: { id: number }) {
  const agreement = useAgreement(id);
  return (
    <Frame title={`Agreement ${id}`} lead={agreement.data === undefined ? undefined : STANDING_WORDS[agreement.data.standing].says} actions={agreement.data === undefined ? undefined : <StandingBadge standing={agreement.data.standing} />}>
      <StateOf query={agreement} what={`Agreement ${id}`} lines={8}>{(facts) => <Shown facts={facts} />}</StateOf>
    </Frame>
  );
}

function Shown({ facts }: { facts: AgreementFacts }) {
  const { state, renewal, isRunning, spare, usedBytes, totalBytes, paidUntil, costPerPeriod, proven, healthy } = facts;
  const { address } = useWallet();
  const isMine = address?.toLowerCase() === state.creator.toLowerCase();
  return (
    <>
      <Grid min="small">
        <Stat label="Space used" hint={<Hint word="quota" />} value={<Bytes value={usedBytes} />} note={`of ${formatBytes(totalBytes)}`} />
        <Stat label={isRunning ? 'Paid until' : 'Ended'} value={<Time seconds={paidUntil} />} note={<Time seconds={paidUntil} style="full" />} tone={facts.standing === 'closing-soon' ? 'warn' : undefined} />
        <Stat label="May still be lost" hint={<Hint word="slot" />} value={isRunning ? plural(Math.max(0, spare), 'provider') : '–'} tone={spare < 0 ? 'bad' : spare === 0 && isRunning ? 'warn' : undefined} note={`${state.k} of ${state.n} bring everything back`} />
        <Stat label="Proven this epoch" hint={<Hint word="proof" />} value={`${proven} of ${state.n}`} note={isRunning ? sayProven({ proven, stopped: state.n - healthy, of: state.n }) : undefined} />
      </Grid>
      <Card title="Who holds it" hint={<Hint word="slot" />}>
        <SlotMap title={`The ${state.n} slots of agreement ${state.id}`} marks={state.slots.map((slot) => ({ slot: slot.slot, provider: slot.provider, condition: conditionOfSlot(slot) }))} href={({ provider }) => (provider === 0 ? undefined : `/explorer/providers/${provider}`)} />
      </Card>
      <Grid min="large">
        <Card title="Terms">
          <Facts rows={[
            { name: <Term word="scheme">Spread</Term>, value: `${state.k}+${state.m}` },
            { name: <Term word="batch">Parcel size</Term>, value: formatBytes(2 ** state.batchLog2) },
            { name: <Term word="heavy node">Heavy node</Term>, value: `No. ${state.heavy}` },
            { name: <Term word="heavy fee">Its share</Term>, value: `${(state.feeBps / 100).toFixed(2)} %` },
            { name: 'Each period', value: <Amount value={costPerPeriod} /> },
            { name: 'Owner', value: <Hex value={state.creator} /> },
            { name: <Term word="pot">Pot for renewals</Term>, value: <Amount value={renewal.pot} /> },
          ]} />
          <Progress label={`${formatBytes(usedBytes)} of ${formatBytes(totalBytes)} used`} share={usedBytes / totalBytes} />
        </Card>
        {isRunning ? (
          <div className="stack">
            <ExtendAgreement facts={facts} />
            {isMine ? <RenewAgreement facts={facts} /> : null}
            {isMine && !renewal.isLocked ? <GrowAgreement facts={facts} /> : null}
            {isMine && !renewal.isLocked ? <CloseAgreement facts={facts} /> : null}
          </div>
        ) : null}
      </Grid>
    </>
  );
}
