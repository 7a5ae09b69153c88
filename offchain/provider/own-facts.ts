import type { Fact } from '../health/fact.ts';
import type { CauseCode } from '../wire/condition.ts';
import type { Provider } from './context.ts';
import type { DiskFault } from './disk-mode.ts';
import { countBad } from './fragments.ts';
import { isLeaving } from './leaving.ts';
import type { Joined } from './peer/join-peers.ts';
import type { Prover } from './prover.ts';

const CODES: Readonly<Record<DiskFault, CauseCode>> = { full: 'DISK_FULL', failing: 'DISK_FAILING', bucket: 'BUCKET_FAILING' };

/** What a provider knows to be wrong with itself, besides chain, database and loops. */
export function createOwnFacts(options: { readonly provider: Provider; readonly prover: Prover; readonly joined: () => Joined | undefined }): () => Promise<Fact[]> {
  const { provider, prover, joined } = options;
  const { store, disk, files, config } = provider;
  let lonelyMs: number | undefined;

  const parentFacts = (): Fact[] => {
    const peer = joined()?.peer;
    const isLonely = config.p2p.enabled && peer?.parent === undefined;
    lonelyMs = isLonely ? (lonelyMs ?? Date.now()) : undefined;
    if (lonelyMs === undefined || Date.now() - lonelyMs < config.health.parentSeconds * 1000) return [];
    return [{ code: 'PARENT_AWAY', sentence: `No heavy node takes this provider in since ${Math.floor((Date.now() - lonelyMs) / 1000)} s: its own is ${config.parent}. It serves, proves and is paid all the same; new agreements find it through the registry.` }];
  };
  const lateFacts = async (): Promise<Fact[]> => {
    const late = await prover.late();
    if (late === undefined) return [];
    const { epoch, share, lastError } = late;
    return [{ code: 'PROOF_LATE', sentence: `Epoch ${epoch} is ${Math.floor(share * 100)} % over and not proven${lastError === undefined ? '.' : `: ${lastError}`}` }];
  };
  return async () => {
    const facts: Fact[] = [...parentFacts()];
    if (disk.cause !== undefined) facts.push({ code: CODES[disk.fault], sentence: `Nothing new is taken: ${disk.cause}` });
    const trouble = files.shelf.trouble();
    if (trouble !== undefined) facts.push({ code: 'BUCKET_AWAY', sentence: `What is stored can be neither read nor proven: ${trouble}` });
    // A database that does not answer is told of elsewhere.
    const [bad, leaving, late] = await Promise.allSettled([countBad(store), isLeaving(store), lateFacts()]);
    if (bad.status === 'fulfilled' && bad.value > 0) facts.push({ code: 'FRAGMENTS_DAMAGED', sentence: `${bad.value} stored fragments are damaged: they can be neither proven nor served until they are sent anew.` });
    if (leaving.status === 'fulfilled' && leaving.value) facts.push({ code: 'LEAVING', sentence: 'It leaves: it takes on nothing new and hands its slots over.' });
    return [...facts, ...(late.status === 'fulfilled' ? late.value : [])];
  };
}
