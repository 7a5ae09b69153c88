/** Giving up what was adopted: the reference goes, and what is left of one's own money comes back. What others pay for stays. */
import { quitPool, readPoolShare } from '../../chain/commons.ts';
import { type Catalog, latestVersion, withDeletion, withoutVersions } from '../../codec/catalog.ts';
import { abortable } from '../aborting.ts';
import type { Client } from '../client.ts';
import { NoSuchObjectError } from '../errors.ts';
import { pickAgreement } from '../pick-agreement.ts';
import { storeCatalog } from '../store-catalog.ts';
import { syncCatalog } from '../sync-catalog.ts';
import { Journal } from '../upload/journal.ts';
import { foreignAgreements } from './adoptions.ts';

export interface Dropped {
  readonly name: string;
  readonly contentId: string;
  /** Pools that were left. */
  readonly quit: readonly { readonly agreement: number; readonly amount: bigint }[];
  /** Pools in which the share stays, because other names still refer to their agreements. */
  readonly kept: readonly number[];
}

/** Whether the newest version of the name is a reference to what others stored. */
export function isAdopted(catalog: Catalog, name: string): boolean {
  const newest = catalog.names.get(name)?.at(-1);
  return newest !== undefined && foreignAgreements(newest).length > 0;
}

/** @throws NoSuchObjectError, AgreementError, NotStoredError, ContractRevertError, RpcUnavailableError, AbortedError */
export function dropAdopted(client: Client, options: { readonly name: string; readonly agreement?: number | undefined; readonly signal?: AbortSignal | undefined }): Promise<Dropped> {
  const { name, signal } = options;
  return abortable(`Giving up ${JSON.stringify(name)}`, signal, async () => {
    const before = await syncCatalog(client, { signal });
    const ref = latestVersion(before, name);
    if (ref === undefined || !isAdopted(before, name)) throw new NoSuchObjectError(name, 'nothing was adopted under this name');
    const agreements = [...new Set((before.names.get(name) ?? []).flatMap(foreignAgreements))];
    const view = await pickAgreement(client, options.agreement);
    const journal = await Journal.open(client.state, { agreement: view.id, name, sourceDigest: `drop ${ref.contentId}` }, Date.now());
    // First the reference: without it nothing shows content that nobody pays for. Killed in between, `adoptions` shows the share, and `quitUnused` takes it back.
    const without = withoutVersions(before, name, (version) => foreignAgreements(version).length === 0);
    const after = withDeletion(without, name, journal.created);
    await storeCatalog(client, { view, journal, catalog: after, signal });
    const { quit, kept } = await quitUnused(client, { catalog: after, agreements });
    return { name, contentId: ref.contentId, quit, kept };
  });
}

/** Takes one's shares out of the pools of agreements that no name refers to. */
export async function quitUnused(client: Client, options: { readonly catalog: Catalog; readonly agreements: readonly number[] }): Promise<Pick<Dropped, 'quit' | 'kept'>> {
  const needed = new Set([...options.catalog.names.values()].flat().flatMap(foreignAgreements));
  const quit: { agreement: number; amount: bigint }[] = [];
  for (const agreement of options.agreements.filter((one) => !needed.has(one))) {
    const { rounds } = await readPoolShare(client.chain, { agreement, member: client.creator });
    let amount = 0n;
    for (const round of rounds) amount += (await quitPool(client.chain, { agreement, round })).amount;
    if (rounds.length > 0) quit.push({ agreement, amount });
  }
  return { quit, kept: options.agreements.filter((one) => needed.has(one)) };
}
