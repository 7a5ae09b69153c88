/** Whose signature a voucher carries: the key of its channel's or pool's signer, or a contract that accepts it. */
import { isAddressEqual } from 'viem';
import type { Address, Hex } from 'viem';
import { contractOf } from '../../chain/contracts-of.ts';
import type { Chain } from '../../chain/types.ts';
import { isPoolVoucher } from '../../wire/paid-reads.ts';
import type { ReadVoucher } from '../../wire/paid-reads.ts';
import { channelsDomain, digestTyped, recoverTyped } from '../../wire/typed-data.ts';
import type { TypedMessages } from '../../wire/typed-data.ts';
import type { ContractSigners } from './contract-signers.ts';

export interface SignerFacts {
  readonly chain: Chain;
  /** The node that the voucher shall pay. */
  readonly payee: number;
  readonly signer: Address;
  readonly contracts: ContractSigners;
}

/** Undefined: not its signer's. The key is tried first, as on the chain. @throws as `ContractSigners.accepts` */
export async function signedBy(voucher: ReadVoucher, facts: SignerFacts): Promise<'key' | 'contract' | undefined> {
  const { total, signature } = voucher;
  if (isPoolVoucher(voucher)) return check('Served', { pool: voucher.pool, payee: facts.payee, servedBytes: voucher.servedBytes, total }, signature, facts);
  return check('Voucher', { channel: voucher.channel, total }, signature, facts);
}

async function check<P extends 'Voucher' | 'Served'>(kind: P, message: TypedMessages[P], signature: Hex, { chain, signer, contracts }: SignerFacts): Promise<'key' | 'contract' | undefined> {
  const domain = channelsDomain({ chainId: chain.deployment.chainId, channels: contractOf(chain, 'channels') });
  const recovered = await recoverTyped(domain, kind, message, signature).catch(() => undefined);
  if (recovered !== undefined && isAddressEqual(recovered, signer)) return 'key';
  return (await contracts.accepts(signer, digestTyped(domain, kind, message), signature)) ? 'contract' : undefined;
}
