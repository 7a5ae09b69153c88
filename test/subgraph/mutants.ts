/** Mistakes made on purpose, all in one build: whether the check finds each of them. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileSubgraph, type Edit } from '../../scripts/build-subgraph.ts';
import { differencesOf, type Played } from './check.ts';
import { unfound } from './spoil.ts';

interface Mutant {
  /** Below `subgraph/`. */
  readonly file: string;
  /** Occurs once in it. */
  readonly from: string;
  readonly to: string;
  /** Where it must show: the type, and the field. */
  readonly shows: readonly [type: string, field: string];
}

/** Wrong signs, fields that were swapped or forgotten, rules left out. */
export const MUTANTS: readonly Mutant[] = [
  { file: 'src/market/pots.ts', from: 'agreement.pot = agreement.pot.minus(amount);', to: 'agreement.pot = agreement.pot.plus(amount);', shows: ['Agreement', 'pot'] },
  { file: 'src/market/pots.ts', from: 'at.network.refunded = at.network.refunded.plus(p.amount);', to: '', shows: ['Network', 'refunded'] },
  { file: 'src/market/pots.ts', from: 'creator.refunded = creator.refunded.plus(p.amount);', to: 'creator.refunded = p.amount;', shows: ['Creator', 'refunded'] },
  { file: 'src/sale.ts', from: 'purchase.paid = p.paid;', to: 'purchase.paid = p.tokens;', shows: ['Purchase', 'paid'] },
  { file: 'src/rewards.ts', from: 'reward.to = p.to;', to: 'reward.to = event.address;', shows: ['Reward', 'to'] },
  { file: 'src/channels.ts', from: 'channel.fees = channel.fees.plus(p.fee);', to: 'channel.fees = channel.fees.plus(p.amount);', shows: ['Channel', 'fees'] },
  { file: 'src/pools.ts', from: 'pool.left = pool.left.minus(p.amount);', to: 'pool.left = pool.left.minus(p.fee);', shows: ['SponsorPool', 'left'] },
  { file: 'src/pools.ts', from: 'share.paid = share.paid.plus(p.amount);', to: 'share.paid = p.amount.minus(p.fee);', shows: ['PoolPayee', 'paid'] },
  { file: 'src/endowment.ts', from: 'fund.shares = p.sharesLeft;', to: '', shows: ['Endowment', 'shares'] },
  { file: 'src/stakes.ts', from: 'node.slashed = node.slashed.plus(amount);', to: '', shows: ['Node', 'slashed'] },
  { file: 'src/stakes.ts', from: "recordStake(at, node.id, ZERO.minus(p.amount), 'StakeWithdrawn', p.to);", to: "recordStake(at, node.id, p.amount, 'StakeWithdrawn', p.to);", shows: ['StakeChange', 'amount'] },
  { file: 'src/market/slots.ts', from: "if (fault.cause != 'HandOver') slot.noticeFrom = 0;", to: '', shows: ['Slot', 'noticeFrom'] },
  { file: 'src/market/slots.ts', from: 'agreement.releasedSlots++;', to: '', shows: ['Agreement', 'releasedSlots'] },
  { file: 'src/market/bundles.ts', from: 'bundle.receipts++;', to: '', shows: ['Bundle', 'receipts'] },
  { file: 'src/market/challenges.ts', from: "p.slotLost ? 'SlotLost' : 'Void'", to: "'Open'", shows: ['Challenge', 'state'] },
  { file: 'src/market/proofs.ts', from: 'settlement.parentFee = p.parentFee;', to: 'settlement.parentFee = p.fee;', shows: ['Settlement', 'parentFee'] },
  { file: 'src/market/proofs.ts', from: 'provider.burnedFor = provider.burnedFor.plus(burned);', to: '', shows: ['Provider', 'burnedFor'] },
  { file: 'src/core/moment.ts', from: 'entry.logIndex = event.logIndex;', to: 'entry.logIndex = event.transaction.index;', shows: ['Event', 'logIndex'] },
  { file: 'src/core/accounts.ts', from: 'payment.agreement = agreement;', to: '', shows: ['Payment', 'agreement'] },
  { file: 'src/core/calldata.ts', from: 'return isAt(input, selector, at) ? at : -1;', to: 'return find(input, selector, 0);', shows: ['Fault', 'repairer'] },
  { file: 'src/core/calldata.ts', from: 'list + WORD + (5 * i + 1) * WORD', to: 'list + WORD + (5 * i + 2) * WORD', shows: ['Tenure', 'rent'] },
  { file: 'src/core/constants.ts', from: 'CREATOR_SHARE = BigInt.fromI32(50)', to: 'CREATOR_SHARE = BigInt.fromI32(40)', shows: ['Challenge', 'reward'] },
  { file: 'src/core/ends.ts', from: 'drop.fee = drop.fee.plus(fee.times(factor));', to: '', shows: ['RailDrop', 'fee'] },
  { file: 'src/core/epochs.ts', from: 'epoch.startsAt = network.genesis.plus(', to: 'epoch.startsAt = network.genesis.minus(', shows: ['Epoch', 'startsAt'] },
  { file: 'src/core/health.ts', from: 'network.isRepairOnly = network.provenBps < parameters.healthBps;', to: '', shows: ['Epoch', 'isRepairOnly'] },
  { file: 'src/core/network.ts', from: "network.withdrawalEpochs = constantOf('withdrawalEpochs').toI32();", to: "network.withdrawalEpochs = constantOf('stakeEpochs').toI32();", shows: ['Network', 'withdrawalEpochs'] },
  { file: 'src/core/periods.ts', from: 'network.reservedBytes = network.reservedBytes.minus(period.endingBytes);', to: '', shows: ['Network', 'reservedBytes'] },
  { file: 'src/core/providers.ts', from: 'provider.missedInRow += count;', to: '', shows: ['Provider', 'missedInRow'] },
  { file: 'src/core/providers.ts', from: 'if (!isExact) return;', to: '', shows: ['Epoch', 'provenShare'] },
  { file: 'src/core/rails.ts', from: 'rail.fee = rail.fee.plus(fee);', to: '', shows: ['Rail', 'fee'] },
  { file: 'src/market/agreements.ts', from: 'at.epoch.openedRent = at.epoch.openedRent.plus(rate);', to: '', shows: ['Epoch', 'openedRent'] },
  { file: 'src/market/parameters.ts', from: 'a.missAllowance, a.penaltyEpochs, a.faultRun', to: 'a.penaltyEpochs, a.missAllowance, a.faultRun', shows: ['TierRules', 'penaltyEpochs'] },
  { file: 'src/market/payouts.ts', from: 'node.owed = ZERO;', to: '', shows: ['Node', 'owed'] },
  { file: 'src/market/tenures.ts', from: 'tenure.parent = parent;', to: 'tenure.parent = agreement.heavy;', shows: ['Tenure', 'parent'] },
  { file: 'src/commons.ts', from: 'pool.members--;', to: '', shows: ['CommonsPool', 'members'] },
  { file: 'src/manager.ts', from: 'change.state = state;', to: '', shows: ['ScheduledChange', 'state'] },
  { file: 'src/registry.ts', from: 'provider.tier = node.tier;', to: "provider.tier = 'Standard';", shows: ['Provider', 'tier'] },
  { file: 'src/stakes.ts', from: 'if (node.queued.gt(node.stake)) node.queued = node.stake;', to: '', shows: ['Node', 'queued'] },
  { file: 'src/token.ts', from: 'deed.tenure = name.tenures;', to: 'deed.tenure = 1;', shows: ['NameDeed', 'tenure'] },
];

/** Handlers that a manifest forgot. */
export const DROPPED = [
  { handler: 'handleCommonsPaid', shows: ['CommonsPool', 'paid'] },
  { handler: 'handleMarketAcknowledged', shows: ['Bundle', 'acknowledged'] },
] as const;

/** Those that the check did not find: type and field. */
export async function unfoundMutants(played: Played): Promise<string[]> {
  const spoilt = (file: string, text: string): string => MUTANTS.filter((one) => one.file === file).reduce((changed, { from, to }) => changed.replace(from, () => to), text);
  const differences = await withBuild(spoilt, async (built) => {
    const path = join(built, 'manifest.json');
    const manifest = JSON.parse(await readFile(path, 'utf8')) as { dataSources: { eventHandlers: { handler: string }[] }[] };
    for (const source of manifest.dataSources) source.eventHandlers = source.eventHandlers.filter(({ handler }) => !DROPPED.some((one) => one.handler === handler));
    await writeFile(path, JSON.stringify(manifest));
    return differencesOf(played, path);
  });
  return unfound([...MUTANTS, ...DROPPED].map(({ shows }) => shows), differences);
}

/** Compiles the mappings with changes, into a folder that is gone again behind `use`. */
export async function withBuild<T>(edit: Edit, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-mutants-'));
  try {
    const built = join(folder, 'build');
    await compileSubgraph(built, edit);
    return await use(built);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
