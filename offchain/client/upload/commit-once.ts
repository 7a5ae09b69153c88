/** The one transaction of an upload. Whatever happens to it, the same root is never committed twice. */
import { isHex, type Hex } from 'viem';
import { type SlotReceipt, commitBundle } from '../../chain/commit-bundle.ts';
import { readAgreement } from '../../chain/read-agreement.ts';
import { readBundle } from '../../chain/read-bundle.ts';
import type { Chain } from '../../chain/client.ts';
import { staysCommitted } from '../../chain/stays-committed.ts';
import { ConcurrentUploadError } from '../errors.ts';

interface Commit {
  readonly agreement: number;
  readonly bundle: number;
  readonly root: Hex;
  readonly batches: number;
  readonly receipts: readonly SlotReceipt[];
}

/**
 * Returns once the bundle is committed and `chain.confirmations` blocks lie on that: only then an upload counts as stored. A commit that a
 * reorganisation took away is sent again: the same receipts fit, as long as the agreement is there and its bundle number free.
 * @throws ConcurrentUploadError when another upload has that number; NO_SUCH_AGREEMENT when the agreement went with the commit; ContractRevertError, RpcUnavailableError
 */
export async function commitOnce(chain: Chain, commit: Commit): Promise<{ transactionHash: Hex | undefined; acknowledged: bigint }> {
  for (;;) {
    const committed = await commitNow(chain, commit);
    if (await staysCommitted(chain, commit)) return committed;
  }
}

/**
 * Commits bundle number `bundle`, or notices that it is committed already (an earlier run, or a transaction whose answer was lost).
 * The receipts name the bundle's number, so no second commit of them can succeed.
 */
async function commitNow(chain: Chain, options: Commit): Promise<{ transactionHash: Hex | undefined; acknowledged: bigint }> {
  const before = await committedRoot(chain, options);
  if (before === undefined) {
    try {
      const { transactionHash } = await commitBundle(chain, options);
      return { transactionHash, acknowledged: (await readBundle(chain, options.agreement, options.bundle)).acknowledged };
    } catch (error) {
      const after = await committedRoot(chain, options).catch(() => undefined);
      if (after === undefined) throw error;
    }
  }
  const { root, acknowledged } = await readBundle(chain, options.agreement, options.bundle);
  if (root.toLowerCase() !== options.root.toLowerCase()) throw new ConcurrentUploadError(options.agreement, options.bundle);
  return { transactionHash: undefined, acknowledged };
}

async function committedRoot(chain: Chain, { agreement, bundle }: { agreement: number; bundle: number }): Promise<Hex | undefined> {
  const { bundles } = await readAgreement(chain, agreement);
  if (bundles <= bundle) return undefined;
  const { root } = await readBundle(chain, agreement, bundle);
  return isHex(root) ? root : undefined;
}
