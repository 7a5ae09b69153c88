import { isAddressEqual, recoverTypedDataAddress } from 'viem';
import type { Hex, LocalAccount, TypedDataDefinition } from 'viem';
import { compactSignature, expandSignature } from './compact-signature.ts';
import { signerAddress } from './signer.ts';
import type { Signer } from './signer.ts';
import { WalletAccountError, walletErrorOf } from './wallet-errors.ts';

/**
 * The 64-byte signature (EIP-2098) of a key or of a wallet. A wallet's is compared with the account that was asked: somebody may have switched while its window was open.
 * @throws UserRejectedError, WalletAccountError, WalletLockedError, WalletBusyError, WalletUnableError, BAD_SIGNATURE_FORMAT
 */
export async function askTyped(signer: Signer, data: TypedDataDefinition): Promise<Hex> {
  const address = signerAddress(signer);
  if ('address' in signer) return compactSignature(await signer.signTypedData(data as Parameters<LocalAccount['signTypedData']>[0]));
  const request = { ...data, account: signer.account } as unknown as Parameters<typeof signer.signTypedData>[0];
  const signature = compactSignature(await signer.signTypedData(request).catch((error: unknown) => {
    throw walletErrorOf(error, `Signing "${data.primaryType}"`) ?? error;
  }));
  const have = await recoverTypedDataAddress({ ...data, signature: expandSignature(signature) } as Parameters<typeof recoverTypedDataAddress>[0]);
  if (!isAddressEqual(have, address)) throw new WalletAccountError({ have, need: address });
  return signature;
}
