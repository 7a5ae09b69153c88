import { PRODUCTION } from '../../../offchain/chain/devnet-parameters.ts';
import type { NetworkParameters } from '../../../offchain/chain/devnet-parameters.ts';
import type { Clock } from '../../../offchain/chain/epoch.ts';
import { geometry } from '../../../offchain/codec/geometry.ts';
import type { Candidate } from '../../../offchain/heavy/placement/candidate.ts';
import { Agenda } from '../agenda.ts';
import { SimDice } from '../dice.ts';
import { EventLog } from '../event-log.ts';
import { ASSUMED } from './assumptions.ts';
import type { Deal } from './deals.ts';
import { Money } from './money.ts';
import type { Job } from './repairs.ts';
import { Providers } from './providers.ts';
import type { Mix, Scenario } from './scenario.ts';
import { Standings } from './standings.ts';
import { Tally } from './tally.ts';

export const DAY = 86_400;
const HOUR = 3_600;
const TB = 1e12;
const TOKEN_UNITS = 1e18;

export interface Heavy {
  readonly id: number;
  readonly region: number;
  readonly children: number[];
  downFrom: number;
  downUntil: number;
  readonly jobs: Set<Job>;
}

export interface WorldOptions {
  readonly seed: number;
  readonly providers: number;
  readonly days: number;
  readonly scenario: Scenario;
  readonly parameters?: NetworkParameters;
  /** Of one in so many agreements real bytes are kept. */
  readonly realShare?: number;
  readonly onEvent?: (line: string) => void;
}

/** Everything that a run consists of. The other files of this folder are what happens in it. */
export class World {
  readonly options: WorldOptions;
  readonly scenario: Scenario;
  readonly parameters: NetworkParameters;
  readonly clock: Clock;
  readonly agenda = new Agenda();
  readonly log: EventLog;
  readonly tally = new Tally();
  /** For what befalls, what is dealt, what is drawn, and what real bytes are. */
  readonly dice: { readonly weather: SimDice; readonly market: SimDice; readonly draws: SimDice; readonly bytes: SimDice };
  readonly providers: Providers;
  readonly heavies: Heavy[] = [];
  readonly deals = new Map<number, Deal>();
  /** Agreements with a slot that did not acknowledge. */
  readonly unacknowledged = new Set<Deal>();
  /** Provider, heavy node, parent: one stream of money each. */
  readonly rails = new Map<string, { readonly provider: number; readonly heavy: number; readonly parent: number }>();
  /** Agreements with a slot that may need a repair. */
  readonly hurt = new Set<Deal>();
  readonly money: Money;
  readonly standings = new Standings();
  readonly fragmentBytes: number;
  epoch = 0;
  nextDeal = 1;
  /** How many agreements creators want to have at once. */
  readonly wantedDeals: number;
  usdPerToken: number = ASSUMED.usdPerToken;
  /** Regions that heavy nodes cannot reach now; the chain sees them. */
  readonly cutOff = new Set<number>();
  /** Proven share of the promised rent, newest epoch last. */
  readonly shares: number[] = [];
  repairOnlySince: number | undefined;

  constructor(options: WorldOptions) {
    const { seed, providers, scenario, parameters = PRODUCTION, days } = options;
    this.options = options;
    this.scenario = scenario;
    this.parameters = parameters;
    this.clock = { genesis: 0, epochSeconds: parameters.epochSeconds, epochsPerPeriod: parameters.epochsPerPeriod };
    this.log = new EventLog(options.onEvent);
    const root = new SimDice(seed);
    this.dice = { weather: root.fork(), market: root.fork(), draws: root.fork(), bytes: root.fork() };
    this.fragmentBytes = geometry({ k: ASSUMED.k, m: ASSUMED.m, batchLog2: ASSUMED.batchLog2 }).fragmentSize * ASSUMED.batchesPerTracked;
    const { epochsPerPeriod, stakeEpochs, withdrawalEpochs, standard, ackEpochs } = parameters;
    this.money = new Money({ epochsPerPeriod, stakeEpochs, withdrawalEpochs, ackEpochs, ...standard });
    const heavies = Math.max(3, Math.round(providers / ASSUMED.providersPerHeavy));
    for (let i = 0; i < heavies; i += 1) this.heavies.push({ id: i + 1, region: i % ASSUMED.regions, children: [], downFrom: 0, downUntil: 0, jobs: new Set() });
    const room = Math.ceil(providers * (2 + (days / 30) * 3 * scenario.monthlyLoss)) + 100;
    this.providers = new Providers({ room, firstId: heavies + 1, mixes: scenario.mix });
    this.wantedDeals = Math.round((providers * ASSUMED.slotsPerProvider) / (ASSUMED.k + ASSUMED.m));
    this.#populate(providers);
  }

  get seconds(): number {
    return this.agenda.now;
  }

  get period(): number {
    return Math.floor(this.epoch / this.clock.epochsPerPeriod);
  }

  note(kind: string, details = ''): void {
    this.log.note(this.agenda.now, kind, details);
  }

  /** One provider more: its own operator, unless one is named. */
  join(mix: number, options: { readonly operator?: number | undefined; readonly isKnown?: boolean } = {}): number {
    const { operator = -1 - this.providers.count, isKnown = false } = options;
    const { providers, money, heavies, dice, parameters } = this;
    const parent = heavies[dice.market.below(heavies.length)]!;
    const p = providers.add({ dice: dice.market, operator, parent: parent.id - 1, mix });
    parent.children.push(p);
    // Enough to stand behind everything that it offers, at twice its price, and for some mistakes.
    const stake = (BigInt(providers.capacity[p]!) * BigInt(ASSUMED.trackedMax * ASSUMED.batchesPerTracked) * this.askOf(p) * BigInt(parameters.stakeEpochs) * 5n) / 2n;
    money.stake(providers.idOf(p), stake);
    this.standings.join(p, { id: providers.idOf(p), epoch: this.epoch, isKnown });
    return p;
  }

  /** Token units per real batch and epoch: its price in money, in tokens of today. */
  askOf(p: number): bigint {
    const bytes = this.fragmentBytes / ASSUMED.batchesPerTracked;
    const epochsPerMonth = (DAY * 365) / 12 / this.clock.epochSeconds;
    const usd = ((ASSUMED.askUsdPerTbMonth * bytes) / TB / epochsPerMonth) * this.providers.askFactor[p]!;
    return BigInt(Math.round((usd / this.usdPerToken) * TOKEN_UNITS));
  }

  /** It answers a heavy node now. */
  isReachable(p: number): boolean {
    const { providers } = this;
    if (!providers.isUp(p, this.seconds) || this.cutOff.has(providers.region[p]!)) return false;
    return providers.mixOf(p).strategy !== 'lazy' || !this.isAsleep(this.epoch);
  }

  /** A lazy provider is switched off for eight hours a day. */
  isAsleep(epoch: number): boolean {
    const epochsPerDay = DAY / this.clock.epochSeconds;
    return epoch % epochsPerDay < (8 * HOUR) / this.clock.epochSeconds;
  }

  isHeavyUp(heavy: Heavy): boolean {
    return this.seconds >= heavy.downUntil;
  }

  /** Who looks after the agreements of heavy node `index`: itself, or a guardian when it has been silent for so many epochs. */
  keeperOf(index: number): Heavy | undefined {
    const own = this.heavies[index]!;
    if (this.isHeavyUp(own)) return own;
    const turns = Math.floor((this.seconds - own.downFrom) / (ASSUMED.guardianEpochs * this.clock.epochSeconds));
    const guardians = Array.from({ length: Math.min(ASSUMED.guardians, turns) }, (_, i) => this.heavies[(index + 1 + i) % this.heavies.length]!);
    return guardians.find((heavy) => this.isHeavyUp(heavy));
  }

  candidate(p: number, pricePercent = 100): Candidate {
    const { providers, money } = this;
    const id = providers.idOf(p);
    const price = (this.askOf(p) * BigInt(pricePercent)) / 100n;
    const hasRoom = providers.reserved[p]! < providers.capacity[p]!;
    // The books are slow to ask: whoever has no room or does not answer needs no figure.
    const alive = hasRoom && this.isReachable(p);
    const heldBytes = providers.owed[p]! * this.fragmentBytes;
    const freeStake = alive ? money.model.freeStake(id, this.epoch) : 0n;
    return { provider: id, operator: `operator ${providers.operator[p]}`, region: providers.region[p]!, price, freeStake: freeStake > 0n ? freeStake : 0n, alive, faulted: providers.isFaulted[p] === 1, ...this.standings.seen(p, heldBytes) };
  }

  #populate(count: number): void {
    const mixes = shuffledMixes(this.scenario.mix, count, this.dice.market);
    let operator = 0;
    let left = 0;
    for (let i = 0; i < count; i += 1) {
      // One provider in six belongs to somebody with many.
      if (left === 0 && this.dice.market.chance(0.01)) [operator, left] = [operator + 1, this.dice.market.between(5, Math.max(5, Math.round(count / 25)))];
      this.join(mixes[i]!, { operator: left > 0 ? operator : undefined, isKnown: true });
      left = Math.max(0, left - 1);
    }
  }
}

/** As many of each kind as its share says, in any order. */
function shuffledMixes(mix: readonly Mix[], count: number, dice: SimDice): number[] {
  const list = mix.flatMap(({ share }, i) => Array.from({ length: Math.round(share * count) }, () => i));
  while (list.length < count) list.push(0);
  return dice.shuffled(list.slice(0, count));
}
