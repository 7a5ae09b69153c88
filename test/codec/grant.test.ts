import { createCipheriv, createPrivateKey, createPublicKey, diffieHellman, hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hex, utf8 } from '../../offchain/codec/bytes.ts';
import { EMPTY_CATALOG, decodeCatalog, encodeCatalog, generationOf, withReplaced, withVersion } from '../../offchain/codec/catalog.ts';
import { keysForMark, keysOfGeneration } from '../../offchain/codec/generations.ts';
import { type Grant, decodeGrant, encodeGrant } from '../../offchain/codec/grant.ts';
import { isWeakKey, linkKey, openBody, publicKeyOf, sealBody, unwrapKey, wrapKey } from '../../offchain/codec/grant-box.ts';
import { deriveKeys, sharingKeys } from '../../offchain/codec/keys.ts';
import { type Manifest, contentRoot } from '../../offchain/codec/manifest.ts';
import { openRecord } from '../../offchain/codec/open-record.ts';
import { nodePlatform as platform } from '../../offchain/codec/platform-node.ts';
import { chunkIdOf } from '../../offchain/codec/record.ts';
import { CID } from 'multiformats/cid';
import { makeRecord } from './make-record.ts';

const vectors = JSON.parse(readFileSync(new URL('../vectors/grants.json', import.meta.url), 'utf8')) as Record<string, string>;
const fill = (byte: number, sizeBytes = 32) => new Uint8Array(sizeBytes).fill(byte);
const parties = { from: fill(0xaa, 20), to: fill(0xbb, 20) };

async function sample(): Promise<Grant> {
  const chunks = [{ chunkId: fill(7), size: 6, method: 0 as const, agreement: 7, bundle: 2, batch: 0, offset: 42, storedSize: 42 }];
  const tree = { visibility: 'private' as const, entries: [{ kind: 'file' as const, path: 'hello.txt', mode: 0o644, mtimeMs: 1_700_000_000_000, size: 6, chunks: [0] }], chunks };
  const manifest: Manifest = { v: 1, name: 'hello', created: 1_700_000_000_000, parent: null, contentId: null, root: contentRoot(tree), ...tree };
  return { label: 'hello', objects: [{ version: 3, manifest, keys: fill(9) }], batches: [{ agreement: 7, bundle: 2, batch: 0, keys: fill(8) }] };
}

describe('grants', () => {
  it('are frozen byte for byte', async () => {
    const { exchange, notes } = await sharingKeys(platform, fill(1));
    const wrapped = await wrapKey(platform, { publicKey: publicKeyOf(exchange), parties, bodyKey: fill(5), ephemeral: fill(6) });
    const { content } = await deriveKeys(platform, fill(1));
    const third = await keysOfGeneration(content, 3);
    expect({
      exchange: hex(exchange), publicKey: hex(publicKeyOf(exchange)), notes: hex(notes), wrapped: hex(wrapped), linkKey: hex(await linkKey(platform, fill(2), fill(3))),
      generation3ChunkKey: hex(third.chunkKey), generation3ChunkId: hex(third.chunkId), generation3KeyCheck: hex(third.keyCheck), grant: hex(encodeGrant(await sample())),
    }).toEqual(vectors);
  });

  it('are closed as OpenSSL\'s X25519, HKDF and GCM close them', async () => {
    const derive = (ikm: Uint8Array, info: Uint8Array) => new Uint8Array(hkdfSync('sha256', ikm, 'holdfast/1', info, 32));
    const exchange = derive(fill(1), Buffer.from('share-x25519'));
    const secret = (bytes: Uint8Array) => createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), bytes]), format: 'der', type: 'pkcs8' });
    const publicBytes = (bytes: Uint8Array) => createPublicKey(secret(bytes)).export({ format: 'der', type: 'spki' }).subarray(-32);
    const shared = diffieHellman({ privateKey: secret(fill(6)), publicKey: createPublicKey(secret(exchange)) });
    const key = derive(shared, Buffer.concat([Buffer.from('grant-wrap'), publicBytes(fill(6)), publicBytes(exchange), parties.from, parties.to]));
    const cipher = createCipheriv('aes-256-gcm', key, Buffer.alloc(12));
    const wrapped = Buffer.concat([publicBytes(fill(6)), cipher.update(fill(5)), cipher.final(), cipher.getAuthTag()]);
    expect(wrapped.toString('hex')).toBe(vectors['wrapped']);
    expect(hex(derive(fill(2), Buffer.concat([Buffer.from('grant-link'), fill(3)])))).toBe(vectors['linkKey']);
    const generation = derive(derive(fill(1), Buffer.from('rekey')), Buffer.concat([Buffer.from('generation'), Buffer.from([3, 0, 0, 0])]));
    expect(hex(derive(generation, Buffer.from('chunk-key')))).toBe(vectors['generation3ChunkKey']);
  });

  it('come back as they were, and every cut or flipped bit is refused', async () => {
    const bytes = encodeGrant(await sample());
    expect(decodeGrant(bytes)).toEqual(await sample());
    for (let length = 0; length < bytes.length; length += 7) expect(() => decodeGrant(bytes.slice(0, length))).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
    const sealed = await sealBody(platform, fill(4), bytes);
    expect(await openBody(platform, fill(4), sealed)).toEqual(bytes);
    for (let at = 0; at < sealed.length; at += 11) await expect(openBody(platform, fill(4), sealed.with(at, (sealed[at] ?? 0) ^ 1))).rejects.toMatchObject({ code: 'MALFORMED' });
  });

  it('that name paths outside, other roots, or no bundle are refused', async () => {
    const good = await sample();
    const object = good.objects[0]!;
    const refused = (manifest: Manifest, keys = object.keys) => expect(() => decodeGrant(encodeGrant({ ...good, objects: [{ version: 1, manifest, keys }] }))).toThrow(expect.objectContaining({ code: expect.stringMatching(/MALFORMED|UNSAFE_PATH/) as string }));
    refused({ ...object.manifest, root: fill(1) });
    refused({ ...object.manifest, entries: object.manifest.entries.map((entry) => ({ ...entry, path: '../up' })) });
    refused({ ...object.manifest, chunks: object.manifest.chunks.map((chunk) => ({ ...chunk, bundle: null })) });
    refused(object.manifest, fill(9, 64));
  });

  it('open for the one secret and the one pair of addresses', async () => {
    const secret = fill(0x11);
    const wrapped = await wrapKey(platform, { publicKey: publicKeyOf(secret), parties, bodyKey: fill(5) });
    expect(await unwrapKey(platform, { secret, parties, wrapped })).toEqual(fill(5));
    const refused = { code: 'MALFORMED' };
    await expect(unwrapKey(platform, { secret: fill(0x12), parties, wrapped })).rejects.toMatchObject(refused);
    await expect(unwrapKey(platform, { secret, parties: { ...parties, from: fill(1, 20) }, wrapped })).rejects.toMatchObject(refused);
    await expect(unwrapKey(platform, { secret, parties, wrapped: wrapped.with(40, 1 ^ wrapped[40]!) })).rejects.toMatchObject(refused);
    await expect(unwrapKey(platform, { secret, parties, wrapped: wrapped.slice(1) })).rejects.toMatchObject(refused);
  });

  it('are never wrapped to, or unwrapped from, a point of low order', async () => {
    const points = ['00'.repeat(32), `01${'00'.repeat(31)}`, 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800', '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157', `ec${'ff'.repeat(30)}7f`, `ed${'ff'.repeat(30)}7f`];
    for (const text of points) {
      const publicKey = new Uint8Array(Buffer.from(text, 'hex'));
      expect(isWeakKey(publicKey)).toBe(true);
      await expect(wrapKey(platform, { publicKey, parties, bodyKey: fill(5) })).rejects.toMatchObject({ code: 'MALFORMED' });
      const wrapped = new Uint8Array(80);
      wrapped.set(publicKey);
      await expect(unwrapKey(platform, { secret: fill(1), parties, wrapped })).rejects.toMatchObject({ code: 'MALFORMED' });
    }
    expect(isWeakKey(publicKeyOf(fill(3)))).toBe(false);
  });
});

describe('a chunk\'s own key', () => {
  it('opens that chunk and no other one', async () => {
    const { content } = await deriveKeys(platform, fill(1));
    const records = await Promise.all(['one', 'two'].map(async (text) => {
      const plain = utf8(text);
      return makeRecord(platform, { keys: content, chunkId: await chunkIdOf(platform, content, plain), plain });
    }));
    const [one, two] = records as [(typeof records)[number], (typeof records)[number]];
    const keys = { chunk: await platform.hmacSha256(content.chunkKey, one.chunkId) };
    expect(await openRecord(platform, { ...one, keys })).toEqual(utf8('one'));
    await expect(openRecord(platform, { ...two, keys })).rejects.toMatchObject({ code: 'CORRUPT_RECORD' });
    await expect(openRecord(platform, { ...one, chunkId: two.chunkId, keys })).rejects.toMatchObject({ code: 'CORRUPT_RECORD' });
  });
});

describe('generations of keys', () => {
  it('are found again by a record\'s mark, and open nothing of each other', async () => {
    const { content } = await deriveKeys(platform, fill(1));
    const second = await keysOfGeneration(content, 2);
    const plain = utf8('again');
    const chunkId = await chunkIdOf(platform, second, plain);
    expect(chunkId).not.toEqual(await chunkIdOf(platform, content, plain));
    const record = await makeRecord(platform, { keys: second, chunkId, plain });
    // With the master key's content keys alone: the mark tells which generation it is.
    expect(await openRecord(platform, { ...record, keys: content })).toEqual(plain);
    expect(await keysForMark(content, second.keyCheck.slice(0, 4))).toBe(second);
    const { content: stranger } = await deriveKeys(platform, fill(2));
    await expect(openRecord(platform, { ...record, keys: stranger })).rejects.toMatchObject({ code: 'WRONG_KEY' });
    await expect(openRecord(platform, { ...record, keys: await keysOfGeneration(content, 1) })).rejects.toMatchObject({ code: 'WRONG_KEY' });
  });

  it('stay with the versions of a catalog, which is as it was without them', async () => {
    const contentId = CID.createV1(0x55, (await import('multiformats/hashes/digest')).create(0x12, fill(1))).toString();
    const ref = { visibility: 'private' as const, contentId, root: fill(1), created: 5, size: 6, agreement: 1, bundle: 2, chunks: [{ chunkId: fill(7), size: 6, method: 0 as const, agreement: 1, bundle: 2, batch: 0, offset: 0, storedSize: 42 }] };
    const plain = withVersion(withVersion(EMPTY_CATALOG, 'a', ref), 'a', { ...ref, created: 6 });
    expect(generationOf(plain, 'a')).toBe(0);
    const next = withReplaced(plain, 'a', 0, ref, 4);
    expect(decodeCatalog(encodeCatalog(next))).toEqual(next);
    expect(generationOf(next, 'a')).toBe(4);
    expect(next.names.get('a')?.map((version) => version.kind === 'stored' && version.generation)).toEqual([4, undefined]);
    expect(() => withReplaced(plain, 'a', 2, ref, 1)).toThrow(/no version 3/);
  });
});
