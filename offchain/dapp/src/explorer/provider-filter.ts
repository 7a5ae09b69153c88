/** Which providers a visitor wants to see: pure. */
import type { NodeState } from '../../../chain/node-state.ts';

export interface ProviderFilter {
  /** Part of a number, an address or an endpoint. */
  readonly text: string;
  readonly tier: 'all' | 'standard' | 'archival' | 'edge';
  readonly state: 'all' | 'earning' | 'free' | 'faulted' | 'leaving';
  /** A number as text, or `all`. */
  readonly region: string;
  readonly order: 'id' | 'stake' | 'promised';
}

export function filterProviders(nodes: readonly NodeState[], filter: ProviderFilter): NodeState[] {
  const text = filter.text.trim().toLowerCase();
  const found = nodes.filter((node) => node.tier !== 'heavy' && (filter.tier === 'all' || node.tier === filter.tier) && (filter.region === 'all' || String(node.region) === filter.region) && hasState(node, filter.state) && hasText(node, text));
  const by = (amount: (node: NodeState) => bigint) => found.sort((a, b) => Number(amount(b) > amount(a)) - Number(amount(b) < amount(a)) || a.id - b.id);
  if (filter.order === 'stake') return by(({ stake }) => stake);
  if (filter.order === 'promised') return by(({ required }) => required);
  return found;
}

function hasText({ id, operator, payout, endpoint }: NodeState, text: string): boolean {
  if (text === '') return true;
  if (/^[0-9]+$/.test(text)) return String(id) === text;
  return [operator, payout, endpoint].some((one) => one.toLowerCase().includes(text));
}

function hasState({ faulted, queued, required, stake }: NodeState, state: ProviderFilter['state']): boolean {
  if (state === 'faulted') return faulted;
  if (state === 'leaving') return queued > 0n;
  if (state === 'earning') return required > 0n;
  return state === 'all' || stake - queued > required;
}
