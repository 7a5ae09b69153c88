/** A small market with everything that moves money, played on a real chain: for statements that must add up to the unit. */
import { parseEther, zeroAddress } from 'viem';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import { approveTokens, transferTokens } from '../../offchain/chain/approve-tokens.ts';
import { ContractRevertError } from '../../offchain/chain/chain-errors.ts';
import { creatorNonce } from '../../offchain/chain/creator-nonce.ts';
import { currentEpoch, currentPeriod } from '../../offchain/chain/current-epoch.ts';
import type { NetworkParameters } from '../../offchain/chain/devnet-parameters.ts';
import { extendAgreement, extensionCost, renewAgreement } from '../../offchain/chain/extend-agreement.ts';
import type { SlotConsent } from '../../offchain/chain/extend-agreement.ts';
import { growAgreement } from '../../offchain/chain/grow-agreement.ts';
import { openAgreement, costOf } from '../../offchain/chain/open-agreement.ts';
import { poke } from '../../offchain/chain/poke.ts';
import { prove } from '../../offchain/chain/prove.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { replaceSlot } from '../../offchain/chain/replace-slot.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { signTyped } from '../../offchain/wire/typed-data.ts';
import type { Terms } from '../../offchain/wire/typed-data.ts';
import { type TestHoldfast, addressOf, registerNodes, startHoldfast } from '../support/holdfast.ts';

/** Odd, so that every share is rounded. */
export const PRICE = 10n ** 12n + 7n;
const EPOCH = 10_000;
export const [CREATOR, SECOND] = [12, 13];

export interface Story {
  readonly holdfast: TestHoldfast;
  readonly creator: Chain;
  readonly second: Chain;
  /** Node 1. */
  readonly heavy: Chain;
  /** Nodes 2 to 6. */
  provider(id: number): Chain;
  open(creator: Chain, options: { readonly providers: readonly number[]; readonly periods: number; readonly quota?: number }): Promise<number>;
  grow(creator: Chain, agreement: number, quota: number): Promise<void>;
  consents(agreement: number, newEndPeriod: number): Promise<SlotConsent[]>;
  extend(payer: Chain, agreement: number): Promise<void>;
  renew(agreement: number): Promise<void>;
  /** `price` below the slot's is cheaper for the creator. */
  replace(agreement: number, slot: number, provider: number, options?: { readonly price?: bigint; readonly by?: Chain; readonly repairer?: Chain }): Promise<{ slashed: bigint; bounty: bigint }>;
  /** Ends this epoch; in the new one these prove. */
  epoch(...provers: readonly number[]): Promise<void>;
}

export async function startStory(parameters: Partial<NetworkParameters> = {}): Promise<Story> {
  const holdfast = await startHoldfast({ ...parameters, epochSeconds: EPOCH });
  const { heavy, providers } = await registerNodes(holdfast, 5);
  const [creator, second] = [await holdfast.as(CREATOR), await holdfast.as(SECOND)];
  for (const one of [creator, second]) {
    await buyTokens(one, { coin: parseEther('1') });
    await approveTokens(one, { spender: one.deployment.market, amount: parseEther('500') });
  }
  await transferTokens(await holdfast.as(0), { to: holdfast.deployment.rewards!, amount: parseEther('1') });
  const provider = (id: number): Chain => providers[id - 2]!;
  const expiry = async (): Promise<number> => Math.floor(await creator.nowSeconds()) + 100 * EPOCH;
  const offersOf = async (terms: Terms, ids: readonly number[]) => {
    const until = await expiry();
    // Each slot at another price.
    return Promise.all(ids.map(async (id) => {
      const price = PRICE + BigInt(id);
      return { provider: id, price, expiry: until, signature: await signTyped(provider(id).account!, creator.domain, 'Offer', { terms, provider: id, price, expiry: until }) };
    }));
  };
  const consents = async (agreement: number, newEndPeriod: number): Promise<SlotConsent[]> => {
    const { slots, endPeriod, turns } = await readAgreement(creator, agreement);
    return Promise.all(slots.filter((slot) => slot.provider !== 0).map(async ({ slot, provider: id }) => ({ slot, signature: await signTyped(provider(id).account!, creator.domain, 'Extension', { agreement, slot, endPeriod, newEndPeriod, turn: turns }) })));
  };
  return {
    holdfast, creator, second, heavy, provider,
    async open(chain, { providers: ids, periods, quota = 3 }) {
      const terms: Terms = { creator: addressOf(chain), nonce: await creatorNonce(chain, addressOf(chain)), heavy: 1, feeBps: 133, k: 1, m: ids.length - 1, batchLog2: 16, quota, endPeriod: (await currentPeriod(chain)) + periods };
      const offers = await offersOf(terms, ids);
      return (await openAgreement(chain, { terms, offers, maxCost: costOf(chain.clock, { terms, offers, epoch: await currentEpoch(chain) }) })).id;
    },
    async grow(chain, agreement, quota) {
      const { k, m, batchLog2, heavy: footprint, feeBps, endPeriod, slots } = await readAgreement(chain, agreement);
      const terms: Terms = { creator: addressOf(chain), nonce: await creatorNonce(chain, addressOf(chain)), heavy: footprint, feeBps, k, m, batchLog2, quota, endPeriod };
      const offers = await offersOf(terms, slots.map((slot) => slot.provider));
      await growAgreement(chain, { agreement, terms, offers, maxCost: parseEther('100') });
    },
    consents,
    async extend(payer, agreement) {
      const state = await readAgreement(payer, agreement);
      const newEndPeriod = state.endPeriod + 1;
      await extendAgreement(payer, { agreement, newEndPeriod, consents: await consents(agreement, newEndPeriod), maxCost: extensionCost(payer, state, newEndPeriod) });
    },
    async renew(agreement) {
      const newEndPeriod = (await readAgreement(creator, agreement)).endPeriod + 1;
      await renewAgreement(heavy, { agreement, newEndPeriod, consents: await consents(agreement, newEndPeriod) });
    },
    async replace(agreement, slot, id, { price, by = heavy, repairer } = {}) {
      const { turns, bundles, quota, slots } = await readAgreement(creator, agreement);
      const rent = slots[slot]!.rent;
      const succession = { agreement, slot, provider: id, price: price ?? rent / BigInt(quota), bundles, turn: turns, expiry: await expiry(), repairer: repairer === undefined ? zeroAddress : addressOf(repairer) };
      return replaceSlot(by, { succession, signature: await signTyped(provider(id).account!, creator.domain, 'Succession', succession) });
    },
    async epoch(...provers) {
      await holdfast.advance(EPOCH);
      await poke(heavy);
      for (const id of provers) {
        await prove(provider(id), { provider: id, proof: '0x' }).catch((error: unknown) => {
          // A draw that met ended slots alone, as chance has it: this epoch is missed, and must add up as well.
          if (!(error instanceof ContractRevertError && error.errorName === 'PruneFirst')) throw error;
        });
      }
    },
  };
}
