import type { Hex } from 'viem';
import { prove } from '../chain/prove.ts';
import { readNode } from '../chain/read-node.ts';
import { requestJson } from '../wire/http-client.ts';
import { ProofReply } from '../wire/messages.ts';
import type { Provider } from './context.ts';

const RELAY_TIMEOUT_MS = 20_000;

/**
 * Sends an epoch's proof: through the parent where the configuration says so, which sends many together, else (and whenever that fails) with
 * this provider's own key.
 */
export async function sendProof(
  provider: Provider,
  options: { readonly epoch: number; readonly proof: Hex; readonly feeBoostPercent: number },
): Promise<{ transactionHash: Hex }> {
  const { epoch, proof, feeBoostPercent } = options;
  // A boost means that an attempt failed already: time to do it oneself.
  const relayed = provider.config.relay && feeBoostPercent === 0 ? await relay(provider, { epoch, proof }) : undefined;
  return relayed === undefined ? prove(provider.chain, { provider: provider.id, proof, feeBoostPercent }) : { transactionHash: relayed };
}

async function relay({ id, chain, config, log }: Provider, { epoch, proof }: { epoch: number; proof: Hex }): Promise<Hex | undefined> {
  try {
    const { endpoint } = await readNode(chain, config.parent);
    const url = `${endpoint.replace(/\/$/, '')}/proofs`;
    const { proven, txHash } = await requestJson(url, { method: 'POST', body: { provider: id, epoch, proof }, schema: ProofReply, timeoutMs: RELAY_TIMEOUT_MS });
    return proven ? txHash : undefined;
  } catch (error) {
    log.warn('proof.not-relayed', { epoch, error });
    return undefined;
  }
}
