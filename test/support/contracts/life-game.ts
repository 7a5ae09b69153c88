import assert from 'node:assert/strict';
import { maxUint256, type Address } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import type { OpenedAgreement } from './agreements.ts';
import { accountOf, type Receipt } from './evm.ts';
import { balanceOf, burnedFor, owedTo, owedToNode, supplyOf } from './life-checks.ts';
import type { Rules, Tenure, Vacancy } from './life-ledger.ts';
import { MoneyModel, type NewTenure } from './life-model.ts';
import { Dice } from './life-random.ts';
import { createWorld, goToEpoch, TOKEN, type NodeActor, type World } from './world.ts';

export const RULES: Rules = { epochsPerPeriod: 5, stakeEpochs: 20, withdrawalEpochs: 4, missAllowance: 1, penaltyEpochs: 2, faultRun: 2, slashEpochs: 13, answerEpochs: 2, ackEpochs: 3 };
export const STAKE = 2n * TOKEN;
/** Units of 10^12. */
const BOND_UNITS = 10_000;

/** A tried act that does not apply returns nothing; one that was done, or was refused as it should be, says what it was. */
export type Play = (game: Game) => Promise<string | undefined>;

export interface Running {
  readonly id: number;
  readonly opened: OpenedAgreement;
  readonly creator: PrivateKeyAccount;
  /** May commit, retire and take the pot for the creator. */
  readonly session: PrivateKeyAccount;
  /** Fragments per batch. */
  readonly n: number;
  quota: number;
  readonly bundles: { readonly batches: number; readonly slots: Set<number>; readonly epoch: number; isRetired: boolean }[];
}

/** An open challenge as the game remembers it. */
export interface Asked {
  readonly number: bigint;
  readonly running: Running;
  readonly tenure: Tenure;
  readonly bundle: number;
  readonly batch: number;
  readonly leaf: number;
  readonly deadline: number;
}

/** Random acts of everybody, done on the chain and in the model at once. */
export class Game {
  readonly world: World;
  readonly model = new MoneyModel(RULES);
  readonly dice: Dice;
  readonly creators: readonly { account: PrivateKeyAccount; session: PrivateKeyAccount }[];
  readonly runnings: Running[] = [];
  readonly parents = new Map<number, number>();
  /** "agreement/slot" => the period from which the notice holds. */
  readonly notices = new Map<string, number>();
  readonly challenges: Asked[] = [];
  readonly rails = new Set<string>();
  /** Providers that gave up this epoch's draw. */
  readonly forfeited = new Set<number>();
  epoch = 1;
  isPoked = false;
  readonly #supply: bigint;

  static async begin(seed: number): Promise<Game> {
    const { epochsPerPeriod, stakeEpochs, withdrawalEpochs, ...rules } = RULES;
    const parameters = { ...rules, bondUnits: BOND_UNITS };
    const world = await createWorld({ providers: 6, heavies: 3, stake: STAKE, epochsPerPeriod, stakeEpochs, withdrawalEpochs, parameters });
    const creators = [world.creator, accountOf('second creator')].map((account, i) => ({ account, session: accountOf(`session ${i}`) }));
    for (const { address } of [creators[1]!.account, accountOf('friend'), accountOf('challenger')]) {
      await world.evm.send(world.treasury.address, world.token, 'transfer', [address, 10n ** 6n * TOKEN]);
      await world.evm.send(address, world.token, 'approve', [world.market.address, maxUint256]);
    }
    for (const { account, session } of creators) await world.evm.send(account.address, world.market, 'setSession', [session.address, 2n ** 63n]);
    await goToEpoch(world, 1);
    return new Game(world, new Dice(seed), creators, await supplyOf(world));
  }

  private constructor(world: World, dice: Dice, creators: Game['creators'], supply: bigint) {
    this.world = world;
    this.dice = dice;
    this.creators = creators;
    this.#supply = supply;
    for (const { id, parent } of world.providers) {
      this.parents.set(id, parent);
      this.model.stakes.set(id, { free: STAKE, queued: 0n, readyAt: 0 });
    }
  }

  /** One random act that applies. */
  async step(plays: readonly Play[]): Promise<string> {
    for (;;) {
      const done = await this.dice.pick(plays)!(this);
      if (done !== undefined) return `epoch ${this.epoch}: ${done}`;
    }
  }

  /** Market and registry hold exactly what the model says, to the last unit, and owe it to the same people. */
  async check(after: string): Promise<void> {
    const { world, model } = this;
    const { evm, market, registry } = world;
    assert.equal(await balanceOf(world, market), model.claims(), `the market's balance after ${after}`);
    assert.equal(await balanceOf(world, registry), model.staked(), `the registry's balance after ${after}`);
    assert.equal(await supplyOf(world), this.#supply - model.burned, `the supply after ${after}`);
    for (const node of this.nodes()) assert.equal(await owedToNode(world, node), model.owedToNode.get(node.id) ?? 0n, `owed to node ${node.id} after ${after}`);
    for (const node of world.heavies) assert.equal(await burnedFor(world, node), model.toBurn.get(node.id) ?? 0n, `to burn with node ${node.id} after ${after}`);
    for (const node of world.providers) assert.equal(await burnedFor(world, node), model.burnedFor.get(node.id) ?? 0n, `burned for ${node.id} after ${after}`);
    for (const account of this.accounts()) assert.equal(await owedTo(world, account), model.owedTo.get(account) ?? 0n, `owed to ${account} after ${after}`);
    for (const { id } of world.providers) {
      assert.equal(await evm.read(registry, 'requiredStake', [id]), model.rentIn(id, this.epoch) * BigInt(RULES.stakeEpochs), `promises of ${id} after ${after}`);
    }
    for (const { id } of this.runnings) assert.equal(await evm.read(market, 'potOf', [id]), model.pots.get(id) ?? 0n, `pot of ${id} after ${after}`);
    for (const v of model.vacancies) {
      const { rent, reward, sinceEpoch, from } = await evm.read<Record<string, unknown>>(market, 'vacancyOf', [v.agreement, v.slot]);
      assert.deepEqual({ rent, reward, sinceEpoch, from }, { rent: v.rent, reward: v.reward, sinceEpoch: v.since, from: v.from }, `vacancy ${v.agreement}/${v.slot} after ${after}`);
    }
  }

  async goTo(epoch: number): Promise<void> {
    this.epoch = epoch;
    this.isPoked = false;
    this.forfeited.clear();
    await goToEpoch(this.world, epoch);
  }

  /** A transaction to the market. */
  send(from: Address, functionName: string, args: readonly unknown[] = []): Promise<Receipt> {
    return this.world.evm.send(from, this.world.market, functionName, args);
  }

  period(): number {
    return Math.floor(this.epoch / RULES.epochsPerPeriod);
  }

  /** Whether the provider must prove this epoch and has not yet. */
  isDrawOpen(provider: number): boolean {
    return this.isPoked && !this.model.hasProved(provider, this.epoch);
  }

  /** Slots whose agreement runs in this epoch: somebody is paid for them. */
  running(): Tenure[] {
    return this.model.held().filter((t) => this.epoch < t.end);
  }

  /** Held and vacant slots of an agreement. */
  slotsOf(agreement: number): (Tenure | Vacancy)[] {
    return [...this.model.held(), ...this.model.vacancies].filter((one) => one.agreement === agreement);
  }

  /** The epoch in which the agreement ends; 0 once every slot is released. */
  endOf(agreement: number): number {
    return this.slotsOf(agreement)[0]?.end ?? 0;
  }

  runningOf(agreement: number): Running {
    return this.runnings.find(({ id }) => id === agreement)!;
  }

  /** An agreement whose end has not come, if the dice find one. */
  pickRunning(): Running | undefined {
    return this.dice.pick(this.runnings.filter(({ id }) => this.epoch < this.endOf(id)));
  }

  take(tenure: Omit<NewTenure, 'parent'>): void {
    const parent = this.parents.get(tenure.provider)!;
    this.model.take({ ...tenure, parent }, this.epoch);
    this.rails.add([tenure.provider, tenure.heavy, parent].join('/'));
  }

  /** Challenges of one tenure are of another from now on. */
  follow(from: Tenure, to: Tenure): void {
    for (const [i, asked] of this.challenges.entries()) if (asked.tenure === from) this.challenges[i] = { ...asked, tenure: to };
  }

  nodes(): readonly NodeActor[] {
    return [...this.world.heavies, ...this.world.providers];
  }

  nodeOf(id: number): NodeActor {
    return this.nodes().find((node) => node.id === id)!;
  }

  operatorOf(id: number): Address {
    return this.nodeOf(id).operator.address;
  }

  accounts(): readonly Address[] {
    const strangers = ['reporter', 'repairer', 'challenger', 'friend'].map((label) => accountOf(label).address);
    return [...this.creators.map(({ account }) => account.address), ...strangers, ...this.world.providers.map(({ operator }) => operator.address)];
  }
}
