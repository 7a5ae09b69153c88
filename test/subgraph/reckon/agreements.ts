/** Agreements, their slots and bundles, and how slots change hands. */
import { decodeFunctionData, parseAbi } from 'viem';
import { actOf } from '../../../offchain/chain/act-of.ts';
import { marketAbi } from '../../../offchain/chain/generated/abi.ts';
import type { Duty } from './duties.ts';
import { before, big, id, isSame, last, sum, type History, type Line } from './history.ts';
import { batchesToBytes } from './network.ts';
import { rowsOf, rowsOfEach, type Fields, type Reckoned } from './reckoned.ts';
import { cutOf, type Turns } from './turns.ts';

/** How the history's contract wallet is called. */
const WALLET = parseAbi(['function act(address to, bytes data)']);

export async function reckonAgreements(history: History, turns: Turns, duties: ReadonlyMap<string, Duty>): Promise<Reckoned[]> {
  return [
    { type: 'Agreement', rows: await rowsOfEach(turns.terms.keys(), async (number) => [number, await agreementOf(history, turns, number)]) },
    { type: 'Slot', rows: rowsOf(turns.bySlot.keys(), (slot) => [slot, slotOf(history, turns, slot)]) },
    { type: 'Tenure', rows: rowsOf(turns.tenures, (one) => [one.id, tenureOf(turns, duties, one)]) },
    { type: 'Vacancy', rows: rowsOf(turns.vacancies, (one) => [one.id, { rent: one.rent, sinceEpoch: one.startEpoch, from: one.provider, reward: waitingIn(one.begun), filledEpoch: cutOf(one) ?? null }]) },
    { type: 'Fault', rows: rowsOf(history.of('Market.Vacated'), (line) => [line.id, faultOf(history, line)]) },
    { type: 'Bundle', rows: rowsOf(history.of('Market.Committed'), (line) => [`${id(line, 'id')}-${id(line, 'bundle')}`, { sizeBytes: batchesToBytes(turns, line) }]) },
    { type: 'Challenge', rows: await rowsOfEach(history.of('Market.Challenged'), async (line) => [id(line, 'challenge'), { reward: await rewardOf(history, id(line, 'challenge')) }]) },
    { type: 'Extension', rows: await rowsOfEach(history.of('Market.Extended'), async (line) => [line.id, await extensionOf(history, line)]) },
  ];
}

async function agreementOf(history: History, turns: Turns, number: string): Promise<Fields> {
  const { market } = history.contracts;
  const { quota, batchLog2, endPeriod, k, m } = await history.at().read<Record<'quota' | 'batchLog2' | 'endPeriod' | 'k' | 'm', number>>(market, 'agreementOf', [Number(number)]);
  let vacantSlots = 0;
  for (let slot = 0; slot < k + m; slot += 1) if ((await history.at().read<{ rent: bigint }>(market, 'vacancyOf', [Number(number), slot])).rent > 0n) vacantSlots += 1;
  // What each slot's newest turn costs, be it held or vacant, and so it stays when the agreement is over.
  const newest = Array.from({ length: k + m }, (_, slot) => turns.bySlot.get(`${number}-${slot}`)?.at(-1));
  return { quotaBytes: BigInt(quota) << BigInt(batchLog2), endEpoch: endPeriod * history.clock.epochsPerPeriod, rent: sum(newest, (turn) => turn?.rent as bigint), vacantSlots };
}

function slotOf(history: History, turns: Turns, slot: string): Fields {
  const own = turns.bySlot.get(slot) ?? [];
  const newest = own.at(-1);
  const running = newest?.ended === undefined ? newest?.id : null;
  const isTenure = turns.tenures.some((one) => one === newest);
  return { turns: own.length, tenure: isTenure ? running : null, vacancy: isTenure ? null : running, lastFault: last(history.of('Market.Vacated'), (line) => slotNamed(line) === slot)?.id ?? null };
}

/** Of what was slashed: a quarter for the repairer, 15 % for the successor. */
function waitingIn(vacated: Line): bigint {
  const slashed = big(vacated, 'slashed');
  return (slashed * 25n) / 100n + (slashed * 15n) / 100n;
}

/** Until its slot was released at the latest. */
function tenureOf(turns: Turns, duties: ReadonlyMap<string, Duty>, one: Turns['tenures'][number]): Fields {
  const { provider, heavy, parent, rent, fee, startEpoch, ended } = one;
  const endEpoch = ended === undefined ? null : (cutOf(one) ?? turns.endOf(one.agreement));
  return { provider, heavy, parent, rent, fee, startEpoch, endEpoch, proofsBefore: duties.get(provider)?.proofsBefore(startEpoch) };
}

/** The next replacement of the slot, if there was one. */
function faultOf(history: History, line: Line): Fields {
  const slot = slotNamed(line);
  const next = history.of('Market.Vacated', 'Market.Replaced').find((one) => one.ordinal > line.ordinal && slotNamed(one) === slot);
  const by = next?.event === 'Replaced' ? next : undefined;
  return {
    successor: by === undefined ? null : id(by, 'to'), successorRent: by?.args['rent'] ?? null, bounty: by?.args['bounty'] ?? null,
    repairer: by === undefined ? null : repairerOf(by, history.deployment.market), replacedBy: by?.transaction.hash ?? null,
  };
}

/** Whom the signed succession names, or whoever called the market; null where that was a contract: nobody sees from outside whom it called for. */
export function repairerOf({ transaction }: Line, market: string): string | null {
  const isDirect = isSame(transaction.to, market);
  const data = isDirect ? actOf(transaction.input) : decodeFunctionData({ abi: WALLET, data: transaction.input }).args[1];
  const { functionName, args } = decodeFunctionData({ abi: marketAbi, data });
  if (functionName !== 'replace') throw new Error(`the history replaces slots by calling replace, not ${functionName}`);
  const { repairer } = args[0];
  return !/^0x0+$/.test(repairer) ? repairer.toLowerCase() : isDirect ? transaction.from : null;
}

export function slotNamed(line: Line): string {
  return `${id(line, 'id')}-${id(line, 'slot')}`;
}

interface ChallengeView {
  readonly challenger: string;
  readonly provider: number;
  readonly agreement: number;
  readonly slot: number;
  readonly bond: bigint;
}

/** As it was when it was posted. */
export async function challengeOf(history: History, number: string): Promise<ChallengeView> {
  const posted = history.of('Market.Challenged').find((line) => id(line, 'challenge') === number) as Line;
  return history.at(posted.block).read<ChallengeView>(history.contracts.market, 'challengeOf', [BigInt(number)]);
}

/** What the market owed the challenger more behind the end, beyond the bond. */
export async function rewardOf(history: History, number: string): Promise<bigint> {
  const { market } = history.contracts;
  const line = history.of('Market.ChallengeEnded').find((one) => id(one, 'challenge') === number);
  if (line === undefined) return 0n;
  const { challenger, bond } = await challengeOf(history, number);
  const refunds = history.of('Market.Refunded').filter((one) => one.transaction.hash === line.transaction.hash && id(one, 'creator') === challenger);
  return (await history.at(line.block).read<bigint>(market, 'owedTo', [challenger])) - (await before(history, line).read<bigint>(market, 'owedTo', [challenger])) - bond - sum(refunds, (one) => big(one, 'amount'));
}

async function extensionOf(history: History, line: Line): Promise<Fields> {
  const { market } = history.contracts;
  const { endPeriod } = await before(history, line).read<{ endPeriod: number }>(market, 'agreementOf', [Number(id(line, 'id'))]);
  return { fromPeriod: endPeriod, fromPot: isSame(line.args['payer'], market.address) };
}
