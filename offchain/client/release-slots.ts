import { isAddressEqual } from 'viem';
import { currentEpoch } from '../chain/current-epoch.ts';
import { epochSeed } from '../chain/epoch-seed.ts';
import { readNode } from '../chain/read-node.ts';
import { hasProved } from '../chain/read-proofs.ts';
import { releaseSlots as release } from '../chain/release-slots.ts';
import { cancellable } from './cancellable.ts';
import type { Client } from './client.ts';

type Wallet = Pick<Client, 'chain' | 'creator' | 'views'>;

export interface ReleasedSlots {
  readonly slots: readonly number[];
  readonly refund: bigint;
  /** Of providers that this wallet operates, whose proof of this epoch is still due: released now they would lose the epoch's pay. */
  readonly later: readonly number[];
}

/**
 * After an agreement's end: takes its slots off their providers and refunds the epochs that were missed. The rent of vacant
 * ones comes back too. `slots`: all that are still held or vacant when left out.
 */
export function releaseSlots(
  client: Wallet,
  options: { readonly agreement: number; readonly slots?: readonly number[] | undefined; readonly signal?: AbortSignal | undefined },
): Promise<ReleasedSlots> {
  return cancellable(client, { what: `Releasing agreement ${options.agreement}`, signal: options.signal }, (one) => releaseThem(one, options));
}

async function releaseThem(client: Wallet, options: { readonly agreement: number; readonly slots?: readonly number[] | undefined }): Promise<ReleasedSlots> {
  const held = (await client.views.refresh(options.agreement)).state.slots.filter(({ slot, provider, vacancy }) => options.slots?.includes(slot) ?? (provider !== 0 || vacancy !== undefined));
  const due = await ownDue(client, [...new Set(held.map(({ provider }) => provider))]);
  const slots = held.filter(({ provider }) => !due.has(provider)).map(({ slot }) => slot);
  const later = held.filter(({ provider }) => due.has(provider)).map(({ slot }) => slot);
  if (slots.length === 0) return { slots, refund: 0n, later };
  return { slots, ...(await release(client.chain, { agreement: options.agreement, slots })), later };
}

/** Anybody else's release of such a slot is refused by the market; the operator's is taken, and costs it the epoch. */
async function ownDue({ chain, creator }: Wallet, providers: readonly number[]): Promise<Set<number>> {
  const epoch = await currentEpoch(chain);
  if ((await epochSeed(chain, epoch)) === undefined) return new Set();
  const checked = await Promise.all(providers.map(async (provider) => {
    const isOwn = provider !== 0 && isAddressEqual((await readNode(chain, provider)).operator, creator);
    return isOwn && !(await hasProved(chain, provider, epoch)) ? [provider] : [];
  }));
  return new Set(checked.flat());
}
