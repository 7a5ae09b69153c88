/**
 * From the first node on: alone, two, three, and one of them dying, with a real chain, real disks and real sockets. One life of one network, in order: what it
 * takes to get three nodes there costs more than each chapter.
 */
import { readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { currentEpoch, currentPeriod } from '../../offchain/chain/current-epoch.ts';
import { epochAt } from '../../offchain/chain/epoch.ts';
import { type SlotState, readAgreement } from '../../offchain/chain/read-agreement.ts';
import { put } from '../../offchain/client/put.ts';
import { remove } from '../../offchain/client/remove.ts';
import { isLeaving } from '../../offchain/provider/leaving.ts';
import { setReciprocalLeaving } from '../../offchain/reciprocal/leave.ts';
import { collectEarnings } from '../../offchain/reciprocal/money.ts';
import { statementOf } from '../../offchain/reciprocal/statement.ts';
import { Vault } from '../../offchain/reciprocal/vault.ts';
import { snapshot } from '../client/tree.ts';
import { until } from '../heavy/support.ts';
import { EPOCHS_PER_PERIOD, EPOCH_SECONDS, type Member, type ReciprocalWorld, proveEpochs, startReciprocalWorld } from './world.ts';

let world: ReciprocalWorld;
let a: Member;
let b: Member;
let c: Member;

beforeAll(async () => {
  world = await startReciprocalWorld();
  a = await world.join({ verifySeconds: 1 });
});
afterAll(() => world?.stop());

const vaultOf = ({ home }: Member): string => join(home, 'reciprocal');
const nameOf = ({ index }: Member): string => `folder-${index}`;
const blobsOf = (member: Member): Promise<string[]> => readdir(join(vaultOf(member), 'blobs')).catch(() => []);
/** Everything of `member` lies in one agreement of this scheme, confirmed by all slots, and nowhere else. */
const settled = (member: Member, scheme: { k: number; m: number }): Promise<number> => until(`${nameOf(member)} in ${scheme.k}+${scheme.m}`, async () => {
  const { agreements, folders } = await member.state();
  const [agreement] = agreements;
  if (agreement === undefined || agreements.length > 1 || folders[nameOf(member)]?.agreement !== agreement) return undefined;
  const { k, m } = await readAgreement(member.chain, agreement);
  return k === scheme.k && m === scheme.m ? agreement : undefined;
});
/** Of all agreements that these keep. */
const slotsOf = async (...members: Member[]): Promise<SlotState[]> => {
  const agreements = (await Promise.all(members.map((member) => member.state()))).flatMap((state) => state.agreements);
  return (await Promise.all(agreements.map((id) => readAgreement(a.chain, id)))).flatMap(({ slots }) => slots);
};
const holders = async (member: Member): Promise<number[]> => (await member.place()).slots.map(({ provider }) => provider).sort((x, y) => x - y);
const ids = (...members: Member[]): number[] => members.map(({ node }) => node.id).sort((x, y) => x - y);

describe('the first node', () => {
  it('gives space, and keeps verified copies of its own files', async () => {
    const list = await until('the own copy', async () => new Vault(vaultOf(a)).newest(nameOf(a)));
    expect(list.entries.filter(({ kind }) => kind === 'file')).toHaveLength(3);
    expect(a.node.id).toBeGreaterThan(0);
    const statement = await statementOf(a.node.client);
    expect(statement).toMatchObject({ state: 'alone', gives: { bytes: 32n << 20n, promisedBytes: 0n }, takes: { bytes: 0n }, objects: [{ name: nameOf(a), agreement: null, copiesElsewhere: 0 }] });
    expect(statement.money).toMatchObject({ net: 0n, paid: 0n });
  });

  it('takes a copy whose bytes have changed again from the folder', async () => {
    const [blob] = await blobsOf(a);
    const path = join(vaultOf(a), 'blobs', blob as string);
    const bytes = await readFile(path);
    await writeFile(path, bytes.fill(0));
    await until('the damage', () => world.network.lines.find(({ event }) => event === 'own-copy.damaged'));
    await until('a whole copy', async () => ((await new Vault(vaultOf(a)).verify()).length === 0 && (await blobsOf(a)).length === 3 ? true : undefined));
    const into = join(world.folder, 'alone');
    expect((await new Vault(vaultOf(a)).restore(nameOf(a), into)).failed).toEqual([]);
    expect(await snapshot(into)).toEqual(await snapshot(a.folder));
  });
});

describe('newcomers', () => {
  it('the second node gets a copy, and gives one', async () => {
    b = await world.join();
    await Promise.all([settled(a, { k: 1, m: 1 }), settled(b, { k: 1, m: 1 })]);
    expect(await holders(a)).toEqual(ids(a, b));
    expect(await holders(b)).toEqual(ids(a, b));
    // The own copy has made room: both bytes and files are in the network.
    await until('an empty vault', async () => ((await blobsOf(a)).length === 0 ? true : undefined));
    expect(await world.restored(a)).toEqual(await snapshot(a.folder));
    expect((await statementOf(a.node.client)).objects).toMatchObject([{ scheme: '1+1', copiesElsewhere: 1 }]);
  });

  it('with a third one all have three copies; what they had before is closed only then, and can be read all the time', async () => {
    const before = { a: (await a.place()).id, b: (await b.place()).id };
    const reads: Promise<Record<string, string>>[] = [];
    const reader = setInterval(() => reads.length < 4 && reads.push(world.restored(a)), 700);
    try {
      c = await world.join();
      await Promise.all([a, b, c].map((member) => settled(member, { k: 1, m: 2 })));
    } finally {
      clearInterval(reader);
    }
    for (const member of [a, b, c]) expect(await holders(member)).toEqual(ids(a, b, c));
    const whole = await snapshot(a.folder);
    expect(reads.length).toBeGreaterThan(0);
    for (const read of await Promise.all(reads)) expect(read).toEqual(whole);
    const period = await currentPeriod(a.chain);
    await until('both closed', async () => {
      const ends = await Promise.all([before.a, before.b].map(async (id) => (await readAgreement(a.chain, id)).endPeriod));
      return ends.every((end) => end === period + 1) ? true : undefined;
    });
  });

  it('follow a folder that changes', async () => {
    const { digest } = (await a.state()).folders[nameOf(a)]!;
    await writeFile(join(a.folder, 'letter.txt'), 'Dear Bob,\n');
    await until('the new letter', async () => ((await a.state()).folders[nameOf(a)]?.digest === digest ? undefined : true));
    expect(await world.restored(a)).toEqual(await snapshot(a.folder));
  });
});

describe('money', () => {
  it('equal give and take costs the fee share and nothing else, to the unit', async () => {
    const members = [a, b, c];
    // Late enough in the epoch for all proofs, so that none waits for its time.
    await world.network.advance(EPOCH_SECONDS * 0.3);
    for (let period = 0; period < 3; period++) {
      await proveEpochs(world, members, EPOCHS_PER_PERIOD);
      await until('the renewals', async () => ((await Promise.all(members.map((member) => member.place()))).every(({ endPeriod }) => endPeriod === period + 3) ? true : undefined));
    }
    for (const member of members) {
      const { node } = member;
      await collectEarnings({ client: node.client, provider: () => node.provider(), log: { info: () => undefined } } as never);
      // What is prepaid is reckoned by the clock, which hears of a new epoch a moment after the market does.
      await until('the clock of this epoch', async () => {
        const { chain } = node.client;
        const { timestamp } = await chain.ask('the latest block', (client) => client.getBlock());
        return (await currentEpoch(chain)) === epochAt(chain.clock, Number(timestamp)) || undefined;
      });
      const { money, gives, takes } = await statementOf(node.client);
      expect(money.unsettled).toBe(0n);
      expect(money.fees).toBeGreaterThan(0n);
      expect(money.earned).toBeGreaterThan(0n);
      expect(money.slashed).toBe(0n);
      expect(money.net).toBe(money.rewarded - money.fees);
      // The statement leaves nothing out: wallet, stake and what is prepaid are what was bought, less what was lost.
      expect(money.wallet + money.stake + money.prepaid - money.net).toBe(10_000n * 10n ** 18n);
      expect(gives.promisedBytes).toBe(takes.bytes);
      expect((money.fees * 10_000n) / (money.earned + money.fees)).toBe(150n);
    }
  });
});

describe('a node that dies', () => {
  it('is replaced by newcomers, everything reads back, and its owner has lost nothing', async () => {
    const dead = c.node.id;
    await c.stop();
    for (const region of [31, 32]) await world.network.provider({ parent: world.heavy.id, region, p2p: { enabled: false } });
    // A run of three missed proofs makes it faulted; its slots go to others, or what lies in them to a new agreement.
    for (let epoch = 0; epoch < 4; epoch++) {
      await world.network.advance(EPOCH_SECONDS);
      await until('the proofs of those alive', async () => ((await slotsOf(a, b)).every(({ provider, provedThisEpoch }) => provedThisEpoch || [0, dead].includes(provider)) ? true : undefined));
    }
    await until('successors', async () => ((await slotsOf(a, b)).some(({ provider }) => [0, dead].includes(provider)) ? undefined : true));
    for (const member of [a, b, c]) expect(await world.restored(member)).toEqual(await snapshot(member.folder));
    // There are three others now, so the own providers have handed their slots on: no copy lies beside its original.
    for (const { node } of [a, b]) await until('three copies elsewhere', async () => ((await statementOf(node.client)).objects[0]?.copiesElsewhere === 3 ? true : undefined));
  });
});

describe('a larger network', () => {
  it('is used as --scheme says, once there is a provider for each slot; started again, the node goes on', async () => {
    const { index, home, folder } = a;
    await a.stop();
    a = await world.join({ scheme: '2+1' }, { index, home, folder });
    await settled(a, { k: 2, m: 1 });
    expect(await holders(a)).not.toContain(a.node.id);
    expect(await world.restored(a)).toEqual(await snapshot(folder));
    expect(a.node.problems()).toEqual({});
  });

  it('gets no more than is given', async () => {
    const { index, home, folder } = b;
    const { id } = await b.place();
    await b.stop();
    b = await world.join({ diskBytes: 2n ** 21n, scheme: '2+1' }, { index, home, folder });
    const sentence = await until('a sentence', () => b.node.problems()['place']);
    expect(sentence).toBe('390.6 KiB in 2+1 slots with room for changes take 1.5 MiB of the network; this node gives 1.0 MiB, and takes no more than it gives.');
    expect((await b.place()).id).toBe(id);
    expect(await world.restored(b)).toEqual(await snapshot(folder));
  });
});

describe('leaving', () => {
  it('first takes own copies, then gives the agreements up; a folder whose only copies are in the network keeps them', async () => {
    const [mine] = (await a.state()).agreements;
    const byHand = join(world.folder, 'by-hand.txt');
    await writeFile(byHand, 'in none of the folders');
    await put(a.node.client, { paths: [byHand], name: 'by hand', agreement: mine });
    const away = `${a.folder}-away`;
    await rename(a.folder, away);
    await setReciprocalLeaving(a.node.client, true);
    expect(await until('a sentence', () => a.node.problems()['leaving'])).toContain('the network has the only copies');
    expect((await a.state()).agreements).toEqual([mine]);
    await rename(away, a.folder);
    // Nor does it give up what was stored there by hand.
    await until('another sentence', () => a.node.problems()['leaving']?.includes('hold "by hand" as well') || undefined);
    expect((await a.state()).agreements).toEqual([mine]);
    await remove(a.node.client, { name: 'by hand', agreement: mine });
    await until('the end of its agreement', async () => ((await readAgreement(a.chain, mine!)).endPeriod === (await currentPeriod(a.chain)) + 1 ? true : undefined));
    expect((await statementOf(a.node.client)).state).toBe('leaving');
    const into = join(world.folder, 'left');
    expect((await new Vault(vaultOf(a)).restore(nameOf(a), into)).failed).toEqual([]);
    expect(await snapshot(into)).toEqual(await snapshot(a.folder));
    expect(await isLeaving(a.node.provider()!.provider.store)).toBe(true);
  });
});
