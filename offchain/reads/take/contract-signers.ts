/** Vouchers of accounts that are contracts (ERC-1271). The chain is asked, and strangers can cause the question: so it is bounded, cached and short of gas. */
import { encodeFunctionData, parseAbi, size } from 'viem';
import type { Address, Hex } from 'viem';
import { RpcUnavailableError } from '../../chain/chain-errors.ts';
import type { Chain } from '../../chain/types.ts';
import { expandSignature } from '../../wire/compact-signature.ts';
import { UnavailableError } from '../../wire/http-errors.ts';
import { createRates } from '../../wire/rates.ts';

const ABI = parseAbi(['function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)']);
/** What `isValidSignature` answers, and all it may answer, for a signature that it takes: as 32 bytes. */
const ACCEPTED: Hex = `0x1626ba7e${'0'.repeat(56)}`;
/** The question and its calldata, and 40,000 for the contract's own work: a redemption of many leaves a voucher not much more. */
const CALL_GAS = 65_000n;
const CALLS_AT_ONCE = 8;
/** New vouchers of one signer: a fast reader's pieces. */
const PER_SIGNER = { perSecond: 32, burst: 64, maxKeys: 1_024 };
/** An answer counts for this long, good or bad; a signer may become a contract, and a contract may change its owner. */
const KEPT_MS = 10_000;
const KEPT_MAX = 4_096;

export interface ContractSignersOptions {
  readonly chain: Chain;
  readonly nowMs: () => number;
}

export class ContractSigners {
  readonly #options: ContractSignersOptions;
  readonly #rates: ReturnType<typeof createRates>;
  readonly #known = new Map<string, { readonly answer: Promise<boolean>; readonly untilMs: number }>();
  #calls = 0;

  constructor(options: ContractSignersOptions) {
    this.#options = options;
    this.#rates = createRates({ ...PER_SIGNER, nowMs: options.nowMs });
  }

  /** @throws UnavailableError BUSY, or while the chain is away */
  async accepts(signer: Address, digest: Hex, signature: Hex): Promise<boolean> {
    if (!(await this.#once(`code/${signer}`, () => this.#hasCode(signer)))) return false;
    return this.#once(`${signer}/${digest}/${signature}`, () => this.#asks(signer, digest, signature));
  }

  /** `ask` throws at once what shall not be kept. */
  #once(key: string, ask: () => Promise<boolean>): Promise<boolean> {
    const nowMs = this.#options.nowMs();
    const known = this.#known.get(key);
    if (known !== undefined && known.untilMs > nowMs) return known.answer;
    const answer = ask();
    for (const oldest of this.#known.keys()) {
      if (this.#known.size < KEPT_MAX) break;
      this.#known.delete(oldest);
    }
    this.#known.delete(key);
    this.#known.set(key, { answer, untilMs: nowMs + KEPT_MS });
    // Kept too: some chains call it their own failure when a contract uses up its gas, and are asked over and over for that.
    answer.catch(() => undefined);
    return answer;
  }

  #hasCode(signer: Address): Promise<boolean> {
    return this.#call(async () => {
      const code = await this.#options.chain.ask('whether a signer is a contract', (client) => client.getCode({ address: signer }));
      return code !== undefined && size(code) > 0;
    });
  }

  #asks(signer: Address, digest: Hex, signature: Hex): Promise<boolean> {
    if (!this.#rates.take(signer.toLowerCase())) throw busy('This node asks a contract about so many vouchers a second and no more.');
    const data = encodeFunctionData({ abi: ABI, functionName: 'isValidSignature', args: [digest, expandSignature(signature)] });
    return this.#call(async () => {
      const answer = await this.#options.chain.ask('whether a contract accepts a voucher', (client) => client.call({ to: signer, data, gas: CALL_GAS })).catch(refused);
      return answer?.data === ACCEPTED;
    });
  }

  #call(question: () => Promise<boolean>): Promise<boolean> {
    if (this.#calls >= CALLS_AT_ONCE) throw busy('This node asks about as many vouchers of contracts as it can at once.');
    this.#calls += 1;
    return question().finally(() => (this.#calls -= 1));
  }
}

/** It reverted, or wanted more gas: that is its answer. @throws RpcUnavailableError */
function refused(error: unknown): undefined {
  if (error instanceof RpcUnavailableError) throw error;
}

function busy(sentence: string): UnavailableError {
  return new UnavailableError(sentence, { code: 'BUSY', details: { retryAfterSeconds: 1 }, nextStep: 'Wait a moment and ask again.' });
}
