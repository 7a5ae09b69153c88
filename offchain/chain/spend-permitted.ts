/** A signature instead of the approval's transaction: contracts/Permits.sol. */
import { encodeFunctionData, isAddressEqual } from 'viem';
import type { Address, TransactionReceipt } from 'viem';
import { HoldfastError } from '../wire/errors.ts';
import { signerAddress } from '../wire/signer.ts';
import { WalletUnableError } from '../wire/wallet-errors.ts';
import { ContractRevertError } from './chain-errors.ts';
import { marketAbi } from './generated/abi.ts';
import type { AnySend } from './send.ts';
import { signPermit } from './sign-permit.ts';
import type { Permit } from './sign-permit.ts';
import type { Chain } from './types.ts';

/** From the signature to the block: a person may be long at a wallet's second window. It allows nothing that its owner does not send. */
const PERMIT_SECONDS = 3_600;
/** What accounts answer that are contracts: their signatures are not of one key, and a token's permit is. */
const NO_KEYS_SIGNATURE: readonly string[] = ['NOT_THE_ACCOUNTS_SIGNATURE', 'BAD_SIGNATURE_FORMAT'];
/** EIP-7702: code that an account with a key points to. */
const DELEGATION = '0xef0100';

/**
 * `request` behind a permit for `spender`, whose contract it is: one signature and one transaction.
 * Undefined where this account signs no permits, or the token does not take the one that it signed; then nothing was sent.
 */
export async function spendPermitted(chain: Chain, { spender, amount, signal }: { spender: Address; amount: bigint; signal?: AbortSignal | undefined }, request: AnySend): Promise<TransactionReceipt | undefined> {
  if (!isAddressEqual(request.address, spender) || !takesPermits(request) || (await isContract(chain))) return undefined;
  const permit = await ask(chain, { spender, value: amount });
  signal?.throwIfAborted();
  if (permit === undefined) return undefined;
  try {
    return await chain.send(behind(permit, request));
  } catch (error) {
    if (isUnpaid(error)) return undefined;
    throw error;
  }
}

function takesPermits({ abi }: AnySend): boolean {
  return abi.some((item) => item.type === 'function' && item.name === 'permitAndCall');
}

async function ask(chain: Chain, { spender, value }: { spender: Address; value: bigint }): Promise<Permit | undefined> {
  try {
    return await signPermit(chain, { spender, value, deadline: Math.floor(await chain.nowSeconds()) + PERMIT_SECONDS });
  } catch (error) {
    if (error instanceof WalletUnableError || (error instanceof HoldfastError && NO_KEYS_SIGNATURE.includes(error.code))) return undefined;
    throw error;
  }
}

function behind({ value, deadline, v, r, s }: Permit, { abi, functionName, args, ...rest }: AnySend) {
  const act = encodeFunctionData({ abi, functionName, args: args ?? [] });
  return { ...rest, what: functionName, abi: marketAbi, functionName: 'permitAndCall', args: [value, deadline, v, r, s, act] } as const;
}

/** A key of this process is none. A wallet's account may be; asking it to sign would open a window for nothing. */
async function isContract(chain: Chain): Promise<boolean> {
  if (chain.account === undefined || 'address' in chain.account) return false;
  const address = signerAddress(chain.account);
  const code = await chain.ask("the account's code", (client) => client.getCode({ address }));
  return code !== undefined && code !== '0x' && !code.startsWith(DELEGATION);
}

/** Another process with the same key may have used the permit's number meanwhile. */
function isUnpaid(error: unknown): boolean {
  return error instanceof ContractRevertError && error.errorName === 'ERC20InsufficientAllowance';
}
