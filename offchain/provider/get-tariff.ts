import type { TariffReply } from '../wire/tariff.ts';
import type { Provider } from './context.ts';
import { measureSpace } from './space.ts';

/** What this node asks, and how much of its capacity is promised, fragments that wait and open offers included. */
export async function getTariff({ id, store, files, config, tariff, clock }: Provider): Promise<TariffReply> {
  const { price, capacityBytes } = config;
  const { freeBytes, reservedBytes } = await measureSpace({ store, files, capacityBytes, nowSeconds: await clock.nowSeconds() });
  return { provider: id, price, capacityBytes, promisedBytes: reservedBytes, freeBytes, setBy: tariff.setBy, sequence: tariff.sequence, canChange: config.ownerTariff };
}
