import type { Hex } from 'viem';
import { sleep } from '../wire/timing.ts';
import { asOfFinal } from './as-of.ts';
import { readBundleIfAny } from './read-bundle.ts';
import type { Chain } from './types.ts';

const LOOK_MS = 500;

/**
 * Waits until `chain.confirmations` blocks lie on a commit. False when a reorganisation took it away, or put another bundle in its place.
 * Throws RpcUnavailableError.
 */
export async function staysCommitted(chain: Chain, commit: { readonly agreement: number; readonly bundle: number; readonly root: Hex }): Promise<boolean> {
  const rootIn = async (view: Chain): Promise<string | undefined> => (await readBundleIfAny(view, commit.agreement, commit.bundle))?.root.toLowerCase();
  const root = commit.root.toLowerCase();
  while (chain.confirmations > 0) {
    if ((await rootIn(chain)) !== root) return false;
    if ((await rootIn(await asOfFinal(chain))) === root) return true;
    await sleep(LOOK_MS);
  }
  return true;
}
