import { zeroAddress } from 'viem';
import { readBundle } from '../chain/read-bundle.ts';
import { ConflictError } from '../wire/http-errors.ts';
import type { SuccessionReply, SuccessionRequest } from '../wire/messages.ts';
import { signTyped } from '../wire/typed-data.ts';
import { authorize } from './authorize.ts';
import { recomputedRoot, loadDescription } from './bundle-description.ts';
import type { Provider } from './context.ts';
import { TermsRefusedError } from './errors.ts';
import { requireStaying } from './leaving.ts';
import { requireFragments } from './post-bundle.ts';
import { priceOf, rentOf, successionPriceOf } from './price.ts';
import { requireStake } from './stake.ts';

/**
 * Signs that this provider is ready to take a slot over: it holds the slot's fragment of every batch of every bundle that lives and that the slot
 * acknowledged, checked against the roots on the chain.
 * @throws the errors of `authorize`; BUNDLES_MISSING, FRAGMENTS_MISSING, WrongRootError; TermsRefusedError, StakeShortError
 */
export async function postSuccession(provider: Provider, request: SuccessionRequest & { readonly header: string | undefined }): Promise<SuccessionReply> {
  const { slot, header } = request;
  const { isMine } = await authorize(provider, { header, agreement: request.agreement, slot });
  if (isMine) throw new TermsRefusedError(`slot ${slot} of agreement ${request.agreement} is already held by this provider`);
  const agreement = await provider.agreements.refresh(request.agreement);
  for (let bundle = 0; bundle < agreement.bundles; bundle++) await requireBundle(provider, { agreement: agreement.id, bundle, slot });

  await requireStaying(provider.store);
  const slotPrice = (agreement.slots[slot]?.rent ?? 0n) / BigInt(agreement.quota);
  const least = successionPriceOf(provider.config, agreement);
  if (least > slotPrice) throw new TermsRefusedError(`the slot pays ${slotPrice} per batch and epoch, and the least here is ${least}`);
  const own = priceOf(provider.config, agreement);
  const price = own < slotPrice ? own : slotPrice;
  await requireStake(provider, rentOf(price, agreement.quota));

  const expiry = Math.floor(await provider.chain.nowSeconds()) + provider.config.offerSeconds;
  const repairer = request.repairer ?? zeroAddress;
  const succession = { provider: provider.id, price, bundles: agreement.bundles, turn: agreement.turns, expiry, repairer };
  const signature = await signTyped(provider.account, provider.domain, 'Succession', { agreement: agreement.id, slot, ...succession });
  provider.log.info('succession.signed', { agreement: agreement.id, slot, ...succession });
  return { ...succession, signature };
}

async function requireBundle(provider: Provider, at: { readonly agreement: number; readonly bundle: number; readonly slot: number }): Promise<void> {
  const { agreement, bundle, slot } = at;
  const committed = await readBundle(provider.chain, agreement, bundle);
  // What the slot never acknowledged it owes no proof of.
  if (committed.retired !== 0 || ((committed.acknowledged >> BigInt(slot)) & 1n) === 0n) return;
  const batches = await loadDescription(provider.store, agreement, committed.root.toLowerCase());
  if (batches === undefined || batches.length !== committed.batches || recomputedRoot(batches) !== committed.root.toLowerCase()) {
    throw new ConflictError(`Bundle ${bundle} of agreement ${agreement} is not described here.`, {
      code: 'BUNDLES_MISSING',
      details: { agreement, bundle, root: committed.root },
      nextStep: 'Send its fragments and its description first.',
    });
  }
  await requireFragments(provider, { agreement, slot, batches });
}
