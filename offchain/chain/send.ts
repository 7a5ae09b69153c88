import { BaseError, encodeFunctionData, keccak256 } from 'viem';
import type { Abi, Account, Hex, PublicClient, TransactionReceipt } from 'viem';
import { walletErrorOf } from '../wire/wallet-errors.ts';
import { exclusively } from './mutex.ts';
import { ChainError } from './chain-errors.ts';
import { keepMined } from './keep-mined.ts';
import { translateError } from './translate-error.ts';
import type { SendRequest, Wallet } from './types.ts';
import { waitForReceipt } from './wait-for-receipt.ts';
import type { Sent } from './wait-for-receipt.ts';

/** The state may move between estimate and block. */
const GAS_MARGIN_PERCENT = 25n;
/** Another program may use the same key: then the nonce is asked for anew. */
const NONCE_TRIES = 3;

/** The request as the steps below pass it on; `send` in client.ts keeps the exact types. */
export type AnySend = SendRequest<Abi, string>;

interface Sender {
  readonly client: PublicClient;
  readonly wallet: Wallet;
  readonly account: Account;
  readonly pollMs: number;
  readonly confirmations: number;
}

/** Simulates, estimates, signs and sends one after the other per account; waits for the receipt outside of the queue. */
export async function sendTransaction(sender: Sender, request: AnySend): Promise<TransactionReceipt> {
  const { account } = sender;
  const chainId = sender.wallet.chain?.id ?? 0;
  try {
    const sent = await exclusively(`${chainId}:${account.address.toLowerCase()}`, async () => {
      await simulate(sender, request);
      return account.type === 'local' ? await sendSigned(sender, account, request) : { hash: await sendByWallet(sender, request) };
    });
    const receipt = await waitForReceipt(sender, sent);
    keepMined(sender.client, sent, sender.confirmations);
    if (receipt.status === 'reverted') await explainRevert(sender, request, receipt);
    return receipt;
  } catch (error) {
    throw translateError(error, whatOf(request), account.address);
  }
}

/** On the pending block: its time is the one that the transaction will see. */
async function simulate(sender: Sender, request: AnySend): Promise<void> {
  const { address, abi, functionName, args, value } = request;
  const call = { address, abi, functionName, args, value, account: sender.account, blockTag: 'pending' };
  await sender.client.simulateContract(call as unknown as Parameters<PublicClient['simulateContract']>[0]);
}

async function estimateGas(sender: Sender, data: Hex, request: AnySend): Promise<bigint> {
  if (request.gas !== undefined) return request.gas;
  const gas = await sender.client.estimateGas({ account: sender.account, to: request.address, data, ...valueOf(request) });
  return gas + (gas * GAS_MARGIN_PERCENT) / 100n;
}

/** A wallet chooses nonce and fees itself. */
async function sendByWallet(sender: Sender, request: AnySend): Promise<Hex> {
  const data = encode(request);
  const gas = await estimateGas(sender, data, request);
  try {
    return await sender.wallet.sendTransaction({ account: sender.account, chain: sender.wallet.chain, to: request.address, data, gas, ...valueOf(request) });
  } catch (error) {
    throw walletErrorOf(error, whatOf(request)) ?? error;
  }
}

/** Signing here gives the hash before the sending: an answer that got lost is no doubt about what was sent. */
async function sendSigned(sender: Sender, account: Extract<Account, { type: 'local' }>, request: AnySend): Promise<Sent> {
  const data = encode(request);
  const gas = await estimateGas(sender, data, request);
  const chainId = sender.wallet.chain?.id ?? (await sender.client.getChainId());
  for (let attempt = 1; ; attempt++) {
    const nonce = await sender.client.getTransactionCount({ address: account.address, blockTag: 'pending' });
    const fees = await boostedFees(sender.client, request.feeBoostPercent ?? 0);
    const signed = await account.signTransaction({ type: 'eip1559', chainId, nonce, to: request.address, data, gas, ...valueOf(request), ...fees });
    const hash = keccak256(signed);
    try {
      await sendRaw(sender.client, signed, hash);
      return { hash, signed };
    } catch (error) {
      if (attempt >= NONCE_TRIES || !isNonceError(error)) throw error;
    }
  }
}

/** The pool repeats it while the RPC fails: the same signed bytes happen once. A node that has them already refuses them, and knows the hash. */
async function sendRaw(client: PublicClient, signed: Hex, hash: Hex): Promise<void> {
  try {
    await client.sendRawTransaction({ serializedTransaction: signed });
  } catch (error) {
    if (!(await isKnown(client, hash))) throw error;
  }
}

async function boostedFees(client: PublicClient, boostPercent: number): Promise<{ maxFeePerGas: bigint; maxPriorityFeePerGas: bigint }> {
  const fees = await client.estimateFeesPerGas();
  const raise = (fee: bigint): bigint => fee + (fee * BigInt(Math.round(boostPercent))) / 100n;
  return { maxFeePerGas: raise(fees.maxFeePerGas), maxPriorityFeePerGas: raise(fees.maxPriorityFeePerGas) };
}

/** The transaction arrived although its sending seemed to fail. */
async function isKnown(client: PublicClient, hash: Hex): Promise<boolean> {
  return client.getTransaction({ hash }).then(
    () => true,
    () => false,
  );
}

function isNonceError(error: unknown): boolean {
  const text = error instanceof BaseError ? `${error.shortMessage} ${error.details}` : String(error);
  return /nonce too low|nonce too high|replacement transaction|already known|Expected nonce/i.test(text);
}

/** The state changed between simulation and block: the same call on the new state usually says why. */
async function explainRevert(sender: Sender, request: AnySend, receipt: TransactionReceipt): Promise<never> {
  await simulate(sender, request);
  throw new ChainError('TRANSACTION_REVERTED', `Transaction ${receipt.transactionHash} (${whatOf(request)}) was reverted.`, {
    retryable: true,
    details: { hash: receipt.transactionHash, blockNumber: receipt.blockNumber, gasUsed: receipt.gasUsed },
    nextStep: 'The chain changed in between: try again.',
  });
}

function whatOf({ what, functionName }: AnySend): string {
  return what ?? functionName;
}

function encode(request: AnySend): Hex {
  return encodeFunctionData({ abi: request.abi, functionName: request.functionName, args: request.args ?? [] });
}

function valueOf(request: AnySend): { value?: bigint } {
  return request.value === undefined ? {} : { value: request.value };
}
