/**
 * Who owns a public name, by the chain alone. A deed is an Approval of the token, without any amount, for the address that the name's key ends in: nobody has that
 * address's key, so it moves nothing. But it is a lasting, ordered note in the chain's log that is found by the name, costs one small transaction and needs no contract.
 */
import { getAddress, getAbiItem, isAddressEqual, numberToHex, size, slice } from 'viem';
import type { Address, Hex } from 'viem';
import { tokenAbi } from './generated/abi.ts';
import { readLogs } from './logs.ts';
import type { Chain } from './types.ts';

const APPROVAL = getAbiItem({ abi: tokenAbi, name: 'Approval' });
/** Younger blocks may still be replaced by others: they are read again. */
const SETTLED_BLOCKS = 64n;
/** Names whose deeds are remembered. */
const NAMES_KEPT = 4_096;

interface Deed {
  readonly from: Address;
  /** 0: a claim. Else the address of the next owner, as a number. */
  readonly value: bigint;
  readonly block: bigint;
}

interface Known {
  readonly deeds: readonly Deed[];
  /** Everything up to here is in `deeds`. */
  readonly block: bigint;
}

/** `key`: of the name, 32 bytes. */
function addressOf(key: Hex): Address {
  return getAddress(slice(key, 12, 32));
}

/** Owners in their order: the first who claimed the name, then whoever each one handed it to. Other notes say nothing. */
export function ownersOf(deeds: readonly { readonly from: Address; readonly value: bigint }[]): Address[] {
  const owners: Address[] = [];
  for (const { from, value } of deeds) {
    const owner = owners.at(-1);
    if (owner === undefined) {
      if (value === 0n) owners.push(from);
    } else if (isAddressEqual(owner, from) && value > 0n && size(numberToHex(value)) <= 20) {
      owners.push(getAddress(numberToHex(value, { size: 20 })));
    }
  }
  return owners;
}

/** The deeds of names as the chain's log has them; a question about a known name reads its newest blocks only. */
export class NameDeeds {
  readonly #chain: Chain;
  readonly #known = new Map<string, Known>();

  constructor(chain: Chain) {
    this.#chain = chain;
  }

  /** Owner of tenure 1 first; empty for a free name. @throws RpcUnavailableError */
  async owners(key: Hex): Promise<Address[]> {
    const { fromBlock } = this.#chain.deployment;
    const known = this.#known.get(key) ?? { deeds: [], block: fromBlock - 1n };
    const last = await this.#chain.ask('the latest block', (client) => client.getBlockNumber());
    const deeds = [...known.deeds, ...(await this.#read(key, known.block + 1n, last))];
    const settled = last > SETTLED_BLOCKS + fromBlock ? last - SETTLED_BLOCKS : fromBlock - 1n;
    this.#known.delete(key);
    this.#known.set(key, { deeds: deeds.filter(({ block }) => block <= settled), block: settled > known.block ? settled : known.block });
    const oldest = this.#known.keys().next().value;
    if (this.#known.size > NAMES_KEPT && oldest !== undefined) this.#known.delete(oldest);
    return ownersOf(deeds);
  }

  /** In one question where the RPC takes it: these logs are few, however long the range. Else in portions. */
  async #read(key: Hex, fromBlock: bigint, toBlock: bigint): Promise<Deed[]> {
    const request = { event: APPROVAL, address: this.#chain.deployment.token, args: { spender: addressOf(key) }, fromBlock, toBlock } as const;
    const whole = fromBlock > toBlock ? [] : await this.#chain.public.getLogs({ ...request, strict: true }).catch(() => undefined);
    const logs = whole ?? (await readLogs(this.#chain, request));
    return logs.map(({ args, blockNumber }) => ({ from: args.owner, value: args.value, block: blockNumber }));
  }
}

/** Claims a free name for the chain's account. Whether it was the first one is seen afterwards. @throws InsufficientFundsError, RpcUnavailableError */
export async function claimName(chain: Chain, key: Hex): Promise<{ gasUsed: bigint; hash: Hex }> {
  return note(chain, key, 0n);
}

/** Makes `to` the owner; only the present owner's note counts. */
export async function handOverName(chain: Chain, key: Hex, to: Address): Promise<{ gasUsed: bigint; hash: Hex }> {
  return note(chain, key, BigInt(to));
}

async function note(chain: Chain, key: Hex, value: bigint): Promise<{ gasUsed: bigint; hash: Hex }> {
  const { gasUsed, transactionHash } = await chain.send({ address: chain.deployment.token, abi: tokenAbi, functionName: 'approve', args: [addressOf(key), value] });
  return { gasUsed, hash: transactionHash };
}
