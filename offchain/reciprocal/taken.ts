/** What this wallet takes of the network. */
import { agreementsOf } from '../chain/agreements-of.ts';
import { currentPeriod } from '../chain/current-epoch.ts';
import type { NodeClient as Client } from '../client/client.ts';
import type { AgreementView } from '../client/fetch/agreement-view.ts';
import { reservedBytes } from './plan.ts';
import type { Node } from './context.ts';
import { loadState } from './state.ts';

/** As the chain has them now. */
export async function runningAgreements(client: Client, ids: readonly number[]): Promise<AgreementView[]> {
  const period = await currentPeriod(client.chain);
  const views = await Promise.all(ids.map((id) => client.views.refresh(id)));
  return views.filter(({ state }) => state.endPeriod > period);
}

/** Fragment bytes that running agreements of this wallet reserve which were rented by hand: they count as taken too. */
export async function takenByHand({ client }: Pick<Node, 'client'>): Promise<bigint> {
  const { agreements, closed } = await loadState(client.store);
  const own = new Set([...agreements, ...closed]);
  const running = await runningAgreements(client, (await agreementsOf(client.chain, client.creator)).filter((id) => !own.has(id)));
  return running.reduce((sum, { state }) => sum + reservedBytes(state), 0n);
}
