import { readStandings } from '../client/read-standing.ts';
import type { Standing } from '../client/read-standing.ts';
import { requestJson } from '../wire/http-client.ts';
import { ProviderStatus } from '../wire/messages.ts';
import { conditionLines } from './condition-lines.ts';
import { ownEndpoint } from './own-node.ts';
import type { Session } from './session.ts';
import { formatBytes } from './units.ts';

/** Asks the provider at `url`, or the one that this home folder's account operates. */
export async function providerStatus(session: Session, url: string | undefined): Promise<ProviderStatus> {
  const endpoint = url ?? (await ownEndpoint(session, 'provider'));
  return requestJson(`${endpoint.replace(/\/$/, '')}/status`, { schema: ProviderStatus });
}

/** What heavy nodes think of it: nobody should learn of an exclusion by the missing agreements. */
export async function providerStandings(session: Session, id: number): Promise<Standing[]> {
  return readStandings(await session.chain(), id);
}

export function standingLines(standings: readonly Standing[]): string[] {
  if (standings.length === 0) return ['Standing    no heavy node has seen it yet'];
  return standings.flatMap(({ heavy, entry }) => {
    const { score, state, parts, bytesPerSecond, ageEpochs, successes, limitBytes, heldBytes, contained, causes, wayBack } = entry;
    const means = Object.entries(parts).map(([part, { mean }]) => `${part} ${(mean * 100).toFixed(1)} %`).join(', ');
    const speed = bytesPerSecond === undefined ? 'speed not measured' : `speed ${formatBytes(bytesPerSecond)}/s`;
    return [
      `Standing    ${state} at heavy node ${heavy}: score ${score.toFixed(3)} (${means}; ${speed}; known for ${ageEpochs} epochs)`,
      ...(limitBytes === undefined ? [] : [`            newcomer: ${Math.floor(successes)} checks passed, so it may hold ${formatBytes(limitBytes)} of that node's agreements, and holds ${formatBytes(heldBytes)}`]),
      ...(contained === 0 ? [] : [`            ${contained} questions without a clear answer are asked again`]),
      ...causes.map((cause) => `            why: ${cause}`),
      ...wayBack.map((line) => `            way back: ${line}`),
    ];
  });
}

export function statusLines(status: ProviderStatus): string[] {
  const { lastProof } = status;
  const proof = lastProof === undefined ? 'none yet' : lastProof.ok ? `epoch ${lastProof.epoch}, transaction ${lastProof.txHash ?? 'unknown'}` : `epoch ${lastProof.epoch} FAILED: ${lastProof.error ?? 'no reason given'}`;
  return [
    `Provider    ${status.id} (${status.tier}, region ${status.region}), operated by ${status.operator}`,
    ...conditionLines(status, 12),
    `Epoch       ${status.epoch}`,
    `Space       ${formatBytes(status.storedBytes)} stored, ${formatBytes(status.freeBytes)} free`,
    `Agreements  ${status.agreements}`,
    `Last proof  ${proof}`,
    ...(status.mode === 'repair-only' ? ['Network     in repair-only mode: no new agreements and uploads'] : []),
  ];
}
