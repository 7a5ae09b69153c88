import { sameFields } from './compare.ts';
import type { Sides } from './compare.ts';
import { bigintOf, numberOf, textOf, type Row } from './snapshot.ts';

const TIERS = ['None', 'Standard', 'Archival', 'Edge', 'Heavy'];
const NOBODY = `0x${'0'.repeat(40)}`;

export async function compareNodes(sides: Sides): Promise<void> {
  await compareNetwork(sides);
  await compareRegistry(sides);
  await compareProviders(sides);
  await compareProofs(sides);
}

interface Rules {
  readonly missAllowance: number;
}

async function compareNetwork(sides: Sides): Promise<void> {
  const { snapshot, chain, contracts, same } = sides;
  const network = (await snapshot('Network')).get('holdfast') as Row;
  const view = await chain.read<{ epoch: number; period: number; agreements: number; nodes: number; challenges: bigint; provenBps: bigint; isRepairOnly: boolean; parameters: Record<string, number | Rules> }>(contracts.lens, 'network');
  const of = 'Network';
  sameFields(sides, of, network, view as never, ['agreements', 'nodes', 'challenges', 'provenBps', 'isRepairOnly']);
  same(of, 'epochNumber', network['epochNumber'], view.epoch);
  same(of, 'periodNumber', network['periodNumber'], view.period);
  for (const name of ['genesis', 'epochSeconds', 'epochsPerPeriod', 'stakeEpochs', 'withdrawalEpochs']) same(of, name, network[name], await chain.read(contracts.registry, name));
  same(of, 'tokenSupply', network['tokenSupply'], await chain.read(contracts.token, 'totalSupply'));
  const parameters = (await snapshot('Parameters')).get(textOf(network, 'parameters')) as Row;
  sameFields(sides, 'Parameters', parameters, view.parameters, ['bondUnits', 'ackEpochs', 'graceEpochs', 'healthBps', 'healthEpochs']);
  const rules = await snapshot('TierRules');
  for (const tier of ['standard', 'archival', 'edge']) {
    sameFields(sides, 'TierRules', rules.get(textOf(parameters, tier)) as Row, view.parameters[tier] as never, ['missAllowance', 'penaltyEpochs', 'faultRun', 'slashEpochs', 'answerEpochs']);
  }
  for (const [id, epoch] of await snapshot('Epoch')) {
    same(`Epoch ${id}`, 'seed', epoch['seed'] ?? `0x${'0'.repeat(64)}`, await chain.read(contracts.market, 'seedOf', [Number(id)]));
  }
  const agreements = [...(await snapshot('Agreement')).values()].filter((one) => numberOf(one, 'endPeriod') > view.period);
  same(of, 'runningAgreements', network['runningAgreements'], agreements.length);
  same(of, 'vacantSlots', network['vacantSlots'], agreements.reduce((sum, one) => sum + numberOf(one, 'vacantSlots'), 0));
  const providers = [...(await snapshot('Provider')).values()];
  same(of, 'rent', network['rent'], providers.reduce((sum, one) => sum + bigintOf(one, 'rent'), 0n));
}

async function compareRegistry({ snapshot, chain, contracts, same }: Sides): Promise<void> {
  const { registry, market } = contracts;
  const nodes = await snapshot('Node');
  for (const [id, node] of nodes) {
    const of = `Node ${id}`;
    const number = Number(id);
    const view = await chain.read<{ operator: string; payout: string; tier: number; region: number; parent: number }>(registry, 'nodeOf', [number]);
    same(of, 'operator', node['operator'], view.operator);
    same(of, 'payout', node['payout'], view.payout);
    same(of, 'tier', node['tier'], TIERS[view.tier]);
    same(of, 'region', node['region'], view.region);
    same(of, 'parent', node['parent'] ?? 0, view.parent);
    same(of, 'endpoint', node['endpoint'], await chain.read(registry, 'endpointOf', [number]));
    same(of, 'namedOperator', node['namedOperator'] ?? NOBODY, await chain.read(registry, 'namedOperatorOf', [number]));
    const [stake, queued, withdrawableAtEpoch] = await chain.read<[bigint, bigint, number]>(registry, 'stakes', [number]);
    same(of, 'stake', node['stake'], stake);
    same(of, 'queued', node['queued'], queued);
    same(of, 'withdrawableAtEpoch', node['withdrawableAtEpoch'] ?? 0, withdrawableAtEpoch);
    same(of, 'owed', node['owed'], await chain.read(market, 'owedToNode', [number]));
  }
  for (const [id, operator] of await snapshot('Operator')) {
    same(`Operator ${id}`, 'node', operator['node'] ?? 0, await chain.read(registry, 'idOf', [id]));
    same(`Operator ${id}`, 'former', operator['former'] ?? 0, await chain.read(registry, 'formerIdOf', [id]));
  }
  for (const [id, heavy] of await snapshot('HeavyNode')) {
    same(`HeavyNode ${id}`, 'toBurn', heavy['toBurn'], await chain.read(market, 'burnedFor', [Number(id)]));
    same(`HeavyNode ${id}`, 'children', heavy['children'], [...nodes.values()].filter((node) => node['parent'] === id).length);
  }
}

async function compareProviders({ snapshot, chain, contracts, same }: Sides): Promise<void> {
  const { registry, market, lens, rewards } = contracts;
  const epoch = await chain.read<number>(market, 'currentEpoch');
  const epochs = await chain.read<number>(market, 'epochsPerPeriod');
  const heavies = [...(await snapshot('HeavyNode')).keys()].map(Number);
  const periods = [...(await snapshot('ProviderPeriod')).values()];
  for (const [id, provider] of await snapshot('Provider')) {
    const of = `Provider ${id}`;
    const number = Number(id);
    const [rent, , sinceEpoch] = await chain.read<[bigint, bigint, number, number, number]>(registry, 'dutyOf', [number]);
    same(of, 'rent', provider['rent'], rent);
    same(of, 'sinceEpoch', provider['sinceEpoch'], sinceEpoch);
    same(of, 'required', provider['required'], await chain.read(registry, 'requiredStake', [number]));
    same(of, 'bookedPeriod', provider['bookedPeriod'], await chain.read(registry, 'bookedPeriodOf', [number]));
    same(of, 'proofs', provider['proofs'], await chain.read(market, 'provenEpochs', [number, 0, epoch + 1]));
    same(of, 'burnedFor', provider['burnedFor'], await chain.read(market, 'burnedFor', [number]));
    same(of, 'rewarded', 2n * bigintOf(provider, 'rewarded'), await chain.read(rewards, 'countedFor', [number]));
    // The chain pays an epoch when it is over.
    const running = numberOf(provider, 'lastProvedEpoch') === epoch ? bigintOf(provider, 'rent') - bigintOf(provider, 'fee') : 0n;
    const unsettled = bigintOf(provider, 'earned') - bigintOf(provider, 'settled') - running;
    const pay = await chain.read<bigint>(lens, 'unsettled', [number, heavies, heavies]);
    const fees = await unsettledFees({ chain, market, snapshot, provider: id, epoch });
    same(of, 'earned', unsettled, pay - fees);
    for (const line of periods.filter((one) => one['provider'] === id && numberOf(one, 'periodNumber') * epochs <= epoch)) {
      const first = numberOf(line, 'periodNumber') * epochs;
      same(`ProviderPeriod ${textOf(line, 'id')}`, 'proofs', line['proofs'], await chain.read(market, 'provenEpochs', [number, first, Math.min(first + epochs, epoch + 1)]));
      same(`ProviderPeriod ${textOf(line, 'id')}`, 'isReported', line['isReported'], await chain.read(market, 'isReported', [number, numberOf(line, 'periodNumber')]));
    }
  }
}

/** What the rails hold for heavy nodes since the last settlement: tenure by tenure, from the chain's own bits. */
async function unsettledFees({ chain, market, snapshot, provider, epoch }: { chain: Sides['chain']; market: Sides['contracts']['market']; snapshot: Sides['snapshot']; provider: string; epoch: number }): Promise<bigint> {
  const rails = await snapshot('Rail');
  const agreements = await snapshot('Agreement');
  let fees = 0n;
  for (const tenure of (await snapshot('Tenure')).values()) {
    if (tenure['provider'] !== provider) continue;
    // Where there is none the sum differs, and says so.
    const rail = rails.get(`${provider}-${textOf(tenure, 'heavy')}-${textOf(tenure, 'parent')}`) ?? { settledEpoch: 0 };
    const ends = Math.min(epoch, (tenure['endEpoch'] as number | null) ?? numberOf(agreements.get(textOf(tenure, 'agreement')) as Row, 'endEpoch'));
    const from = Math.max(numberOf(rail, 'settledEpoch'), numberOf(tenure, 'startEpoch'));
    if (from < ends) fees += bigintOf(tenure, 'fee') * (await chain.read<bigint>(market, 'provenEpochs', [Number(provider), from, ends]));
  }
  return fees;
}

async function compareProofs({ snapshot, chain, contracts, same }: Sides): Promise<void> {
  const { market } = contracts;
  for (const [id, proof] of await snapshot('Proof')) same(`Proof ${id}`, 'epochNumber', true, await chain.read(market, 'hasProved', [Number(textOf(proof, 'provider')), numberOf(proof, 'epochNumber')]));
  for (const [id, miss] of await snapshot('Miss')) {
    same(`Miss ${id}`, 'epochs', 0, await chain.read(market, 'provenEpochs', [Number(textOf(miss, 'provider')), numberOf(miss, 'fromEpoch'), numberOf(miss, 'toEpoch')]));
  }
  for (const [id, report] of await snapshot('MissReport')) same(`MissReport ${id}`, 'periodNumber', true, await chain.read(market, 'isReported', [Number(textOf(report, 'provider')), numberOf(report, 'periodNumber')]));
}
