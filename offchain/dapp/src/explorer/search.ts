/** What a visitor may look for in one field: pure; `look` asks the chain which of several things a number is. */
import { getAddress, isAddress } from 'viem';
import type { Address, Hex } from 'viem';
import { normaliseName } from '../../../wire/named-name.ts';
import { nodeIdOf } from '../../../chain/node-id-of.ts';
import { readNode } from '../../../chain/read-node.ts';
import type { Chain } from '../../../chain/types.ts';
import { marketAbi, registryAbi } from '../../../chain/generated/abi.ts';

export type Wanted =
  | { readonly kind: 'address'; readonly address: Address }
  | { readonly kind: 'hash'; readonly hash: Hex }
  | { readonly kind: 'name'; readonly name: string }
  /** `of`: which number it is, where the visitor said it: `provider 7`, `agreement #3`, `block 120`. */
  | { readonly kind: 'number'; readonly number: number; readonly of: NumberOf | undefined }
  | { readonly kind: 'nothing'; readonly why: string };

export type NumberOf = 'agreement' | 'provider' | 'heavy' | 'epoch' | 'block';

const WORDS: Readonly<Record<string, NumberOf>> = {
  agreement: 'agreement', a: 'agreement', provider: 'provider', node: 'provider', p: 'provider', heavy: 'heavy', 'heavy node': 'heavy', h: 'heavy', epoch: 'epoch', e: 'epoch', block: 'block', b: 'block',
};
const LENGTH_MAX = 600;
const NUMBER_MAX = 2 ** 32 - 1;

export function parseSearch(text: string): Wanted {
  const wanted = text.trim();
  if (wanted === '') return { kind: 'nothing', why: 'Write an address, a transaction, a number of an agreement or a provider, or a public name such as /a.com/izone.mp4.' };
  if (wanted.length > LENGTH_MAX) return { kind: 'nothing', why: 'That is longer than anything that can be found here.' };
  if (/^0x[0-9a-f]{64}$/i.test(wanted)) return { kind: 'hash', hash: wanted.toLowerCase() as Hex };
  if (isAddress(wanted, { strict: false })) return { kind: 'address', address: getAddress(wanted) };
  if (wanted.startsWith('/')) {
    try {
      return { kind: 'name', name: normaliseName(wanted) };
    } catch (error) {
      return { kind: 'nothing', why: error instanceof Error ? error.message : String(error) };
    }
  }
  const match = /^(?:([a-z ]+?)\s*)?#?\s*([0-9]{1,10})$/i.exec(wanted);
  const of = WORDS[match?.[1]?.toLowerCase() ?? ''];
  const number = Number(match?.[2] ?? Number.NaN);
  if (match !== null && number <= NUMBER_MAX && (match[1] === undefined || of !== undefined)) return { kind: 'number', number, of };
  if (/^0x/i.test(wanted)) return { kind: 'nothing', why: `An address has 40 hexadecimal digits and a transaction 64; this has ${wanted.length - 2}.` };
  return { kind: 'nothing', why: 'That is no address, transaction, number or public name. A public name begins with a slash.' };
}

export interface Hit {
  readonly href: string;
  readonly title: string;
}

/** Where to go; several where a number is the number of several things. Empty: nothing is there. @throws RpcUnavailableError */
export async function look(chain: Chain, wanted: Wanted): Promise<Hit[]> {
  switch (wanted.kind) {
    case 'nothing': return [];
    case 'name': return [{ href: namePath(wanted.name), title: `The public name ${wanted.name}` }];
    case 'hash': return lookHash(chain, wanted.hash);
    case 'address': return lookAddress(chain, wanted.address);
    case 'number': return lookNumber(chain, wanted);
  }
}

async function lookHash(chain: Chain, hash: Hex): Promise<Hit[]> {
  const [transaction, block] = await Promise.all([
    chain.public.getTransaction({ hash }).catch(() => undefined),
    chain.public.getBlock({ blockHash: hash }).catch(() => undefined),
  ]);
  if (block !== undefined && block.number !== null && transaction === undefined) return [{ href: `/explorer/blocks/${block.number}`, title: `Block ${block.number}` }];
  return [{ href: `/explorer/transactions/${hash}`, title: 'The transaction' }];
}

async function lookAddress(chain: Chain, address: Address): Promise<Hit[]> {
  const hits: Hit[] = [{ href: `/explorer/addresses/${address}`, title: 'The address' }];
  const id = await nodeIdOf(chain, address);
  if (id !== undefined) hits.push(nodeHit(await readNode(chain, id)));
  return hits;
}

async function lookNumber(chain: Chain, { number, of }: { readonly number: number; readonly of: NumberOf | undefined }): Promise<Hit[]> {
  const { market, registry } = chain.deployment;
  const [agreements, nodes, head] = await Promise.all([
    chain.read({ address: market, abi: marketAbi, functionName: 'agreementCount' }),
    chain.read({ address: registry, abi: registryAbi, functionName: 'nodeCount' }),
    chain.ask('the latest block', (client) => client.getBlockNumber()),
  ]);
  const asks = (one: NumberOf): boolean => of === undefined || of === one;
  const hits: Hit[] = [];
  if (asks('agreement') && number >= 1 && number <= agreements) hits.push({ href: `/explorer/agreements/${number}`, title: `Agreement ${number}` });
  if ((asks('provider') || asks('heavy')) && number >= 1 && number <= nodes) hits.push(nodeHit(await readNode(chain, number)));
  if (of === 'epoch') hits.push({ href: `/explorer/epochs/${number}`, title: `Epoch ${number}` });
  if (asks('block') && BigInt(number) <= head) hits.push({ href: `/explorer/blocks/${number}`, title: `Block ${number}` });
  return hits;
}

function nodeHit({ id, tier }: { readonly id: number; readonly tier: string }): Hit {
  return tier === 'heavy' ? { href: `/explorer/heavy-nodes/${id}`, title: `Heavy node ${id}` } : { href: `/explorer/providers/${id}`, title: `Provider ${id}` };
}

/** Slashes stay readable; everything that an address bar would misread is escaped. */
export function namePath(name: string): string {
  return `/explorer/names?name=${encodeURIComponent(name)}`;
}
