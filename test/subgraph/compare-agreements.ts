import { sameFields } from './compare.ts';
import type { Sides } from './compare.ts';
import { bigintOf, numberOf, textOf, type Row } from './snapshot.ts';

const NOBODY = `0x${'0'.repeat(40)}`;

export async function compareAgreements(sides: Sides): Promise<void> {
  const slots = await sides.snapshot('Slot');
  for (const [id, agreement] of await sides.snapshot('Agreement')) {
    await compareAgreement(sides, id, agreement);
    const own = [...slots.values()].filter((slot) => slot['agreement'] === id);
    sides.same(`Agreement ${id}`, 'slots', own.length, numberOf(agreement, 'k') + numberOf(agreement, 'm'));
    for (const slot of own) await compareSlot(sides, Number(id), slot);
  }
  await compareBundles(sides);
  await compareTenures(sides);
  await compareChallenges(sides);
}

async function compareAgreement(sides: Sides, id: string, agreement: Row): Promise<void> {
  const { chain, contracts, same } = sides;
  const of = `Agreement ${id}`;
  const number = Number(id);
  const view = await chain.read<Record<string, unknown>>(contracts.market, 'agreementOf', [number]);
  sameFields(sides, of, agreement, view, ['startEpoch', 'endPeriod', 'k', 'm', 'batchLog2', 'bundles', 'batches', 'retiredBatches', 'creator', 'heavy', 'feeBps', 'quota', 'turns']);
  same(of, 'pot', agreement['pot'], await chain.read(contracts.market, 'potOf', [number]));
  sameFields(sides, of, agreement, await chain.read<Record<string, unknown>>(contracts.market, 'renewalOf', [number]), ['maxPerPeriod', 'untilPeriod', 'isLocked']);
}

async function compareSlot({ chain, contracts, snapshot, same }: Sides, agreement: number, slot: Row): Promise<void> {
  const { market } = contracts;
  const of = `Slot ${textOf(slot, 'id')}`;
  const at = [agreement, numberOf(slot, 'index')];
  const found = await chain.attempt<[number, { parent: number; startEpoch: number; rent: bigint }]>(market, 'slotOf', at);
  same(of, 'provider', slot['provider'] ?? 0, found?.[0] ?? 0);
  if (found !== undefined) {
    same(of, 'parent', slot['parent'], found[1].parent);
    same(of, 'rent', slot['rent'], found[1].rent);
    same(of, 'startEpoch', slot['startEpoch'], found[1].startEpoch);
  }
  const view = await chain.read<{ rent: bigint; sinceEpoch: number; reward: bigint; from: number }>(market, 'vacancyOf', at);
  const vacancy = slot['vacancy'] === null ? undefined : ((await snapshot('Vacancy')).get(textOf(slot, 'vacancy')) as Row);
  same(of, 'vacancy', vacancy !== undefined, view.rent > 0n);
  if (vacancy !== undefined) {
    same('Vacancy', 'rent', vacancy['rent'], view.rent);
    same('Vacancy', 'sinceEpoch', vacancy['sinceEpoch'], view.sinceEpoch);
    same('Vacancy', 'reward', vacancy['reward'], view.reward);
    same('Vacancy', 'from', vacancy['from'], view.from);
  }
  same(of, 'state', slot['state'], found !== undefined ? 'Held' : vacancy !== undefined ? 'Vacant' : 'Released');
  same(of, 'noticeFrom', slot['noticeFrom'], await chain.read(market, 'noticeOf', at));
  same(of, 'openChallenges', slot['openChallenges'], await chain.read(market, 'openChallengesOf', at));
}

async function compareBundles(sides: Sides): Promise<void> {
  const { chain, contracts, snapshot, same } = sides;
  for (const [id, bundle] of await snapshot('Bundle')) {
    const view = await chain.read<{ epoch: number; retired: number; acknowledged: bigint }>(contracts.market, 'bundleOf', [Number(textOf(bundle, 'agreement')), numberOf(bundle, 'number')]);
    const of = `Bundle ${id}`;
    sameFields(sides, of, bundle, view as never, ['root', 'first', 'batches', 'acknowledged']);
    same(of, 'committedEpoch', bundle['committedEpoch'], view.epoch);
    same(of, 'retiredEpoch', ((bundle['retiredEpoch'] as number | null) ?? -1) + 1, view.retired);
    same(of, 'receipts', bundle['receipts'], [...view.acknowledged.toString(2)].filter((bit) => bit === '1').length);
  }
}

/** Those that are over: their proofs, counted by the chain, and what they earned. */
async function compareTenures({ chain, contracts, snapshot, same }: Sides): Promise<void> {
  for (const [id, tenure] of await snapshot('Tenure')) {
    if (tenure['endEpoch'] === null) continue;
    const proven = await chain.read<bigint>(contracts.market, 'provenEpochs', [Number(textOf(tenure, 'provider')), numberOf(tenure, 'startEpoch'), numberOf(tenure, 'endEpoch')]);
    same(`Tenure ${id}`, 'provenEpochs', tenure['provenEpochs'], proven);
    same(`Tenure ${id}`, 'earned', tenure['earned'], proven * (bigintOf(tenure, 'rent') - bigintOf(tenure, 'fee')));
  }
}

async function compareChallenges(sides: Sides): Promise<void> {
  const { chain, contracts, snapshot, same } = sides;
  for (const [id, challenge] of await snapshot('Challenge')) {
    const of = `Challenge ${id}`;
    const view = await chain.read<{ challenger: string; provider: number; agreement: number; slot: number; bundle: number }>(contracts.market, 'challengeOf', [BigInt(id)]);
    same(of, 'state', challenge['state'] === 'Open', view.challenger !== NOBODY);
    if (challenge['state'] !== 'Open') continue;
    sameFields(sides, of, challenge, view as never, ['provider', 'agreement', 'batch', 'leaf', 'deadlineEpoch', 'startEpoch', 'challenger', 'bond']);
    same(of, 'slot', challenge['slot'], `${view.agreement}-${view.slot}`);
    same(of, 'bundle', challenge['bundle'], `${view.agreement}-${view.bundle}`);
  }
}
