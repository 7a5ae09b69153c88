/** Heavy nodes that keep public names, and what owners and strangers send them. */
import { keccak256, stringToHex, zeroHash } from 'viem';
import type { Hex } from 'viem';
import type { Chain } from '../../../offchain/chain/types.ts';
import { requestJson } from '../../../offchain/wire/http-client.ts';
import { nameKey } from '../../../offchain/wire/named-name.ts';
import { RecordReply, RecordStored, VersionsReply } from '../../../offchain/wire/named-messages.ts';
import { type NamedRecord, messageOf, recordHash, summaryOf } from '../../../offchain/wire/named-record.ts';
import { signTyped } from '../../../offchain/wire/typed-data.ts';
import { addressOf } from '../../support/holdfast.ts';
import { askMatch, matchRequest, openMatch, startNetwork, until } from '../support.ts';
import type { Network } from '../support.ts';

export type Heavy = Awaited<ReturnType<Network['heavy']>>;

/** Nothing is audited or matched meanwhile; names are looked after ten times a second. */
export const QUICK = { p2p: { enabled: false }, watches: false, records: { everyMs: 100, probeMs: 200, refreshMs: 2_000, dropAfterMs: 300 } } as const;

/** A chain, heavy nodes, and two creators who once opened an agreement. */
export async function startNamed(count: number): Promise<{ network: Network; heavies: Heavy[]; creator: Chain; rival: Chain }> {
  const network = await startNetwork();
  const heavies: Heavy[] = [];
  for (let i = 0; i < count; i++) heavies.push(await network.heavy(QUICK));
  const [first] = heavies as [Heavy];
  const providers = [];
  for (const region of [1, 2]) providers.push(await network.provider({ parent: first.id, region, p2p: { enabled: false } }));
  const creators: Chain[] = [];
  for (let i = 0; i < 2; i++) {
    const { chain } = await network.account();
    // A provider that has just started may not have been seen yet.
    const match = await until('a match', async () => askMatch(first.url, await matchRequest(chain, { k: 1, m: 1 })).catch(() => undefined));
    await openMatch(chain, match);
    creators.push(chain);
  }
  const [creator, rival] = creators as [Chain, Chain];
  await Promise.all(providers.map((provider) => provider.stop()));
  return { network, heavies, creator, rival };
}

export async function makeRecord(chain: Chain, name: string, changes: Partial<NamedRecord> & { readonly text?: string } = {}): Promise<{ key: Hex; record: NamedRecord; hash: Hex }> {
  const { text = 'content', signature, ...rest } = changes;
  const contentId = `bafkrei${'a'.repeat(52)}`;
  const root = keccak256(stringToHex(text));
  const location = {
    v: 1, contentId, root, sizeBytes: 6, created: 1_700_000_000, segments: [],
    manifest: { agreement: 1, bundle: 0, sizeBytes: 6, chunks: [{ chunkId: root, size: 6, method: 0, agreement: 1, bundle: 0, batch: 0, offset: 0, storedSize: 6 }] },
    keys: [{ agreement: 1, bundle: 0, batch: 0, keys: zeroHash }], storages: [{ agreement: 1, k: 1, m: 1, batchLog2: 16, slots: [] }],
  };
  const unsigned = { name, tenure: 1, owner: addressOf(chain), version: 1, parents: [], contentId, root, created: 1_700_000_000, expiry: 0, value: JSON.stringify({ kind: 'object', location }), ...rest };
  const message = messageOf(summaryOf({ ...unsigned, signature: '0x' }));
  const record = { ...unsigned, signature: signature ?? (await signTyped(chain.account!, chain.domain, 'PublicName', message)) };
  return { key: nameKey(name), record, hash: recordHash(chain.domain, message) };
}

export function putRecord(url: string, { key, record }: { readonly key: Hex; readonly record: NamedRecord }, copy = false): Promise<RecordStored> {
  return requestJson(`${url}/records/${key}${copy ? '?copy=1' : ''}`, { method: 'PUT', body: record, schema: RecordStored });
}

/** What the node itself has; undefined: nothing. `query`: "&version=1". */
export async function recordAt(url: string, key: Hex, query = ''): Promise<RecordReply | undefined> {
  return requestJson(`${url}/records/${key}?local=1${query}`, { schema: RecordReply }).catch((error: unknown) => {
    if ((error as { code?: string }).code === 'NO_SUCH_NAME') return undefined;
    throw error;
  });
}

export async function versionsAt(url: string, key: Hex): Promise<VersionsReply['versions']> {
  return (await requestJson(`${url}/records/${key}/versions`, { schema: VersionsReply })).versions;
}
