/** What people and nodes earned, spent and put together, by the log. */
import { range } from './duties.ts';
import { before, big, id, last, sum, type History, type Line } from './history.ts';
import { bytesOf } from './network.ts';
import { rowsOf, rowsOfEach, type Fields, type Reckoned } from './reckoned.ts';
import type { Turns } from './turns.ts';

const HEAVY = 4;
const RENT_EVENTS = ['Market.Opened', 'Market.Grown', 'Market.Extended'] as const;
const READ_EVENTS = ['Channels.Redeemed', 'Channels.SponsoredRead'] as const;

export async function reckonMoney(history: History, turns: Turns): Promise<Reckoned[]> {
  const nodes = history.of('Registry.Registered');
  const heavies = nodes.filter(({ args }) => Number(args['tier']) === HEAVY).map((line) => id(line, 'id'));
  const creators = [...new Set(history.of('Market.Opened', 'Market.SessionSet').map((line) => id(line, 'creator').toLowerCase()))];
  const epochs = range(0, history.epoch + 1);
  const during = (epoch: number) => (line: Line) => line.epoch === epoch;
  const pairs = (owners: readonly string[]) => owners.flatMap((owner) => epochs.map((epoch) => [owner, epoch] as const));
  return [
    { type: 'Node', rows: rowsOf(nodes, (line) => [id(line, 'id'), { readsEarned: readsOf(history, id(line, 'id')) }]) },
    { type: 'HeavyNode', rows: await rowsOfEach(heavies, async (heavy) => [heavy, await feesOf(history, turns, heavy)]) },
    { type: 'HeavyNodeEpoch', isSparse: true, rows: await rowsOfEach(pairs(heavies), async ([heavy, epoch]) => [`${heavy}-${epoch}`, await feesOf(history, turns, heavy, during(epoch))]) },
    { type: 'Creator', rows: rowsOf(creators, (creator) => [creator, creatorOf(history, turns, creator)]) },
    { type: 'CreatorEpoch', isSparse: true, rows: rowsOf(pairs(creators), ([creator, epoch]) => [`${creator}-${epoch}`, spendingOf(history, turns, creator, during(epoch))]) },
    { type: 'Channel', rows: rowsOf(history.of('Channels.Opened'), (line) => [id(line, 'channel'), { content: line.args['content'] }]) },
    { type: 'PoolPayee', rows: rowsOf(history.of('Channels.SponsoredRead'), (line) => [`${id(line, 'pool')}-${id(line, 'payee')}`, { servedBytes: line.args['servedBytes'] }]) },
    { type: 'Endowment', rows: await rowsOfEach(history.of('Endowment.Founded'), async (line) => [id(line, 'fund'), await emptiedOf(history, id(line, 'fund'))]) },
    { type: 'CommonsPool', rows: await rowsOfEach(history.of('Commons.Joined'), async (line) => [`${id(line, 'id')}-${id(line, 'round')}`, { members: await membersOf(history, line) }]) },
  ];
}

/** Of a read of a channel or pool: the node that served, and the heavy node with a share in it, if any. */
export function partiesOf(history: History, line: Line): { readonly payee: string; readonly heavy: string | null } {
  const isPool = line.event === 'SponsoredRead';
  const opened = isPool ? history.of('Channels.Sponsored').find((one) => id(one, 'pool') === id(line, 'pool')) : history.of('Channels.Opened').find((one) => id(one, 'channel') === id(line, 'channel'));
  const heavy = id(opened as Line, 'heavy');
  return { payee: isPool ? id(line, 'payee') : id(opened as Line, 'payee'), heavy: heavy === '0' ? null : heavy };
}

/** What it served itself, less the share; and its shares in what others served. */
function readsOf(history: History, node: string): bigint {
  return sum(history.of(...READ_EVENTS), (line) => {
    const { payee, heavy } = partiesOf(history, line);
    return (payee === node ? big(line, 'amount') - big(line, 'fee') : 0n) + (heavy === node ? big(line, 'fee') : 0n);
  });
}

async function feesOf(history: History, turns: Turns, heavy: string, fits: (line: Line) => boolean = () => true): Promise<Fields> {
  const matches = history.of('Market.Opened', 'Market.Grown').filter((line) => fits(line) && turns.terms.get(id(line, 'id'))?.heavy === heavy);
  return { matchedBytes: await bytesOf(history, turns, matches), readFees: sum(history.of(...READ_EVENTS).filter((line) => fits(line) && partiesOf(history, line).heavy === heavy), (line) => big(line, 'fee')) };
}

function creatorOf(history: History, turns: Turns, creator: string): Fields {
  const { opened, grown, extended, toppedUp, potTaken } = spendingOf(history, turns, creator);
  return { rentPaid: opened + grown + extended, toppedUp, potTaken };
}

/** Whoever paid: what counts is whose agreement it was for. */
function spendingOf(history: History, turns: Turns, creator: string, fits: (line: Line) => boolean = () => true) {
  const of = (name: string, amount: string): bigint => sum(history.of(name).filter((line) => fits(line) && turns.terms.get(id(line, 'id'))?.creator === creator), (line) => big(line, amount));
  const [opened, grown, extended] = RENT_EVENTS.map((name) => of(name, 'paid')) as [bigint, bigint, bigint];
  return { opened, grown, extended, toppedUp: of('Market.ToppedUp', 'amount'), potTaken: of('Market.PotTaken', 'amount') };
}

/** Whether the newest draw of the last share was the founder's, or a payment's: then the vault stays the fund's. */
async function emptiedOf(history: History, fund: string): Promise<Fields> {
  const drawn = last(history.of('Endowment.Drawn'), (line) => id(line, 'fund') === fund && big(line, 'sharesLeft') === 0n);
  if (drawn === undefined) return { formerVault: null, emptiedBy: null };
  const view = await before(history, drawn).read<readonly unknown[]>(history.contracts.endowment, 'funds', [BigInt(fund)]);
  const isPayment = history.of('Endowment.Released').some((line) => line.transaction.hash === drawn.transaction.hash);
  return { formerVault: view[6], emptiedBy: isPayment ? null : drawn.transaction.hash };
}

async function membersOf(history: History, joined: Line): Promise<number> {
  const [agreement, round] = [Number(id(joined, 'id')), Number(id(joined, 'round'))];
  let members = 0;
  for (const member of new Set(history.of('Commons.Joined').map((line) => id(line, 'member')))) if ((await history.at().read<bigint>(history.contracts.commons, 'sharesOf', [agreement, round, member])) > 0n) members += 1;
  return members;
}
