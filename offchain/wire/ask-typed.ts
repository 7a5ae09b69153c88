import { isAddressEqual, isHex, recoverTypedDataAddress } from 'viem';
import type { Address, Hex, LocalAccount, TypedDataDefinition } from 'viem';
import { compactSignature, expandSignature } from './compact-signature.ts';
import { HoldfastError } from './errors.ts';
import { signerAddress } from './signer.ts';
import type { Signer } from './signer.ts';
import { WalletAccountError, walletErrorOf } from './wallet-errors.ts';

/**
 * The 64-byte signature (EIP-2098) of a key or of a wallet. A wallet's is compared with the account that was asked: somebody may have switched while its window was open.
 * @throws UserRejectedError, WalletAccountError, WalletLockedError, WalletBusyError, WalletUnableError, BAD_SIGNATURE_FORMAT, NOT_THE_ACCOUNTS_SIGNATURE
 */
export async function askTyped(signer: Signer, data: TypedDataDefinition): Promise<Hex> {
  const address = signerAddress(signer);
  if ('address' in signer) return compactSignature(await signer.signTypedData(data as Parameters<LocalAccount['signTypedData']>[0]));
  const request = { ...data, account: signer.account } as unknown as Parameters<typeof signer.signTypedData>[0];
  const answer: unknown = await signer.signTypedData(request).catch((error: unknown) => {
    throw walletErrorOf(error, `Signing "${data.primaryType}"`) ?? error;
  });
  if (!isHex(answer, { strict: true })) throw new HoldfastError('BAD_SIGNATURE_FORMAT', 'The wallet returned something that is no signature.', { nextStep: 'Use another wallet.' });
  const signature = compactSignature(answer);
  const have = await recoverTypedDataAddress({ ...data, signature: expandSignature(signature) } as Parameters<typeof recoverTypedDataAddress>[0]).catch(() => undefined);
  if (have !== undefined && isAddressEqual(have, address)) return signature;
  const others: readonly Address[] = await signer.getAddresses().catch(() => []);
  // One that it has: its owner switched while the window was open. Any other: the owner's key behind a contract, another chain's or message's signature, or nonsense.
  if (have !== undefined && others.some((one) => isAddressEqual(one, have))) throw new WalletAccountError({ have, need: address });
  throw new HoldfastError('NOT_THE_ACCOUNTS_SIGNATURE', `The wallet returned a signature that ${address} did not make for this message.`, {
    details: { have, need: address },
    nextStep: "Use an ordinary account: for one that is a contract (ERC-1271) other keys sign, and the market and the nodes take an account's own signature only.",
  });
}
