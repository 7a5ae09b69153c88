import { createChain } from '../../../chain/client.ts';
import type { Chain } from '../../../chain/client.ts';
import { DEVNET_SUPPLY } from '../../../chain/devnet-parameters.ts';
import { periodStart } from '../../../chain/epoch.ts';
import { listNodes } from '../../../chain/list-nodes.ts';
import { readAgreement } from '../../../chain/read-agreement.ts';
import { owedTo, tokenBalance } from '../../../chain/read-money.ts';
import { settle } from '../../../chain/settle.ts';
import { withdrawNode, withdraw } from '../../../chain/withdraw.ts';
import { queueWithdrawal, withdrawStake } from '../../../chain/withdraw-stake.ts';
import { closeAgreement } from '../../../client/close-agreement.ts';
import { releaseSlots } from '../../../client/release-slots.ts';
import { withdraw as withdrawCreator } from '../../../client/withdraw.ts';
import type { NetworkNode } from '../../devnet/network.ts';
import { untilEpoch } from '../chain-facts.ts';
import { readLedger } from '../ledger.ts';
import { moneyLines, moneyReport } from '../money-report.ts';
import type { MoneyReport } from '../money-report.ts';
import { must } from '../story.ts';
import type { Figures, Story } from '../story.ts';

/** The creator closes; when the term is over everybody takes what is theirs, and nothing may be left or missing. */
export async function settleStep(story: Story): Promise<Figures & { money: MoneyReport }> {
  const { chain, creator, network, options } = story;
  const { endPeriod, refund } = await closeAgreement(creator.client, { agreement: creator.agreement });
  await untilEpoch(chain, periodStart(chain.clock, endPeriod));
  const { slots, heavy } = await readAgreement(chain, creator.agreement);
  const nodes = [...network.heavies, ...network.providers];
  // The services would settle in their own time; from here on their owners do it, with the same keys.
  await network.supervisor.stop(nodes.map(({ process }) => process));

  const held = slots.filter(({ provider }) => provider !== 0);
  await Promise.all(railsOf(story, held, heavy).map((rail) => settle(chain, rail)));
  await releaseSlots(creator.client, { agreement: creator.agreement });
  const owed = (await listNodes(chain)).filter((node) => node.owed > 0n);
  await Promise.all(owed.map(({ id }) => withdrawNode(chain, { id })));
  await withdrawCreator(creator.client);
  await Promise.all(network.heavies.map((node) => withdrawReward(chain, network.rpcUrl, node)));
  options.progress({ label: 'Waiting', done: 0, total: nodes.length, unit: 'stakes to come back' });
  const returned = await returnStakes(story, nodes);

  const ledger = await readLedger(chain, { initialSupply: DEVNET_SUPPLY });
  for (const line of moneyLines(ledger)) options.say(`  ${line}`);
  must(ledger.faults.length === 0, () => `the books do not balance: ${ledger.faults.join('; ')}`);
  return {
    closedTermRefund: String(refund),
    endPeriod,
    stakesReturned: returned,
    creatorTokens: String(await tokenBalance(chain, creator.client.creator)),
    money: moneyReport(ledger),
  };
}

interface Rail {
  readonly provider: number;
  readonly heavy: number;
  readonly parent: number;
}

/** Those of the present holders, and of former ones whose slot was taken over: each with the parent of its day. */
function railsOf({ network }: Story, held: readonly { readonly provider: number; readonly parent: number }[], heavy: number): Rail[] {
  const parents = network.heavies.map(({ id }) => id);
  const known = new Set(held.map(({ provider }) => provider));
  const former = network.providers.filter(({ id }) => !known.has(id)).flatMap(({ id }) => parents.map((parent) => ({ provider: id, heavy, parent })));
  return [...held.map(({ provider, parent }) => ({ provider, heavy, parent })), ...former];
}

/** Bounties for repairs and rewards for reports belong to the operator of the heavy node. */
async function withdrawReward(chain: Chain, rpcUrl: string, node: NetworkNode): Promise<void> {
  if ((await owedTo(chain, node.account.address)) === 0n) return;
  await withdraw(await createChain({ rpcUrls: [rpcUrl], deployment: chain.deployment, account: node.account }));
}

/** Every stake goes back to its owner: also those of the killed providers, whose keys are not lost. */
async function returnStakes({ chain, network }: Story, nodes: readonly NetworkNode[]): Promise<number> {
  const staked = (await listNodes(chain)).filter(({ stake }) => stake > 0n);
  const ready = await Promise.all(
    staked.map(async ({ id, stake }) => {
      const node = nodes.find((one) => one.id === id);
      must(node !== undefined, () => `node ${id} is none of this run`);
      const own = await createChain({ rpcUrls: [network.rpcUrl], deployment: chain.deployment, account: node.account });
      return (await queueWithdrawal(own, { id, amount: stake })).readyEpoch;
    }),
  );
  await untilEpoch(chain, Math.max(...ready));
  await Promise.all(staked.map(({ id }) => withdrawStake(chain, { id })));
  return staked.length;
}
