/** What the provider earns pays what the creator stores: one wallet is both. */
import { ContractRevertError } from '../chain/chain-errors.ts';
import { currentEpoch } from '../chain/current-epoch.ts';
import { periodOf, periodStart } from '../chain/epoch.ts';
import { extensionCost } from '../chain/extend-agreement.ts';
import { exclusively } from '../chain/mutex.ts';
import type { AgreementState } from '../chain/read-agreement.ts';
import { tokenBalance } from '../chain/read-money.ts';
import { closeAgreement } from '../client/close-agreement.ts';
import { extend } from '../client/extend.ts';
import { releaseSlots } from '../client/release-slots.ts';
import { withdraw } from '../client/withdraw.ts';
import { settleAndWithdraw } from '../provider/money.ts';
import type { Node } from './context.ts';
import { changeState, loadState } from './state.ts';

/** Settles what was proven and pays it, with refunds and rewards, into the wallet. */
export async function collectEarnings(node: Node): Promise<void> {
  const provider = node.provider();
  const { chain } = node.client;
  const payday = provider === undefined ? undefined : await settleAndWithdraw({ chain, store: provider.provider.store, id: provider.id });
  const { amount } = await withdraw(node.client);
  if (amount > 0n || (payday !== undefined && payday.withdrawn + payday.rewarded > 0n)) node.log.info('earnings.collected', { ...payday, refunded: amount });
}

/** Renewing and closing exclude each other: an extension would take back the closing. */
export function oneAtATime<T>({ client }: Node, work: () => Promise<T>): Promise<T> {
  return exclusively(`reciprocal ${client.creator}`, work);
}

/** The step's name. */
export function renewalOf(agreement: number): string {
  return `renewal of agreement ${agreement}`;
}

/** Keeps every agreement of this mode paid `periodsAhead` whole periods ahead, out of the wallet, where earnings are collected first when it is short. Who leaves pays for what is not given up yet. */
export async function renew(node: Node): Promise<void> {
  const { client, config, retries } = node;
  const { chain } = client;
  const { agreements } = await loadState(client.store);
  for (const agreement of agreements) {
    const step = renewalOf(agreement);
    const { state } = await client.views.refresh(agreement);
    const epoch = await currentEpoch(chain);
    const period = periodOf(chain.clock, epoch);
    // In its last epoch the chain takes no extension.
    if (epoch + 1 >= periodStart(chain.clock, state.endPeriod)) continue;
    const periods = config.periodsAhead - (state.endPeriod - period);
    const facts = `${state.turns} ${period}`;
    if (periods <= 0 || !retries.isDue(step, facts)) continue;
    try {
      if ((await tokenBalance(chain, client.creator)) < extensionCost(chain, state, state.endPeriod + periods)) await collectEarnings(node);
      const { endPeriod, cost } = await extend(client, { agreement, periods, signal: node.signal });
      node.log.info('place.renewed', { agreement, endPeriod, cost });
      retries.succeeded(step);
      node.cleared(step);
    } catch (error) {
      node.signal.throwIfAborted();
      retries.failed(step, facts);
      node.note(step, error);
    }
  }
}

/**
 * Agreements that nothing needs any more are closed, which refunds the rest of their term. Once one is over, its slots are released, which
 * refunds missed epochs; then it is forgotten. So is one that ended because nobody could renew it.
 */
export async function settleClosed(node: Node): Promise<void> {
  const { client } = node;
  const { agreements, closed } = await loadState(client.store);
  const period = periodOf(client.chain.clock, await currentEpoch(client.chain));
  for (const agreement of [...closed, ...agreements]) {
    const { state } = await client.views.refresh(agreement);
    if (closed.includes(agreement) && state.endPeriod > period + 1) await closeAgreement(client, { agreement });
    if (state.endPeriod > period || !(await releaseAll(node, state))) continue;
    await changeState(client.store, (now) => ({ closed: now.closed.filter((id) => id !== agreement), agreements: now.agreements.filter((id) => id !== agreement) }));
    node.log.info('place.released', { agreement });
  }
  await withdraw(client);
}

/**
 * Providers release their slots themselves, between their proofs; what is left after an epoch is theirs who are away. The own provider's slots are left
 * to it: this wallet is its operator, and an operator that releases while the epoch's draw is open gives up the epoch's pay. True when all are released.
 */
async function releaseAll({ client, provider }: Node, state: AgreementState): Promise<boolean> {
  const left = state.slots.filter((one) => one.provider !== 0 || one.vacancy !== undefined);
  const isLate = (await currentEpoch(client.chain)) > periodStart(client.chain.clock, state.endPeriod);
  for (const { slot } of left.filter((one) => isLate && one.provider !== provider()?.id)) {
    // A draw that is open yet: the next look finds it proven, or the epoch over.
    await releaseSlots(client, { agreement: state.id, slots: [slot] }).catch((error: unknown) => {
      if (!(error instanceof ContractRevertError)) throw error;
    });
  }
  return left.length === 0;
}
