import { readNode } from '../../../chain/read-node.ts';
import { readAgreementView } from '../explorer/agreement-view.ts';
import type { Chain } from '../../../chain/types.ts';
import type { ProviderAccount } from '../../../earnings/provider-statement.ts';

/** The parents that share the fees of slots held now: a rail keeps the parent of its day. */
export async function readSlotParents(chain: Chain, { statement: { node }, history }: ProviderAccount): Promise<number[]> {
  const running = history.book.tenures.filter(({ provider, left, to }) => provider === node && left === undefined && to >= history.moment.epoch);
  const views = await Promise.all([...new Set(running.map(({ agreement }) => agreement))].map((id) => readAgreementView(chain, id)));
  const parents = views.flatMap(({ slots }) => slots.filter(({ provider }) => provider === node).map(({ parent }) => parent));
  return [...new Set([...parents, (await readNode(chain, node)).parent])];
}
