import type { Address } from 'viem';
import { getAddress, isAddress, isAddressEqual } from 'viem';
import { addStake } from '../../../chain/add-stake.ts';
import { setEndpoint, setParent, setPayout } from '../../../chain/change-node.ts';
import { listNodes } from '../../../chain/list-nodes.ts';
import type { NodeState } from '../../../chain/node-state.ts';
import { acceptOperator, nameOperator, namedOperator } from '../../../chain/operator-key.ts';
import { tokenBalance } from '../../../chain/read-money.ts';
import { queueWithdrawal } from '../../../chain/withdraw-stake.ts';
import { ENDPOINT_CHARACTERS } from '../../../wire/limits.ts';
import { useChain } from '../state/chain.tsx';
import { useRead } from '../state/read.ts';
import { useSettings } from '../state/settings.tsx';
import { useWallet } from '../state/wallet.ts';
import { ConfirmedButton } from '../ui/confirmed-button.tsx';
import { Hint } from '../ui/hint.tsx';
import { Card, Facts, Grid, Page as Frame } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { formatAmount, formatDuration } from '../ui/format.ts';
import { parseAmount, parseWhole } from '../ui/parse.ts';
import type { Parsed } from '../ui/parse.ts';
import { Amount } from '../ui/values.tsx';
import { PAYING } from '../ui/words.ts';
import { AddressLink } from '../explorer/links.tsx';
import { ActForm } from './act-form.tsx';
import { MyProvider } from './my-node.tsx';
import { OfferCard } from './offer-card.tsx';
import { endpointProblem } from './plan.ts';
import { StandingCards } from './standing-cards.tsx';
import { readStanding } from './standing.ts';
import type { ProviderStanding } from './standing.ts';

export function Page() {
  return <Frame title="Stake and settings" lead="What stands behind your promises, where your node is reached, who acts for it and who is paid."><MyProvider>{(node) => <Mine node={node} />}</MyProvider></Frame>;
}

function Mine({ node: { id } }: { node: NodeState }) {
  const standing = useRead(['standing', id], (chain) => readStanding(chain, id));
  return <StateOf query={standing} what="Where it stands">{(data) => <Settings standing={data} />}</StateOf>;
}

export function parseAddressField(text: string): Parsed<Address> {
  return isAddress(text.trim(), { strict: false }) ? { value: getAddress(text.trim()) } : { problem: 'The address must have 0x and 40 hexadecimal digits.' };
}

function Settings({ standing }: { standing: ProviderStanding }) {
  const chain = useChain();
  const { address } = useWallet();
  const { isDevnet } = useSettings();
  const { node, free, parameters } = standing;
  const { id } = node;
  const balance = useRead(['tokens-of', address ?? null], (one) => (address === undefined ? Promise.resolve(0n) : tokenBalance(one, address)));
  const heavies = useRead(['nodes'], listNodes, { pollMs: false });
  const isOperator = address !== undefined && isAddressEqual(address, node.operator);
  const isPayout = address !== undefined && isAddressEqual(address, node.payout);
  const have = balance.data ?? 0n;
  const wait = formatDuration(parameters.withdrawalEpochs * parameters.epochSeconds, { parts: 2 });
  const isHeavy = (parent: number): boolean => (heavies.data ?? []).some((one) => one.id === parent && one.tier === 'heavy');
  return (
    <>
      <StandingCards standing={standing} />
      <Grid min="large">
        <Card title="Add stake" hint={<Hint word="stake" />}>
          <ActForm label="How much" unit="HOLD" note={<>You have <Amount value={have} />. Anybody may add to it.</>} parse={(text) => parseAmount(text, { what: 'The stake', max: have, tooMuch: `You have ${formatAmount(have)} HOLD: buy more tokens first.` })} act="Add stake" title="Add to the stake?"
            rows={(value) => [{ name: 'Stake then', value: <Amount value={standing.stake + value} /> }, { name: 'Added', value: <Amount value={value} />, isTotal: true }]} explain={`What no promise binds can be taken out again; that takes ${wait}. ${PAYING}`}
            run={(amount) => addStake(chain, { id, amount })} done={(amount) => ({ text: `${formatAmount(amount)} HOLD were added to the stake.` })} />
        </Card>
        <Card title="Take stake out">
          <ActForm label="How much" unit="HOLD" note={<><Amount value={free} /> are bound by no promise. Asking again starts the wait anew for all that is on its way.</>} parse={(text) => parseAmount(text, { what: 'The amount', max: free, tooMuch: `Only ${formatAmount(free)} HOLD are free: the rest stands behind what you promised.` })} act="Ask for it" title="Take stake out?" isDisabled={!isOperator || free === 0n}
            rows={(value) => [{ name: 'Can be taken after', value: wait }, { name: 'On its way then', value: <Amount value={standing.queued + value} />, isTotal: true }]} explain="Until it is taken out it can still be slashed. It is paid to the payout address; the page for leaving has the last step."
            run={(amount) => queueWithdrawal(chain, { id, amount })} done={(amount) => ({ text: `${formatAmount(amount)} HOLD are on their way out.` })} />
        </Card>
      </Grid>
      <OfferCard node={node} />
      <Grid min="large">
        <Card title="Endpoint">
          <ActForm label="Where others reach it" first={node.endpoint} parse={(text) => { const problem = endpointProblem(text, { isDevnet, maxCharacters: ENDPOINT_CHARACTERS }); return problem === undefined ? { value: text.trim() } : { problem }; }} act="Change" title="Change the endpoint?" isDisabled={!isOperator} explain="A running node keeps this entry true by itself: change its configuration too, or it changes this back."
            run={(endpoint) => setEndpoint(chain, { id, endpoint })} done={() => ({ text: 'The endpoint is changed.' })} />
        </Card>
        <Card title="Parent" hint={<Hint word="heavy node" />}>
          <ActForm label="Number of a heavy node" first={String(node.parent)} parse={(text) => { const parsed = parseWhole(text, { min: 1, max: 2 ** 32 - 1, what: 'The number' }); return parsed.problem !== undefined || isHeavy(parsed.value) ? parsed : { problem: `Node ${parsed.value} is no heavy node.` }; }} act="Change" title="Change the parent?" isDisabled={!isOperator} explain="The new parent earns its share of agreements that are opened from now on; running ones keep the old one."
            run={(parent) => setParent(chain, { id, parent })} done={(parent) => ({ text: `Heavy node ${parent} is the parent now.` })} />
        </Card>
        <Card title="Payout address">
          <ActForm label="New address" placeholder={node.payout} note={isPayout ? 'Only the present payout address, yours, may change it.' : <>Only <AddressLink address={node.payout} /> may change it: connect that account.</>} parse={parseAddressField} act="Change" title="Change the payout address?" isDanger isDisabled={!isPayout} explain="All that this node earns, and its stake, goes to the new address from now on. Only the new address can change it back."
            run={(payout) => setPayout(chain, { id, payout })} done={() => ({ text: 'The payout address is changed.' })} />
        </Card>
        <OperatorCard node={node} isPayout={isPayout} />
      </Grid>
    </>
  );
}

function OperatorCard({ node, isPayout }: { node: NodeState; isPayout: boolean }) {
  const chain = useChain();
  const { address } = useWallet();
  const named = useRead(['named-operator', node.id], (one) => namedOperator(one, node.id));
  return (
    <Card title="Operator's key" hint={<Hint label="operator's key">The key that the running node signs with. The payout address may name another one, which takes over when it accepts: so a stolen key is replaced.</Hint>}>
      <Facts rows={[{ name: 'Now', value: <AddressLink address={node.operator} /> }, { name: 'Named', value: named.data === undefined ? 'nobody' : <AddressLink address={named.data} /> }]} />
      {named.data !== undefined && address !== undefined && isAddressEqual(named.data, address) ? <div className="actions"><ConfirmedButton kind="primary" label="Take over with this account" title={`Operate node ${node.id} with this account?`} act="Take over" run={async () => (await acceptOperator(chain, { id: node.id }), node.id)} done={(id) => ({ text: `This account operates node ${id} now.` })}>The present key is void from then on, with everything that it signed.</ConfirmedButton></div> : null}
      <ActForm label="Name the node's own key" placeholder="0x…" note={isPayout ? 'It takes over when it accepts: run “holdfast operator accept” with it.' : 'Only the payout address may name it.'} parse={parseAddressField} act="Name it" title="Name another operator?" isDanger isDisabled={!isPayout} explain="When the named key accepts, the present one is void for good, with everything that it signed."
        run={(key) => nameOperator(chain, { id: node.id, key })} done={() => ({ text: 'The key is named; it takes over when it accepts.' })} />
    </Card>
  );
}
