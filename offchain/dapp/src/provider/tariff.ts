/** A provider's price and capacity: asked from its node, changed at its node. */
import { formatUnits, isAddressEqual } from 'viem';
import type { Address } from 'viem';
import type { NodeState } from '../../../chain/node-state.ts';
import type { Chain } from '../../../chain/types.ts';
import { HoldfastError } from '../../../wire/errors.ts';
import { requestJson } from '../../../wire/http-client.ts';
import { TariffReply, signTariff } from '../../../wire/tariff.ts';
import { TOKEN_DECIMALS } from '../ui/format.ts';

const ASK_MS = 5_000;

function addressOf({ endpoint }: Pick<NodeState, 'endpoint'>): string {
  return `${endpoint.replace(/\/$/, '')}/tariff`;
}

/** @throws TransportError, RemoteError; OTHER_PROVIDER */
export async function readTariff(node: Pick<NodeState, 'id' | 'endpoint'>): Promise<TariffReply> {
  return own(node, await requestJson(addressOf(node), { schema: TariffReply, timeoutMs: ASK_MS }));
}

/** Signed by the wallet, taken by the node. @throws USER_REJECTED, RemoteError TARIFF_OLD, NOT_THE_OWNER, TARIFF_FIXED, TransportError */
export async function changeTariff(chain: Chain, node: Pick<NodeState, 'id' | 'endpoint'>, wish: { readonly perGibEpoch: bigint; readonly capacityBytes: bigint }): Promise<TariffReply> {
  if (chain.account === undefined) throw new HoldfastError('NO_WALLET', 'No wallet is connected on this network.', { nextStep: 'Connect the operator\'s account or the payout address.' });
  const { sequence } = await readTariff(node);
  const body = await signTariff(chain.account, chain.domain, { ...wish, provider: node.id, after: sequence, nowSeconds: await chain.nowSeconds() });
  return own(node, await requestJson(addressOf(node), { method: 'POST', body, schema: TariffReply, timeoutMs: ASK_MS }));
}

/** Somebody else may answer there by now. */
function own({ id, endpoint }: Pick<NodeState, 'id' | 'endpoint'>, reply: TariffReply): TariffReply {
  if (reply.provider === id) return reply;
  throw new HoldfastError('OTHER_PROVIDER', `Provider ${reply.provider} answers at ${endpoint}, and not provider ${id}.`, { nextStep: 'Correct the endpoint below.' });
}

/** The operator's key, or whoever is paid. */
export function mayChange({ operator, payout }: Pick<NodeState, 'operator' | 'payout'>, address: Address | undefined): boolean {
  return address !== undefined && (isAddressEqual(operator, address) || isAddressEqual(payout, address));
}

/** As it is typed; empty where the node asks by the batch. */
export function priceText({ price }: Pick<TariffReply, 'price'>): string {
  return 'perGibEpoch' in price ? formatUnits(price.perGibEpoch, TOKEN_DECIMALS) : '';
}
