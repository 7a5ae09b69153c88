import { useState } from 'react';
import type { Address } from 'viem';
import { getAddress, isAddress } from 'viem';
import { addStake } from '../../../chain/add-stake.ts';
import { listNodes } from '../../../chain/list-nodes.ts';
import { tokenBalance } from '../../../chain/read-money.ts';
import { readParameters } from '../../../chain/read-parameters.ts';
import { registerNode } from '../../../chain/register-node.ts';
import { ENDPOINT_CHARACTERS } from '../../../wire/limits.ts';
import { useAct } from '../state/act.ts';
import { useChain } from '../state/chain.tsx';
import { NODES_POLL_MS } from '../explorer/nodes-poll.ts';
import { useRead } from '../state/read.ts';
import { useSettings } from '../state/settings.tsx';
import { useWallet } from '../state/wallet.ts';
import { Button, LinkButton } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Choices, Field, Select } from '../ui/field.tsx';
import { Hint } from '../ui/hint.tsx';
import { Card, Page as Frame } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { formatAmount, formatDuration } from '../ui/format.ts';
import { parseAmount, parseBytes, parseWhole } from '../ui/parse.ts';
import { regionName } from '../ui/regions.ts';
import { Amount } from '../ui/values.tsx';
import { ConfigCard } from './config-card.tsx';
import { useMyProviders } from './my-node.tsx';
import { PlanCard } from './plan-card.tsx';
import { RegionField } from './region-field.tsx';
import { REGION_MAX, configOf, endpointProblem, outcomeOf } from './plan.ts';
import './provider.css';

type ProviderTier = 'standard' | 'archival' | 'edge';
const TIERS: readonly { value: ProviderTier; title: string; text: string }[] = [
  { value: 'standard', title: 'Standard', text: 'For machines that are always on.' },
  { value: 'archival', title: 'Archival', text: 'More misses are forgiven and answers may take longer; losing data costs more.' },
  { value: 'edge', title: 'Edge', text: 'For caches near their readers: smaller penalties, and heavy nodes give it no slots of ordinary agreements.' },
];

export function Page() {
  const rules = useRead(['parameters'], readParameters, { pollMs: false });
  const nodes = useRead(['nodes'], listNodes, { pollMs: NODES_POLL_MS });
  const mine = useMyProviders();
  const known = mine.data?.[0];
  const [registered, setRegistered] = useState<{ readonly id: number; readonly config: string }>();
  if (registered !== undefined) return <Registered {...registered} />;
  if (known !== undefined) return <Frame title="Become a provider"><Card title={`This account operates provider ${known.id} already`}><p>One account operates one node. Connect another account for another provider.</p><div className="actions"><LinkButton href="/provider" kind="primary">To your provider</LinkButton></div></Card></Frame>;
  return (
    <Frame title="Become a provider" lead="Say what you offer and see what it binds. Nothing is sent before you confirm it.">
      <StateOf query={rules} what="The rules">{(parameters) => <StateOf query={nodes} what="The heavy nodes">{(all) => <Form onRegistered={setRegistered} parameters={parameters} heavies={all.filter(({ tier }) => tier === 'heavy')} />}</StateOf>}</StateOf>
    </Frame>
  );
}

/** The node needs its lines now, and would look for them in vain once the account counts as a provider's. */
function Registered({ id, config }: { id: number; config: string }) {
  return (
    <Frame title={`Provider ${id} is registered`} lead="Now start its node: it takes on data as soon as heavy nodes have seen it." actions={<LinkButton href="/provider" kind="primary">To your provider</LinkButton>}>
      <ConfigCard config={config} />
    </Frame>
  );
}

function Form({ parameters, heavies, onRegistered }: { onRegistered: (done: { readonly id: number; readonly config: string }) => void; parameters: Awaited<ReturnType<typeof readParameters>>; heavies: Awaited<ReturnType<typeof listNodes>> }) {
  const chain = useChain();
  const { address, status } = useWallet();
  const { isDevnet } = useSettings();
  const [tier, setTier] = useState<ProviderTier>('standard');
  const [fields, setFields] = useState({ region: '', parent: String(heavies[0]?.id ?? ''), endpoint: '', payout: '', stake: '100', capacity: '100 GiB', price: '0.00001' });
  const [isTouched, setTouched] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const balance = useRead(['tokens-of', address ?? null], (one) => (address === undefined ? Promise.resolve(0n) : tokenBalance(one, address)), { enabled: address !== undefined });
  const set = (name: keyof typeof fields) => ({ value: fields[name], onChange: ({ target }: { target: { value: string } }) => setFields({ ...fields, [name]: target.value }) });

  const have = balance.data ?? 0n;
  const region = parseWhole(fields.region, { min: 0, max: REGION_MAX, what: 'The region' });
  const stake = parseAmount(fields.stake, { what: 'The stake', ...(status === 'connected' && balance.data !== undefined ? { max: have, tooMuch: `You have ${formatAmount(have)} HOLD: buy more tokens first.` } : {}) });
  const capacity = parseBytes(fields.capacity, { what: 'The capacity' });
  const price = parseAmount(fields.price, { what: 'The price' });
  const endpoint = endpointProblem(fields.endpoint, { isDevnet, maxCharacters: ENDPOINT_CHARACTERS });
  const payout = fields.payout.trim() === '' ? undefined : isAddress(fields.payout.trim(), { strict: false }) ? undefined : 'The payout address must have 0x and 40 hexadecimal digits.';
  const parent = heavies.find(({ id }) => String(id) === fields.parent);
  const problems = [region.problem, stake.problem, capacity.problem, price.problem, endpoint, payout, parent === undefined ? 'A heavy node must be named.' : undefined].filter((one) => one !== undefined);
  const small = capacity.value !== undefined && capacity.value < 2 ** 20 ? 'At least 1 MiB must be offered.' : undefined;
  const plan = capacity.value === undefined || price.value === undefined ? undefined : { capacityBytes: BigInt(capacity.value), perGibEpoch: price.value, stake: stake.value ?? 0n };
  const outcome = plan === undefined ? undefined : outcomeOf(plan, { ...parameters, slashEpochs: parameters[tier].slashEpochs });
  const payTo = (fields.payout.trim() === '' || payout !== undefined ? address : getAddress(fields.payout.trim())) as Address | undefined;

  const config = plan === undefined || region.value === undefined || parent === undefined ? undefined : configOf({ ...plan, tier, region: region.value, parent: parent.id, endpoint: fields.endpoint, ...(payTo === undefined || payTo === address ? {} : { payout: payTo }) });
  const act = useAct(async () => {
    const { id } = await registerNode(chain, { tier, region: region.value!, parent: parent!.id, payout: payTo!, endpoint: fields.endpoint.trim() });
    if ((stake.value ?? 0n) > 0n) await addStake(chain, { id, amount: stake.value! });
    return id;
  }, (id) => ({ text: `You operate provider ${id} now. Start the node to take on data.` }));
  const show = (problem: string | undefined): { problem?: string } => (isTouched && problem !== undefined ? { problem } : {});
  return (
    <div className="forms">
      <Card title="Your offer">
        <form className="form" onSubmit={(event) => { event.preventDefault(); setTouched(true); if (problems.length === 0 && small === undefined) setAsking(true); }}>
          <Choices legend="Tier" value={tier} options={TIERS} onChange={setTier} />
          <div className="form-row">
            <Field label="Capacity" {...set('capacity')} {...show(capacity.problem ?? small)} note="Disk space that may be promised in all." inputMode="text" />
            <Field label="Price" unit="HOLD" {...set('price')} {...show(price.problem)} note="For a GiB and an epoch. It is fixed for an agreement once it is opened." inputMode="decimal" />
          </div>
          <div className="form-row">
            <Field label="Stake" hint={<Hint word="stake" />} unit="HOLD" {...set('stake')} {...show(stake.problem)} note={status === 'connected' ? <>You have <Amount value={have} />.</> : 'Connect a wallet to see what you have.'} inputMode="decimal" />
            <RegionField value={fields.region} problem={show(region.problem).problem} onChange={(value) => setFields({ ...fields, region: value })} />
          </div>
          <Select label="Parent" hint={<Hint word="heavy node" />} value={fields.parent} note={heavies.length === 0 ? 'No heavy node is registered yet: a provider needs one.' : 'It finds agreements for you and shares the fee. You can change it later.'} options={heavies.map(({ id, region: where }) => ({ value: String(id), text: `Heavy node ${id}, ${regionName(where)}` }))} onChange={(value) => setFields({ ...fields, parent: value })} />
          <Field label="Endpoint" {...set('endpoint')} {...show(endpoint)} placeholder="https://provider.example:8443" note="Where others reach your node. Leave it empty where nobody can call you: the node then goes over its parent's relay." inputMode="url" autoComplete="url" />
          <Field label="Payout address" {...set('payout')} {...show(payout)} placeholder={address ?? '0x…'} note="Earnings and returned stake go there. Empty: this account. A safer one than the node's own key protects them if that key is stolen." autoComplete="off" spellCheck={false} />
          <div className="actions"><Button type="submit" kind="primary" disabled={status !== 'connected'} isBusy={act.isBusy}>{status === 'connected' ? 'Register and stake' : 'Connect a wallet first'}</Button></div>
        </form>
      </Card>
      <div className="stack">
        {outcome === undefined || plan === undefined ? null : <PlanCard plan={plan} outcome={outcome} parameters={parameters} tier={tier} />}
        {config === undefined ? null : <ConfigCard config={config} />}
      </div>
      <Confirm isOpen={isAsking} title="Register this provider?" act="Register and stake" isBusy={act.isBusy} error={act.error} onClose={() => { setAsking(false); act.reset(); }} onConfirm={() => void act.run().then((id) => id !== undefined && config !== undefined && onRegistered({ id, config }))}
        rows={[
          { name: 'Tier and region, for good', value: `${tier}, ${region.value === undefined ? '' : regionName(region.value)}` },
          { name: 'Goes into the registry', value: <Amount value={stake.value ?? 0n} /> },
          { name: 'Free again after you ask for it', value: formatDuration(parameters.withdrawalEpochs * parameters.epochSeconds, { parts: 2 }) },
          { name: 'Stake', value: <Amount value={stake.value ?? 0n} />, isTotal: true },
        ]}>
        <p>Your wallet asks two or three times: to register, to let the registry take the stake, and to put it in. The account that signs becomes the operator: run the node with its key, or name the node's own key afterwards under Stake and settings.</p>
      </Confirm>
    </div>
  );
}
