/** Makes somebody else the owner of a public name, on the chain and for good. */
import { isAddressEqual, zeroAddress } from 'viem';
import type { Address, Hex } from 'viem';
import * as deeds from '../../chain/name-deeds.ts';
import { HoldfastError } from '../../wire/errors.ts';
import { cancellable } from '../cancellable.ts';
import type { Client } from '../client.ts';
import { NameNotYoursError } from './errors.ts';
import { ownersByName } from './look-up.ts';

export interface HandedOver {
  readonly name: string;
  readonly to: Address;
  readonly transactionHash: Hex;
}

/** What stands keeps standing until the new owner publishes. @throws NameNotYoursError, InsufficientFundsError, RpcUnavailableError */
export function handOverName(client: Client, options: { readonly name: string; readonly to: Address; readonly signal?: AbortSignal | undefined }): Promise<HandedOver> {
  return cancellable(client, { what: `Handing ${options.name} over`, signal: options.signal }, (one) => handOver(one, options));
}

async function handOver(client: Client, options: { readonly name: string; readonly to: Address }): Promise<HandedOver> {
  if (isAddressEqual(options.to, zeroAddress)) throw new HoldfastError('BAD_OWNER', 'The zero address cannot own a name.', { nextStep: 'Withdraw the name instead.' });
  const { name, key, owners } = await ownersByName(client, options.name);
  const owner = owners.at(-1);
  if (owner === undefined || !isAddressEqual(owner, client.creator)) throw new NameNotYoursError(name, owner ?? 'nobody');
  const { hash } = await deeds.handOverName(client.chain, key, options.to);
  return { name, to: options.to, transactionHash: hash };
}
