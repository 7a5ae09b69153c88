/** Mistakes made on purpose, all in one build: whether the check finds each of them. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileSubgraph } from '../../scripts/build-subgraph.ts';
import { differencesOf, type Played } from './check.ts';

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
];

/** Handlers that a manifest forgot. */
export const DROPPED = [
  { handler: 'handleCommonsPaid', shows: ['CommonsPool', 'paid'] },
  { handler: 'handleMarketAcknowledged', shows: ['Bundle', 'acknowledged'] },
] as const;

/** Those that the check did not find: type and field. */
export async function unfoundMutants(played: Played): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-mutants-'));
  try {
    const built = join(folder, 'build');
    await compileSubgraph(built, (file, text) => MUTANTS.filter((one) => one.file === file).reduce((changed, { from, to }) => changed.replace(from, () => to), text));
    const path = join(built, 'manifest.json');
    const manifest = JSON.parse(await readFile(path, 'utf8')) as { dataSources: { eventHandlers: { handler: string }[] }[] };
    for (const source of manifest.dataSources) source.eventHandlers = source.eventHandlers.filter(({ handler }) => !DROPPED.some((one) => one.handler === handler));
    await writeFile(path, JSON.stringify(manifest));
    const differences = await differencesOf(played, path);
    return [...MUTANTS, ...DROPPED].map(({ shows }) => shows).filter(([type, field]) => !differences.some((one) => new RegExp(`: ${type}( \\S+)?\\.${field} is `).test(one))).map(([type, field]) => `${type}.${field}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
