import type { AgreementState } from '../chain/read-agreement.ts';
import { listNodes } from '../chain/list-nodes.ts';
import type { NodeState } from '../chain/node-state.ts';
import { requestJson } from '../wire/http-client.ts';
import { SignedOffer } from '../wire/messages.ts';
import { QUOTE_NONCE } from '../wire/typed-data.ts';
import type { Provider } from './context.ts';

const ASK_TIMEOUT_MS = 5_000;
/** Of a registry that may hold thousands. */
const ASKED_AT_ONCE = 64;

/**
 * Providers that would take a slot of ours at its price or less, cheapest first: none that holds another slot of the agreement, none in a region
 * that is full without us. Their offers are quotes: what counts is the succession that they sign in the end.
 */
export async function findSuccessors(provider: Provider, agreement: AgreementState, slot: number): Promise<NodeState[]> {
  const nodes = await listNodes(provider.chain);
  const holders = new Set(agreement.slots.map((one) => one.provider));
  const inRegion = new Map<number, number>();
  for (const one of agreement.slots) {
    const region = nodes.find(({ id }) => id === one.provider)?.region;
    if (one.slot !== slot && region !== undefined) inRegion.set(region, (inRegion.get(region) ?? 0) + 1);
  }
  const fit = nodes.filter(({ id, tier, region, faulted, endpoint }) => tier !== 'heavy' && !holders.has(id) && !faulted && endpoint !== '' && (inRegion.get(region) ?? 0) < agreement.m);
  const priceLimit = (agreement.slots[slot]?.rent ?? 0n) / BigInt(agreement.quota);
  const quoted: { node: NodeState; price: bigint | undefined }[] = [];
  for (let at = 0; at < fit.length; at += ASKED_AT_ONCE) {
    quoted.push(...(await Promise.all(fit.slice(at, at + ASKED_AT_ONCE).map(async (node) => ({ node, price: await askQuote(agreement, node) })))));
  }
  return quoted
    .filter((one): one is { node: NodeState; price: bigint } => one.price !== undefined && one.price <= priceLimit)
    .sort((a, b) => (a.price < b.price ? -1 : a.price > b.price ? 1 : a.node.id - b.node.id))
    .map(({ node }) => node);
}

/** Undefined: it is away, full, short of stake, or does not want to. */
async function askQuote({ creator, heavy, feeBps, k, m, batchLog2, quota, endPeriod }: AgreementState, { endpoint }: NodeState): Promise<bigint | undefined> {
  const terms = { creator, nonce: QUOTE_NONCE, heavy, feeBps, k, m, batchLog2, quota, endPeriod };
  try {
    const url = `${endpoint.replace(/\/$/, '')}/offers`;
    return (await requestJson(url, { method: 'POST', body: { terms }, schema: SignedOffer, timeoutMs: ASK_TIMEOUT_MS })).price;
  } catch {
    return undefined;
  }
}
