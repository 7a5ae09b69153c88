import { bytesToHex, maxUint256, zeroAddress } from 'viem';
import { openAgreement, propose, type OpenedAgreement } from '../support/contracts/agreements.ts';
import { emptyMarket } from '../support/contracts/books.ts';
import { bitmap, commitBundle, leavesOf, signReceipts, type CommittedBundle } from '../support/contracts/bundles.ts';
import { accountOf } from '../support/contracts/evm.ts';
import { signExtension } from '../support/contracts/extensions.ts';
import { poke, prove } from '../support/contracts/proofs.ts';
import { replaceSlot, signSuccession } from '../support/contracts/successions.ts';
import { currentEpoch, goToEpoch, MILLI, TOKEN, type NodeActor } from '../support/contracts/world.ts';
import { playEncore } from './play-encore.ts';
import { playManager, playRegistry, playToken, replaceManager, withdrawStake } from './play-nodes.ts';
import { playReads } from './play-reads.ts';
import { PERIOD, type Stage } from './stage.ts';

/** A history in which every event of every contract occurs. Returns blocks worth looking at: the newest one of each scene. */
export async function playHistory(stage: Stage): Promise<number[]> {
  const blocks: number[] = [];
  const mark = async (): Promise<void> => void blocks.push(Number(await stage.world.evm.request<string>('eth_blockNumber', [])));
  await playRegistry(stage);
  await playToken(stage);
  await playManager(stage);
  await playReads(stage);
  await mark();
  const agreements = await openAll(stage);
  await mark();
  await playFirstPeriod(stage, agreements, mark);
  await playSecondPeriod(stage, agreements, mark);
  await playThirdPeriod(stage, agreements, mark);
  await playEnd(stage, agreements, mark);
  return blocks;
}

interface Agreements {
  readonly a: OpenedAgreement;
  readonly b: OpenedAgreement;
  readonly c: OpenedAgreement;
  readonly d: OpenedAgreement;
  readonly e: OpenedAgreement;
  readonly bundleOfA: CommittedBundle;
  readonly bundleOfB: CommittedBundle;
}

type Mark = () => Promise<void>;

/** A: faults and challenges. B: growth, retiring, renewal, closing. C: locked, with a surrender. D: one period, odd numbers. E: kept by an endowment and many members. */
async function openAll({ world, providers, stranger }: Stage): Promise<Agreements> {
  const { evm, market, creator, heavies } = world;
  const of = (...slots: number[]): NodeActor[] => slots.map((slot) => providers[slot]!);
  const a = await openAgreement(world, { periods: 4, providers: of(0, 1, 2, 3) });
  const b = await openAgreement(world, { periods: 3, providers: of(0, 1, 4, 5), heavy: heavies[1]!.id, feeBps: 200 });
  const c = await openAgreement(world, { periods: 3, providers: of(2, 3, 4, 5), quota: 7 });
  const d = await openAgreement(world, { periods: 1, providers: of(0, 1, 2, 3), feeBps: 137, quota: 3, price: [MILLI + 1n, MILLI + 7n, MILLI + 31n, MILLI + 73n] });
  const e = await openAgreement(world, { periods: 2, providers: of(0, 1, 2, 4), feeBps: 0 });
  const bundleOfA = await commitBundle(world, a, { slots: [0, 1, 2] });
  const receipt = await signReceipts(world, { agreement: a.id, bundle: 0, root: bytesToHex(bundleOfA.tree.root), batches: 1 }, [3]);
  await evm.send(stranger, market, 'acknowledge', [a.id, 0, 3, receipt]);
  const bundleOfB = await commitBundle(world, b, { batches: 2 });
  await commitBundle(world, b, { slots: [0, 1, 2] });
  for (const one of [c, d, e]) await commitBundle(world, one);
  for (const one of [c, e]) await evm.send(creator.address, market, 'lock', [one.id]);
  await evm.send(creator.address, market, 'setSession', [accountOf('session').address, BigInt(evm.now() + 1_000_000)]);
  return { a, b, c, d, e, bundleOfA, bundleOfB };
}

/** Goes to the epoch, lets `early` act while no draw is open, then everybody in `proving` proves. */
async function playEpoch({ world }: Stage, epoch: number, proving: readonly NodeActor[], early?: () => Promise<unknown>): Promise<void> {
  await goToEpoch(world, epoch, 60);
  await early?.();
  await poke(world);
  for (const provider of proving) await prove(world, provider);
}

async function playFirstPeriod(stage: Stage, { a, b, d, bundleOfA }: Agreements, mark: Mark): Promise<void> {
  const { world, providers, stranger } = stage;
  const { evm, market, creator } = world;
  const all = providers.slice(0, 6);
  const most = [0, 1, 2, 4, 5].map((index) => providers[index]!);
  const proposal = await (async () => {
    await goToEpoch(world, 1, 30);
    return propose(world, { periods: 3, providers: [0, 1, 4, 5].map((index) => providers[index]!), heavy: b.terms.heavy, feeBps: 200, quota: 5, price: [MILLI, 2n * MILLI, MILLI + 3n, MILLI] });
  })();
  await playEpoch(stage, 1, all, () => evm.send(creator.address, market, 'grow', [b.id, { ...proposal.terms, endPeriod: b.terms.endPeriod }, proposal.offers, maxUint256]));
  await playEpoch(stage, 2, all);
  const leaves = leavesOf(a.terms);
  await evm.send(stranger, market, 'challenge', [a.id, 0, 0, 0, 5]);
  await evm.send(stranger, market, 'answer', [1n, bytesToHex(bundleOfA.tree.sample({ leafIndex: 5, leaves, slot: 0, slots: 4, batch: 0, batches: 1 }))]);
  await evm.send(stranger, market, 'challenge', [b.id, 1, 0, 1, 3]);
  await mark();
  // The fourth provider is silent from here on.
  await playEpoch(stage, 3, most, () => evm.send(creator.address, market, 'retire', [b.id, 0]));
  await playEpoch(stage, 4, most);
  await playEpoch(stage, 5, most, () => evm.send(creator.address, market, 'dismiss', [b.id, 3, 1]));
  await evm.send(stranger, market, 'release', [d.id, bitmap([0, 1, 2])]);
  await settleAll(stage);
  await mark();
}

async function playSecondPeriod(stage: Stage, { a, b, c, d, e }: Agreements, mark: Mark): Promise<void> {
  const { world, providers, stranger, endowment, commons, vault } = stage;
  const { evm, market, creator, token, treasury } = world;
  const proving = [0, 1, 2, 4, 5].map((index) => providers[index]!);
  const [repairer, member] = [accountOf('repairer').address, accountOf('member').address];
  await playEpoch(stage, 6, proving, async () => {
    await evm.send(stranger, market, 'release', [d.id, bitmap([3])]);
    await evm.send(repairer, market, 'reportMisses', [providers.map(({ id }) => id), 0]);
    await evm.send(stranger, market, 'endChallenge', [2n]);
    await withdrawStake(stage);
  });
  await replaceSlot(world, stranger, await signSuccession(world, a, 3, providers[6]!, { repairer }));
  await replaceSlot(world, stranger, await signSuccession(world, c, 1, providers[7]!, { price: MILLI - 5n }));
  await evm.send(creator.address, market, 'giveNotice', [b.id, 0]);
  const more = [...proving, providers[6]!, providers[7]!];
  await playEpoch(stage, 7, more);
  await evm.send(providers[4]!.operator.address, market, 'surrender', [c.id, 2]);
  await replaceSlot(world, stranger, await signSuccession(world, b, 3, providers[6]!));
  await mark();

  const perPeriod = e.rents.reduce((sum, rent) => sum + rent, 0n) * BigInt(PERIOD);
  await evm.send(treasury.address, token, 'transfer', [member, 100n * TOKEN]);
  await evm.send(member, token, 'approve', [commons.address, maxUint256]);
  await evm.send(stranger, endowment, 'found', [e.id, vault.address, 2n * perPeriod, 5_000, 1, 5n * perPeriod]);
  await evm.send(stranger, endowment, 'endow', [1n, 11n]);
  await evm.send(stranger, endowment, 'found', [e.id, zeroAddress, perPeriod, 0, 0, perPeriod]);
  const consent = (newEnd: number, slots: readonly number[], id: number) => signExtension(world, { agreement: id, newEnd, slots });
  await playEpoch(stage, 8, more);
  await evm.send(treasury.address, endowment, 'release', [1n, await consent(3, [0, 1, 2, 3], e.id)]);
  await evm.send(stranger, commons, 'join', [e.id, 3n * perPeriod]);
  await evm.send(member, commons, 'join', [e.id, perPeriod + 1n]);
  await evm.send(treasury.address, commons, 'pay', [e.id, await consent(4, [0, 1, 2, 3], e.id)]);
  await evm.send(member, commons, 'quit', [e.id, 0]);
  await evm.send(stranger, market, 'extend', [c.id, 4, await consent(4, [0, 1, 3], c.id)]);
  await evm.send(stranger, endowment, 'recall', [1n]);
  await playEpoch(stage, 9, more);
  await replaceSlot(world, repairer, await signSuccession(world, c, 2, providers[6]!));
  await evm.send(stranger, market, 'challenge', [a.id, 1, 0, 0, 9]);
  await playEpoch(stage, 11, more.slice(1));
  await settleAll(stage);
  await mark();
}

async function playThirdPeriod(stage: Stage, { a, b }: Agreements, mark: Mark): Promise<void> {
  const { world, providers, stranger, rewards } = stage;
  const { evm, market, creator } = world;
  const proving = [0, 1, 2, 4, 5, 6, 7].map((index) => providers[index]!);
  await playEpoch(stage, 12, proving, async () => replaceSlot(world, stranger, await signSuccession(world, b, 0, providers[2]!)));
  await evm.send(stranger, market, 'endChallenge', [3n]);
  await replaceSlot(world, providers[1]!.operator.address, await signSuccession(world, b, 1, providers[3]!));
  await evm.send(stranger, rewards, 'claim', [providers[0]!.id]);
  await mark();
  await evm.send(creator.address, market, 'topUp', [b.id, 10n * TOKEN]);
  await evm.send(creator.address, market, 'authoriseRenewal', [b.id, 10n ** 24n, 2 ** 32 - 1]);
  await evm.send(stranger, market, 'renew', [b.id, 4, await signExtension(world, { agreement: b.id, newEnd: 4, slots: [0, 1, 2, 3] })]);
  await evm.send(creator.address, market, 'takePot', [b.id, TOKEN]);
  await playEpoch(stage, 13, proving.slice(0, 3));
  await evm.send(creator.address, market, 'close', [b.id]);
  for (const { id } of [providers[0]!, ...world.heavies]) await evm.send(stranger, market, 'withdrawNode', [id]);
  for (const who of [creator.address, accountOf('repairer').address, stranger]) await evm.send(who, market, 'withdraw');
  await mark();
  // Silence, until only repair goes on.
  await goToEpoch(world, 17, 10);
  await poke(world);
  await mark();
  await playEpoch(stage, 18, proving.filter(({ id }) => id !== providers[5]!.id && id !== providers[3]!.id));
  await evm.send(accountOf('late').address, market, 'reportMisses', [providers.map(({ id }) => id), 2]);
  await mark();
  void a;
}

/** Long after everything has ended: every slot released, every rail settled, everybody paid, the market empty. */
async function playEnd(stage: Stage, { a, b, c, d, e }: Agreements, mark: Mark): Promise<void> {
  const { world, stranger, endowment } = stage;
  await goToEpoch(world, 40, 100);
  await poke(world);
  await mark();
  await settleAll(stage);
  await world.evm.send(stranger, endowment, 'reclaim', [1n]);
  await emptyMarket(world, [a, b, c, d, e], [stranger, accountOf('repairer').address, accountOf('late').address, accountOf('governor').address]);
  if (currentEpoch(world) !== 40) throw new Error('the history took longer than its last epoch');
  await mark();
  await playEncore(stage);
  await replaceManager(stage);
  await mark();
}

async function settleAll({ world, providers, stranger }: Stage): Promise<void> {
  const heavies = world.heavies.map(({ id }) => id);
  for (const { id } of providers) for (const heavy of heavies) for (const parent of heavies) await world.evm.send(stranger, world.market, 'settle', [id, heavy, parent]);
}
