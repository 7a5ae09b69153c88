import { bytesToHex } from 'viem';
import type { Hex } from 'viem';
import { ContractRevertError } from '../chain/chain-errors.ts';
import { readDraws } from '../chain/read-draws.ts';
import { hasProved } from '../chain/read-proofs.ts';
import { answerDraw, BundleReads } from './answer-draw.ts';
import type { Provider } from './context.ts';
import { sendProof } from './send-proof.ts';

export type ProofResult =
  | { readonly kind: 'proved'; readonly transactionHash?: Hex }
  /** No slot is held, so no proof is asked. */
  | { readonly kind: 'nothing' }
  /** The chain is already in another epoch than the caller believed. */
  | { readonly kind: 'other-epoch' };

/**
 * Builds and sends the proof of `epoch`. Every path is checked against the chain's roots first; when one does not fit, nothing is sent.
 * @throws DamagedFragmentError, CannotProveError, and the chain's errors
 */
export async function proveEpoch(provider: Provider, options: { readonly epoch: number; readonly feeBoostPercent: number }): Promise<ProofResult> {
  const { chain, id } = provider;
  const { epoch, feeBoostPercent } = options;
  // Anyone may have sent it, an earlier run of this process too.
  if (await hasProved(chain, id, epoch)) return { kind: 'proved' };
  try {
    const drawn = await readDraws(chain, id);
    if (drawn.epoch !== epoch) return { kind: 'other-epoch' };
    if (drawn.draws.length === 0) return { kind: 'nothing' };
    // All at once: one after the other they wait for chain and disk five times over. What each asks of the chain is asked once.
    const bundles = new BundleReads(chain);
    const due = drawn.draws.filter(({ isVoid }) => !isVoid);
    const answers = await Promise.allSettled(due.map((draw) => provider.traffic.prove(() => answerDraw(provider, draw, bundles))));
    const parts = answers.map((answer) => {
      if (answer.status === 'rejected') throw answer.reason;
      return answer.value;
    });
    const { transactionHash } = await sendProof(provider, { epoch, proof: bytesToHex(Buffer.concat(parts)), feeBoostPercent });
    return { kind: 'proved', transactionHash };
  } catch (error) {
    const name = error instanceof ContractRevertError ? error.errorName : undefined;
    if (name === 'AlreadyProven') return { kind: 'proved' };
    // The epoch ended between two looks at the chain, and nobody has fixed the next seed yet.
    if (name === 'SeedUnknown') return { kind: 'other-epoch' };
    throw error;
  }
}
