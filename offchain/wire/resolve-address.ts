/** Which IP addresses a node's URL stands for. Pages cannot resolve names: there only addresses that are written in the URL are known. */
import { isNode } from './http-node.ts';
import { isIp } from './ip-text.ts';

export type Resolver = (host: string) => Promise<readonly string[]>;

/** Names lead to more addresses than anybody needs only when somebody wants to be found in many networks. */
const ADDRESSES_MAX = 8;
const LOOKUP_MS = 3_000;

/** None when it is no URL, or its name does not resolve in time. */
export async function addressesOf(url: string, resolver: Resolver = resolveHost): Promise<readonly string[]> {
  if (!URL.canParse(url)) return [];
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  if (isIp(host)) return [host];
  return (await resolver(host).catch(() => [])).slice(0, ADDRESSES_MAX);
}

async function resolveHost(host: string): Promise<readonly string[]> {
  if (!isNode) return [];
  const { lookup } = process.getBuiltinModule('node:dns/promises');
  const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error(`${host} was not resolved in time`)), LOOKUP_MS).unref());
  return (await Promise.race([lookup(host, { all: true }), late])).map(({ address }) => address);
}
