/** A heavy node's fees from what its providers proved to its payout address: a transaction for each rail provider, or one for many where the wallet sends several as one; then the payouts. */
import { agreementsWithFootprint } from '../../../chain/agreements-with-footprint.ts';
import { lensAbi } from '../../../chain/generated/abi.ts';
import { owedTo, owedToNode, readRail } from '../../../chain/read-money.ts';
import { readNode } from '../../../chain/read-node.ts';
import type { Chain } from '../../../chain/types.ts';
import { unlessPaid, withdraw, withdrawNode } from '../../../chain/withdraw.ts';
import { isAddressEqual } from 'viem';
import { currentEpoch } from '../../../chain/current-epoch.ts';
import { sendEach } from './send-each.ts';
import { readAgreementView } from '../explorer/agreement-view.ts';

export interface DueRails {
  readonly provider: number;
  readonly parents: readonly number[];
}

/** Agreements looked through at once: the newest. Older ones have ended, or are settled by the node itself. */
const AGREEMENTS_MAX = 200;

/** Providers whose pay with this footprint flows and is not settled up to now, with the parents of their slots. */
export async function dueRails(chain: Chain, heavy: number): Promise<DueRails[]> {
  const epoch = await currentEpoch(chain);
  const parents = new Map<number, Set<number>>();
  for (const id of (await agreementsWithFootprint(chain, heavy)).slice(-AGREEMENTS_MAX)) {
    for (const { provider, parent } of (await readAgreementView(chain, id)).slots) if (provider !== 0) parents.set(provider, (parents.get(provider) ?? new Set()).add(parent));
  }
  const due: DueRails[] = [];
  for (const [provider, those] of parents) {
    const rails = await Promise.all([...those].map(async (parent) => ({ parent, ...(await readRail(chain, { provider, heavy, parent })) })));
    const flowing = rails.filter(({ rate, settledEpoch }) => rate > 0n && settledEpoch < epoch);
    if (flowing.length > 0) due.push({ provider, parents: flowing.map(({ parent }) => parent) });
  }
  return due;
}

/** Token units that reached the payout address, and the operator. */
export interface Claimed {
  readonly fees: bigint;
  readonly bounties: bigint;
}

/** `settled` hears how many of the rails are done. Bounties come only where the signer is the operator: they are its own. */
export async function claimFees(chain: Chain, heavy: number, options: { readonly settled?: (done: number, all: number) => void } = {}): Promise<Claimed> {
  const due = await dueRails(chain, heavy);
  const settling = due.map(({ provider, parents }) => ({ address: chain.deployment.lens, abi: lensAbi, functionName: 'unsettled', args: [provider, [heavy], parents] }) as const);
  await sendEach(chain, settling, (done) => options.settled?.(done, due.length));
  const fees = (await owedToNode(chain, heavy)) === 0n ? 0n : await unlessPaid(withdrawNode(chain, { id: heavy }));
  const { operator } = await readNode(chain, heavy);
  const signer = chain.wallet?.account?.address;
  const isOperator = signer !== undefined && isAddressEqual(signer, operator);
  const bounties = isOperator && (await owedTo(chain, operator)) > 0n ? await unlessPaid(withdraw(chain)) : 0n;
  return { fees, bounties };
}
