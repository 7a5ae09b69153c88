import { isAddressEqual } from 'viem';
import { exclusively } from '../chain/mutex.ts';
import { readNode } from '../chain/read-node.ts';
import { BadRequestError, ConflictError, ForbiddenError } from '../wire/http-errors.ts';
import { tariffSigner } from '../wire/tariff.ts';
import type { TariffMessage, TariffReply } from '../wire/tariff.ts';
import type { Provider } from './context.ts';
import { getTariff } from './get-tariff.ts';

/**
 * Takes another price and capacity from the operator, or from whoever the provider's earnings go to: for offers from now on, kept over restarts.
 * @throws ForbiddenError TARIFF_FIXED, NOT_THE_OWNER; BadRequestError OTHER_PROVIDER; ConflictError TARIFF_OLD; UnauthorizedError
 */
export async function postTariff(provider: Provider, message: TariffMessage): Promise<TariffReply> {
  const { id, chain, config, domain, tariff, log } = provider;
  if (!config.ownerTariff) throw new ForbiddenError("This node's price and capacity are those of its configuration alone.", { code: 'TARIFF_FIXED', nextStep: 'Change the configuration on its machine and start it again.' });
  if (message.provider !== id) throw new BadRequestError(`This is provider ${id}, and the tariff is provider ${message.provider}'s.`, { code: 'OTHER_PROVIDER' });
  const signer = await tariffSigner(domain, message, await chain.nowSeconds());
  // A key that was replaced since this process began is worth nothing.
  const { operator, payout } = await readNode(chain, id);
  if (!isAddressEqual(signer, operator) && !isAddressEqual(signer, payout)) {
    throw new ForbiddenError(`${signer} neither operates provider ${id} nor is paid for it.`, { code: 'NOT_THE_OWNER', nextStep: 'Sign with the key of its operator or of its payout address.' });
  }
  await exclusively(`tariff of ${config.home}`, async () => {
    if (message.sequence <= tariff.sequence) throw new ConflictError('This node has taken a newer tariff already.', { code: 'TARIFF_OLD', details: { sequence: tariff.sequence }, nextStep: 'Look at what it asks now, and sign again if it is to change.' });
    await tariff.set(message);
  });
  log.info('tariff.changed', { by: signer, perGibEpoch: message.perGibEpoch, capacityBytes: message.capacityBytes, sequence: message.sequence });
  return getTariff(provider);
}
