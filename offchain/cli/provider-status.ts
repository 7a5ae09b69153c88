import { requestJson } from '../wire/http-client.ts';
import { ProviderStatus } from '../wire/messages.ts';
import { ownEndpoint } from './own-node.ts';
import type { Session } from './session.ts';
import { formatBytes } from './units.ts';

/** Asks the provider at `url`, or the one that this home folder's account operates. */
export async function providerStatus(session: Session, url: string | undefined): Promise<ProviderStatus> {
  const endpoint = url ?? (await ownEndpoint(session, 'provider'));
  return requestJson(`${endpoint.replace(/\/$/, '')}/status`, { schema: ProviderStatus });
}

export function statusLines(status: ProviderStatus): string[] {
  const { lastProof } = status;
  const proof = lastProof === undefined ? 'none yet' : lastProof.ok ? `epoch ${lastProof.epoch}, transaction ${lastProof.txHash ?? 'unknown'}` : `epoch ${lastProof.epoch} FAILED: ${lastProof.error ?? 'no reason given'}`;
  return [
    `Provider    ${status.id} (${status.tier}, region ${status.region}), operated by ${status.operator}`,
    `Epoch       ${status.epoch}`,
    `Space       ${formatBytes(status.storedBytes)} stored, ${formatBytes(status.freeBytes)} free`,
    `Agreements  ${status.agreements}`,
    `Last proof  ${proof}`,
    ...(status.mode === 'repair-only' ? ['Network     in repair-only mode: no new agreements and uploads'] : []),
  ];
}
