import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Hex, bytesToHex, hexToBytes } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createChain } from '../../offchain/chain/client.ts';
import type { Client } from '../../offchain/client/client.ts';
import { get } from '../../offchain/client/get.ts';
import { list } from '../../offchain/client/list.ts';
import { createPublicReader } from '../../offchain/client/named/public-reader.ts';
import { put } from '../../offchain/client/put.ts';
import { restoreManifest } from '../../offchain/client/restore-manifest.ts';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import { acceptGrant, listReceived, openReceived } from '../../offchain/client/share/accept.ts';
import { fetchShared } from '../../offchain/client/share/fetch-shared.ts';
import { openBook } from '../../offchain/client/share/book.ts';
import { fetchLink } from '../../offchain/client/share/fetch-link.ts';
import { openLink } from '../../offchain/client/share/open-link.ts';
import { addToGroup, listGroups, removeFromGroup } from '../../offchain/client/share/groups.ts';
import { decodeText, encodeText } from '../../offchain/client/share/letter-text.ts';
import { linkText, parseLink } from '../../offchain/client/share/link.ts';
import { listShares } from '../../offchain/client/share/list-shares.ts';
import { sendLetter } from '../../offchain/client/share/mailbox.ts';
import { fetchGrant } from '../../offchain/client/share/fetch-grant.ts';
import { chunkKeysOf, readerOf } from '../../offchain/client/share/open-shared.ts';
import { refreshShares } from '../../offchain/client/share/refresh-shares.ts';
import { planRevoke, revoke } from '../../offchain/client/share/revoke.ts';
import { GRANT_PREFIX, share } from '../../offchain/client/share/share.ts';
import { findShareKey, publishShareKey } from '../../offchain/client/share/share-key.ts';
import { CARD_ID, Letter, mailboxKey, signLetter } from '../../offchain/wire/letter.ts';
import { rendezvous } from '../../offchain/wire/rendezvous.ts';
import { requestJson } from '../../offchain/wire/http-client.ts';
import { z } from 'zod';
import { type Liar, startLiar } from './named-liar.ts';
import { noise, writeTree } from './tree.ts';
import { type World, rentedClient, startWorld } from './world.ts';

let world: World;
let ada: Client;
let ben: Client;
let cleo: Client;
/** Somebody with an RPC address and nothing else. */
let stranger: ReturnType<typeof createPublicReader>;
/** A registered heavy node that says what a test lets it say. */
let liar: Liar;
const SECRET = noise('secret', 90_000);

beforeAll(async () => {
  world = await startWorld({ providers: 4 });
  ({ client: ada } = await rentedClient(world, { account: 12 }));
  ben = await world.client({ account: 13 });
  cleo = await world.client({ account: 14 });
  liar = await startLiar(await world.holdfast.as(18));
  stranger = createPublicReader(await createChain({ rpcUrls: [world.holdfast.rpcUrl], deployment: world.holdfast.deployment, pollMs: 50 }));
  await store('docs', { 'a.txt': 'for Ben', 'b.txt': 'for nobody', 'deep/c.bin': noise('c', 300_000) });
  await store('secret', { 'diary.bin': SECRET });
  for (const one of [ben, cleo]) await publishShareKey(one);
}, 60_000);
afterAll(async () => {
  await liar?.stop();
  await stranger?.close();
  await world?.stop();
});

const into = (name: string): string => join(world.folder, 'fetched', name);

async function store(name: string, files: Record<string, Uint8Array | string>) {
  const folder = join(world.folder, 'sources', name);
  await rm(folder, { recursive: true, force: true });
  return put(ada, { paths: [await writeTree(folder, files)], name });
}

const text = (folder: string, path: string) => readFile(join(into(folder), path), 'utf8');

describe('sharing with an address', () => {
  it('opens one path of one name to one wallet, found by its address, and nothing beside it', async () => {
    const shared = await share(ada, { target: { name: 'docs', isPrefix: false, path: 'a.txt' }, to: [ben.creator] });
    expect(shared).toMatchObject({ label: 'docs', objects: 1, sizeBytes: 7, given: [ben.creator], failed: [] });
    const [received] = await listReceived(ben);
    expect(received).toMatchObject({ id: shared.id, from: ada.creator, label: 'docs', objects: 1, sizeBytes: 7 });
    expect(await listReceived(cleo)).toEqual([]);
    const fetched = await fetchShared(ben, { share: shared.id, into: into('path') });
    expect(fetched).toMatchObject({ label: 'docs', objects: [{ name: 'docs', version: 1 }], restored: 1, bytes: 7, failed: [] });
    expect(await text('path', 'a.txt')).toBe('for Ben');

    // Its sibling lies in the same batch: its ciphertext can be unsealed, and not read.
    const grant = await openReceived(ben, await openBook(ben), shared.id);
    const keys = await ada.secrets.keys();
    const { readManifest } = await import('../../offchain/codec/decode.ts');
    const { findVersion } = await import('../../offchain/client/find-version.ts');
    const { ref } = await findVersion(ada, { name: 'docs' });
    const whole = await readManifest({ platform: ada.platform, keys, source: ada.reader.source() }, ref);
    const sibling = { ...whole, entries: whole.entries.filter(({ path }) => path === 'b.txt') };
    const [object] = grant.objects;
    const context = { ...ben, reader: readerOf(ben, grant), keys: null };
    await expect(restoreManifest({ ...context, chunkKeys: chunkKeysOf(object!) }, sibling, { name: 'b', into: into('sibling') })).rejects.toMatchObject({ code: 'RESTORE_FAILED', message: expect.stringContaining('key') as string });
    await expect(restoreManifest({ ...context, chunkKeys: () => ({ chunk: object!.keys.slice(0, 32) }) }, sibling, { name: 'b', into: into('sibling') })).rejects.toMatchObject({ code: 'RESTORE_FAILED' });
    // Another name lies in another bundle: not even that.
    const { ref: other } = await findVersion(ada, { name: 'secret' });
    const secret = await readManifest({ platform: ada.platform, keys, source: ada.reader.source() }, other);
    await expect(restoreManifest({ ...context, chunkKeys: () => ({ chunk: object!.keys.slice(0, 32) }) }, secret, { name: 's', into: into('sibling') })).rejects.toMatchObject({ code: 'RESTORE_FAILED', message: expect.stringContaining('is missing') as string });
  });

  it('says what to do when the other one has never published a key, or is yourself, or nothing is there', async () => {
    const nobody = '0x00000000000000000000000000000000000000f1';
    await expect(share(ada, { target: { name: 'docs', isPrefix: false }, to: [nobody] })).rejects.toMatchObject({ code: 'NO_SHARE_KEY', nextStep: expect.stringContaining('share-key') as string });
    expect((await listShares(ada)).filter(({ recipients }) => recipients.some(({ address }) => address.endsWith('f1')))).toEqual([]);
    await expect(share(ada, { target: { name: 'docs', isPrefix: false }, to: [ada.creator] })).rejects.toMatchObject({ code: 'BAD_RECIPIENT' });
    await expect(share(ada, { target: { name: 'doc', isPrefix: false }, to: [ben.creator] })).rejects.toMatchObject({ code: 'NOTHING_TO_SHARE' });
    await expect(share(ada, { target: { name: 'docs', isPrefix: false, path: 'z' }, to: [ben.creator] })).rejects.toMatchObject({ code: 'NOTHING_TO_SHARE' });
  });

  it('follows new versions of a prefix of names, keeps to one version where one is named, and takes grants by other ways', async () => {
    await store('trip/1', { 'one.txt': 'first' });
    await store('trip/2', { 'two.txt': 'second' });
    const all = await share(ada, { target: { name: 'trip/', isPrefix: true }, to: [ben.creator] });
    const first = await share(ada, { target: { name: 'trip/1', isPrefix: false, version: 1 }, to: [(await publishShareKey(cleo)).card] });
    expect(all).toMatchObject({ label: 'trip/*', objects: 2 });
    await store('trip/1', { 'one.txt': 'changed' });
    expect(await refreshShares(ada)).toEqual({ refreshed: [all.id], failed: [] });
    expect(await refreshShares(ada)).toEqual({ refreshed: [], failed: [] });
    await fetchShared(ben, { share: all.id.slice(0, 12), into: into('trip') });
    expect(await text('trip', 'trip%2F1/one.txt')).toBe('changed');
    expect(await text('trip', 'trip%2F2/two.txt')).toBe('second');
    // As a line of text, with the breaks that a mail puts in.
    const [grant] = first.grants;
    const broken = (grant?.text ?? '').replace(/.{60}/g, '$&\n');
    expect(await acceptGrant(cleo, { text: broken })).toMatchObject({ id: first.id, label: 'trip/1' });
    await fetchShared(cleo, { share: 'trip/1', into: into('first') });
    expect(await text('first', 'one.txt')).toBe('first');
    await expect(acceptGrant(ben, { text: broken })).rejects.toMatchObject({ code: 'BAD_GRANT', message: expect.stringContaining('is for') as string });
    await expect(acceptGrant(cleo, { text: (grant?.text ?? '').slice(0, -9) })).rejects.toMatchObject({ code: 'BAD_GRANT' });
  });

  it('finds all of it again on a machine with nothing but the wallet', async () => {
    const again = await world.client({ account: 12 });
    const mine = async (client: Client) => (await listShares(client)).map(({ id, target, recipients }) => ({ id, target, recipients }));
    expect(await mine(again)).toEqual(await mine(ada));
    const benAgain = await world.client({ account: 13 });
    expect(await listReceived(benAgain)).toEqual(await listReceived(ben));
  });

  it('is not disturbed by a wrong phrase on a new machine, which shuts out no right key there', async () => {
    const { publicKey } = await publishShareKey(ada);
    const mistaken = { account: 12, home: join(world.folder, 'mistaken'), recoveryPhrase: `${'test '.repeat(11)}junk` };
    const wrong = await world.client(mistaken);
    await expect(list(wrong)).rejects.toMatchObject({ code: 'WRONG_KEY' });
    await expect(listReceived(wrong)).rejects.toMatchObject({ code: 'WRONG_KEY' });
    await wrong.close();
    expect(bytesToHex(await findShareKey(stranger, ada.creator)), 'what is shared from now on is for the right key').toBe(publicKey);
    const right = await world.client({ account: 12, home: mistaken.home });
    expect((await list(right)).map(({ name }) => name)).toContain('docs');
    await right.close();
    await expect((await world.client(mistaken)).secrets.keys(), 'now it holds something of a key').rejects.toMatchObject({ code: 'WRONG_KEY' });
  });

  it('stores a grant that is too large for a letter in the network', async () => {
    await store('many', Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`${i}.txt`, noise(`many ${i}`, 40)])));
    const shared = await share(ada, { target: { name: 'many', isPrefix: false }, to: [ben.creator] });
    expect((await list(ada)).map(({ name }) => name)).toContain(`.holdfast/grants/${shared.id.slice(2, 18)}`);
    expect(await fetchShared(ben, { share: shared.id, into: into('many') })).toMatchObject({ restored: 500, failed: [] });
    expect(new Uint8Array(await readFile(join(into('many'), '499.txt')))).toEqual(noise('many 499', 40));
  });
});

describe('revoking', () => {
  it('stores anew under keys that the revoked one was never given, and the others read on', async () => {
    await store('plans', { 'old.txt': 'version one' });
    await store('plans', { 'old.txt': 'version one', 'new.txt': 'version two' });
    const shared = await share(ada, { target: { name: 'plans', isPrefix: false }, to: [ben.creator, cleo.creator] });
    const kept = await openReceived(ben, await openBook(ben), shared.id);
    const letter = Letter.parse(await decodeText(nodePlatform, GRANT_PREFIX, shared.grants.find(({ to }) => to === ben.creator)?.text ?? ''));
    const before = (await list(ada)).find(({ name }) => name === 'plans');
    const plan = await planRevoke(ada, { share: shared.id, from: [ben.creator] });
    expect(plan).toMatchObject({ from: [ben.creator], rekey: { names: ['plans'], versions: 2, generation: 1, locked: [] } });

    const revoked = await revoke(ada, { share: shared.id, from: [ben.creator] });
    expect(revoked).toMatchObject({ rekeyed: { versions: 2, kept: [] }, notes: [] });
    expect(revoked.rekeyed?.retired).toEqual(expect.arrayContaining([...(plan.rekey?.bundles ?? [])]));
    expect(revoked.renewed).toContain(shared.id);
    // Both versions are there, in their order, at their times, for their owner.
    const after = (await list(ada)).find(({ name }) => name === 'plans');
    expect(after?.versions.map(({ createdMs }) => createdMs)).toEqual(before?.versions.map(({ createdMs }) => createdMs));
    await get(ada, { name: 'plans', into: into('plans 2') });
    expect(await text('plans 2', 'new.txt')).toBe('version two');
    expect(await get(ada, { name: 'plans', version: 1, into: into('plans 1') })).toMatchObject({ restored: 1 });
    const elsewhere = await world.client({ account: 12 });
    expect(await get(elsewhere, { name: 'plans', into: into('plans anew') })).toMatchObject({ restored: 2, failed: [] });

    // Cleo goes on; Ben has neither the letter, nor the bytes for the keys that he kept.
    expect(await fetchShared(cleo, { share: shared.id, into: into('cleo plans') })).toMatchObject({ restored: 2 });
    expect((await listReceived(ben)).map(({ id }) => id)).not.toContain(shared.id);
    await expect(acceptGrant(ben, { text: await encodeText(nodePlatform, GRANT_PREFIX, letter) })).rejects.toMatchObject({ code: 'BAD_GRANT', message: expect.stringContaining('taken back') as string });
    const anew = await openReceived(cleo, await openBook(cleo), shared.id);
    const forBen = { ...ben, reader: readerOf(ben, { ...anew }), keys: null, chunkKeys: chunkKeysOf({ ...anew.objects[0]!, keys: kept.objects[0]!.keys }) };
    await expect(restoreManifest(forBen, anew.objects[0]!.manifest, { name: 'plans', into: into('stolen') })).rejects.toMatchObject({ code: 'RESTORE_FAILED' });
    // Even where a provider had kept the sealed bytes of the old bundle, the new ones are under other ids.
    expect(anew.objects[0]!.manifest.chunks.map(({ chunkId }) => bytesToHex(chunkId))).not.toContain(bytesToHex(kept.objects[0]!.manifest.chunks[0]!.chunkId));
    // A holder keeps the empty letter above the old one.
    await expect(sendLetter(ben, letter)).rejects.toMatchObject({ code: 'NO_HOLDER' });
    // What is stored from then on is under the new keys as well, and stored once.
    const third = await store('plans', { 'old.txt': 'version one', 'new.txt': 'version two', 'third.txt': '3' });
    expect(third.stats.dedupedBytes).toBe(22);
    expect(await refreshShares(ada)).toMatchObject({ refreshed: [shared.id] });
    expect(await fetchShared(cleo, { share: shared.id, into: into('cleo third') })).toMatchObject({ restored: 3 });
  });

  it('goes on where it was cut off', async () => {
    await store('cut', { 'x.txt': 'one' });
    await store('cut', { 'x.txt': 'two' });
    const shared = await share(ada, { target: { name: 'cut', isPrefix: false }, to: [ben.creator] });
    const ending = new AbortController();
    let commits = 0;
    const cut = revoke(ada, { share: shared.id, signal: ending.signal, onProgress: ({ stage }) => void (stage === 'send' && ++commits === 2 && ending.abort()) });
    await expect(cut).rejects.toMatchObject({ code: 'ABORTED' });
    expect((await listShares(ada)).find(({ id }) => id === shared.id)).toMatchObject({ isRekeying: true, recipients: [] });
    const elsewhere = await world.client({ account: 12 });
    expect(await revoke(elsewhere, { share: shared.id })).toMatchObject({ rekeyed: { kept: [] } });
    expect((await listShares(elsewhere)).map(({ id }) => id)).not.toContain(shared.id);
    expect(await get(elsewhere, { name: 'cut', version: 1, into: into('cut 1') })).toMatchObject({ restored: 1 });
    expect(await text('cut 1', 'x.txt')).toBe('one');
  });

  it('closes only later versions where the bytes are kept', async () => {
    await store('cheap', { 'x.txt': 'old' });
    const shared = await share(ada, { target: { name: 'cheap', isPrefix: false }, to: [ben.creator] });
    const kept = await openReceived(ben, await openBook(ben), shared.id);
    expect(await revoke(ada, { share: 'cheap', keepBytes: true })).toMatchObject({ rekeyed: null });
    expect(await fetchGrant(ben, kept, { into: into('cheap') })).toMatchObject({ restored: 1 });
    expect((await listReceived(ben)).map(({ id }) => id)).not.toContain(shared.id);
  });
});

describe('groups', () => {
  it('give what they have to who joins, and take it from who leaves', async () => {
    await store('team', { 'x.txt': 'for the team' });
    expect(await addToGroup(ada, { name: 'team', members: [ben.creator] })).toMatchObject({ members: [ben.creator], shares: [] });
    const shared = await share(ada, { target: { name: 'team', isPrefix: false }, groups: ['team'] });
    expect(shared.given).toEqual([ben.creator]);
    expect(await addToGroup(ada, { name: 'team', members: [cleo.creator] })).toMatchObject({ shares: [shared.id], failed: [] });
    expect(await fetchShared(cleo, { share: shared.id, into: into('cleo team') })).toMatchObject({ restored: 1 });
    const gone = await removeFromGroup(ada, { name: 'team', members: [ben.creator] });
    expect(gone).toMatchObject({ members: [cleo.creator], revoked: [{ rekeyed: { versions: 1, kept: [] } }] });
    expect((await listReceived(ben)).map(({ id }) => id)).not.toContain(shared.id);
    expect(await fetchShared(cleo, { share: shared.id, into: into('cleo team 2') })).toMatchObject({ restored: 1 });
    expect(await listGroups(await world.client({ account: 12 }))).toEqual([{ name: 'team', members: [cleo.creator] }]);
    await expect(share(ada, { target: { name: 'team', isPrefix: false }, groups: ['teem'] })).rejects.toMatchObject({ code: 'NO_SUCH_GROUP' });
  });
});

describe('links', () => {
  it('show it to whoever has them, without a wallet, until they expire or are taken back', async () => {
    const now = Math.floor(await ada.chain.nowSeconds());
    const { link = '' } = await share(ada, { target: { name: 'secret', isPrefix: false }, withLink: true, expirySeconds: now + 3_600 });
    expect(link).toMatch(/^holdfast:\/\/shared\/0x[0-9a-fA-F]{40}\/0x[0-9a-f]{64}#[\w-]{43}$/);
    expect(await fetchLink(stranger, { link, into: into('link') })).toMatchObject({ restored: 1 });
    expect(new Uint8Array(await readFile(join(into('link'), 'diary.bin')))).toEqual(SECRET);
    const parsed = parseLink(link);
    expect(await fetchLink(stranger, { link: linkText({ ...parsed, host: world.heavies[0]!.url }), into: into('link 2') })).toMatchObject({ restored: 1 });
    // Cut or garbled.
    for (const bad of [link.slice(0, -1), link.replace(/#.*/, ''), link.replace('/0x', '/x'), 'https://a.example/x', 'holdfast://shared']) await expect(openLink(stranger, { link: bad })).rejects.toMatchObject({ code: 'BAD_LINK' });
    const other = linkText({ ...parsed, secret: bytesToHex(new Uint8Array(32).fill(7)) });
    await expect(openLink(stranger, { link: other })).rejects.toMatchObject({ code: 'BAD_GRANT' });
    // Taken back with the bytes kept: heavy nodes give it out no more.
    const short = await share(ada, { target: { name: 'docs', isPrefix: false, path: 'a.txt' }, withLink: true });
    await revoke(ada, { share: short.id, keepBytes: true });
    await expect(openLink(stranger, { link: short.link ?? '' })).rejects.toMatchObject({ code: 'LINK_GONE' });
    await world.holdfast.advance(3_700);
    await expect(openLink(stranger, { link })).rejects.toMatchObject({ code: 'LINK_GONE' });
    // A node that keeps giving it out is not believed by an honest reader.
    const late = (await openBook(ada)).letter({ from: ada.creator, id: parsed.id });
    liar.says = (path) => (path.startsWith('/shared/') ? { status: 200, body: late } : { status: 404, body: { code: 'NO', message: 'No.' } });
    const atLiar = linkText({ ...parsed, host: await liarUrl() });
    await expect(openLink(stranger, { link: atLiar })).rejects.toMatchObject({ code: 'LINK_GONE', message: expect.stringContaining('expired') as string });
  });
});

async function liarUrl(): Promise<string> {
  const { readNode } = await import('../../offchain/chain/read-node.ts');
  return (await readNode(ada.chain, liar.id)).endpoint;
}

describe('nobody is believed', () => {
  it('a heavy node cannot give another key than its owner signed', async () => {
    const cards = await Promise.all(world.heavies.map(({ url }) => requestJson(`${url}/letters/${cleo.creator}/card`, { schema: Letter })));
    const asked = liar.asked;
    // Cleo's true card for Ben; Ben's name on a card that Cleo signed.
    liar.says = () => ({ status: 200, body: cards[0] });
    expect(bytesToHex(await findShareKey(ada, ben.creator))).toBe((await publishShareKey(ben)).publicKey);
    const forged = { ...cards[0]!, from: ben.creator, to: ben.creator };
    liar.says = () => ({ status: 200, body: forged });
    expect(bytesToHex(await findShareKey(ada, ben.creator))).toBe((await publishShareKey(ben)).publicKey);
    const ids = [...world.heavies.map(({ id }) => id), liar.id];
    expect(rendezvous(mailboxKey(ben.creator), ids)).toHaveLength(3);
    expect(liar.asked).toBeGreaterThan(asked);
  });

  it('a card with a point of low order is refused, however well it is signed', async () => {
    const lazy = await world.client({ account: 15 });
    const points: Hex[] = [`0x${'00'.repeat(32)}`, `0x01${'00'.repeat(31)}`, '0xe0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'];
    let version = 0;
    for (const value of points) {
      await sendLetter(lazy, await signLetter(lazy.signer, lazy.chain.domain, { from: lazy.creator, to: lazy.creator, kind: 'card', id: CARD_ID, version: ++version, created: 1, expiry: 0, value }));
      await expect(findShareKey(ada, lazy.creator)).rejects.toMatchObject({ code: 'BAD_RECIPIENT' });
    }
  });

  it('heavy nodes take no letter that its sender did not sign, show nobody the letters of others, and keep room for everybody', async () => {
    const { url } = world.heavies[0]!;
    const letter = await signLetter(ada.signer, ada.chain.domain, { from: ada.creator, to: ben.creator, kind: 'grant', id: `0x${'ab'.repeat(32)}`, version: 5, created: 1, expiry: 0, value: 'x' });
    const send = (body: Letter, to = body.to) => requestJson(`${url}/letters/${to}/${body.from}/${body.id}`, { method: 'PUT', body, schema: z.unknown() });
    await expect(send({ ...letter, from: cleo.creator })).rejects.toMatchObject({ code: 'BAD_LETTER' });
    await expect(send({ ...letter, value: 'y' })).rejects.toMatchObject({ code: 'BAD_LETTER' });
    await expect(send(letter, cleo.creator)).rejects.toMatchObject({ code: 'BAD_LETTER' });
    await send(letter);
    await expect(send(await signLetter(ada.signer, ada.chain.domain, { ...letter, version: 4 }))).rejects.toMatchObject({ code: 'LETTER_CONFLICT' });
    // Cleo has never rented anything: she has nothing to grant. An address that the chain does not know gets no room at all.
    await expect(send(await signLetter(cleo.signer, ada.chain.domain, { ...letter, from: cleo.creator }))).rejects.toMatchObject({ code: 'NO_STANDING' });
    await expect(requestJson(`${url}/letters/${ben.creator}`, { schema: z.unknown() })).rejects.toMatchObject({ code: 'NOT_YOUR_MAILBOX' });
    const ticket = Buffer.from(JSON.stringify({ owner: ben.creator, until: Math.floor(await ada.chain.nowSeconds()) + 60, signature: letter.signature })).toString('base64');
    await expect(requestJson(`${url}/letters/${ben.creator}`, { schema: z.unknown(), headers: { authorization: `Mailbox ${ticket}` } })).rejects.toMatchObject({ code: 'NOT_YOUR_MAILBOX' });
    // One sender fills his own share of a mailbox and no more.
    let refused: unknown;
    for (let i = 0; i < 70 && refused === undefined; i++) {
      await send(await signLetter(ada.signer, ada.chain.domain, { ...letter, id: bytesToHex(hexToBytes(letter.id).fill(i + 1)), version: 1 })).catch((error: unknown) => (refused = error));
    }
    expect(refused).toMatchObject({ code: 'MAILBOX_FULL' });
    // What is no grant is shown as a problem, and disturbs nothing else.
    expect((await listReceived(ben)).filter(({ problem }) => problem === undefined).length).toBeGreaterThan(0);
  });
});
