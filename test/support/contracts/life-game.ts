import assert from 'node:assert/strict';
import { maxUint256 } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { openAgreement, type OpenedAgreement } from './agreements.ts';
import { uniformBundle } from './bundle-tree.ts';
import { commitBundle } from './bundles.ts';
import { accountOf, Reverted } from './evm.ts';
import { release, settle, withdraw, withdrawNode } from './life-acts.ts';
import { balanceOf, expectRevert, isFaulted, owedTo, owedToNode, supplyOf } from './life-checks.ts';
import { MoneyModel, type Rules, type Tenure } from './life-model.ts';
import { Dice } from './life-random.ts';
import { poke, prove } from './proofs.ts';
import { replaceSlot, signSuccession } from './successions.ts';
import { createWorld, goToEpoch, TOKEN, type NodeActor, type World } from './world.ts';

const RULES: Rules = { epochsPerPeriod: 5, stakeEpochs: 20, withdrawalEpochs: 4, missAllowance: 1, penaltyEpochs: 2, faultRun: 2, slashEpochs: 12 };
const STAKE = 2n * TOKEN;
const PRICE = 10 ** 15;

/** Random acts of everybody, done on the chain and in the model at once. Acts return what they did, or nothing where they do not apply. */
export class Game {
  readonly world: World;
  readonly model = new MoneyModel(RULES);
  readonly #dice: Dice;
  readonly #creators: readonly PrivateKeyAccount[];
  readonly #agreements: OpenedAgreement[] = [];
  readonly #parents = new Map<number, number>();
  readonly #rails = new Set<string>();
  readonly #supply: bigint;
  readonly #forfeited = new Set<number>();
  #epoch = 1;
  #isPoked = false;

  static async begin(seed: number): Promise<Game> {
    const { epochsPerPeriod, stakeEpochs, withdrawalEpochs, ...parameters } = RULES;
    const world = await createWorld({ providers: 6, heavies: 3, stake: STAKE, epochsPerPeriod, stakeEpochs, withdrawalEpochs, parameters });
    const second = accountOf('second creator');
    await world.evm.send(world.treasury.address, world.token, 'transfer', [second.address, 10n ** 6n * TOKEN]);
    await world.evm.send(second.address, world.token, 'approve', [world.market.address, maxUint256]);
    await goToEpoch(world, 1);
    return new Game(world, new Dice(seed), [world.creator, second], await supplyOf(world));
  }

  private constructor(world: World, dice: Dice, creators: readonly PrivateKeyAccount[], supply: bigint) {
    this.world = world;
    this.#dice = dice;
    this.#creators = creators;
    this.#supply = supply;
    for (const { id, parent } of world.providers) {
      this.#parents.set(id, parent);
      this.model.stakes.set(id, { free: STAKE, queued: 0n, readyAt: 0 });
    }
  }

  /** One random act that applies. */
  async step(): Promise<string> {
    const acts = [
      this.#open, this.#open, this.#commit, this.#pokeAndProve, this.#pokeAndProve, this.#pokeAndProve, this.#nextEpoch, this.#nextEpoch, this.#nextEpoch,
      this.#settle, this.#report, this.#replace, this.#replace, this.#close, this.#release, this.#release, this.#withdraw, this.#changeParent, this.#queue, this.#takeStake,
    ];
    for (;;) {
      const done = await this.#dice.pick(acts)!.call(this);
      if (done !== undefined) return `epoch ${this.#epoch}: ${done}`;
    }
  }

  /** Market and registry hold exactly what the model says, to the last unit, and owe it to the same people. */
  async check(after: string): Promise<void> {
    const { world, model } = this;
    assert.equal(await balanceOf(world, world.market), model.claims(), `the market's balance after ${after}`);
    assert.equal(await balanceOf(world, world.registry), model.staked(), `the registry's balance after ${after}`);
    assert.equal(await supplyOf(world), this.#supply - model.burned, `the supply after ${after}`);
    for (const node of this.#nodes()) assert.equal(await owedToNode(world, node), model.owedToNode.get(node.id) ?? 0n, `owed to node ${node.id} after ${after}`);
    for (const account of this.#accounts()) assert.equal(await owedTo(world, account), model.owedTo.get(account) ?? 0n, `owed to ${account} after ${after}`);
    for (const { id } of world.providers) {
      assert.equal(await world.evm.read(world.registry, 'requiredStake', [id]), model.rentIn(id, this.#epoch) * 20n, `promises of ${id} after ${after}`);
    }
  }

  /** Everything ends, and everybody takes what is theirs. */
  async end(): Promise<void> {
    const { world, model } = this;
    await this.#goTo(Math.max(this.#epoch + 1, ...model.tenures.map((t) => t.end)));
    for (const t of this.#held()) {
      await release(world, { id: t.agreement }, [t.slot]);
      model.release(t, this.#epoch);
    }
    for (const rail of this.#rails) await this.#settleRail(rail);
    await this.check('the last settlement');
    for (const node of this.#nodes()) await this.#withdrawNode(node);
    for (const account of this.#accounts()) await this.#withdrawAccount(account);
    for (const provider of world.providers) await this.#queueAmount(provider, model.stakes.get(provider.id)!.free);
    await this.#goTo(this.#epoch + RULES.withdrawalEpochs);
    for (const provider of world.providers) await this.#takeStakeOf(provider);
    await this.check('the last withdrawal');
    assert.equal(await balanceOf(world, world.market), 0n);
    assert.equal(await balanceOf(world, world.registry), 0n);
  }

  async #open(): Promise<string | undefined> {
    const dice = this.#dice;
    const [k, m, quota] = [dice.between(1, 2), dice.between(1, 2), dice.between(1, 5)];
    const price = () => BigInt(dice.between(PRICE / 10, PRICE * 2));
    const able = this.world.providers.filter((p) => this.model.freeStake(p.id, this.#epoch) >= BigInt(PRICE * 2 * quota * RULES.stakeEpochs));
    if (able.length < k + m) return undefined;
    const providers = dice.shuffled(able).slice(0, k + m);
    const heavy = dice.pick(this.world.heavies)!.id;
    const feeBps = dice.between(0, 200);
    const agreement = await openAgreement(this.world, {
      k, m, quota, feeBps, heavy, providers, creator: dice.pick(this.#creators)!, price: providers.map(price), periods: dice.between(1, 3),
    });
    this.#agreements.push(agreement);
    const { id, creator, endEpoch } = agreement;
    for (const [slot, provider] of providers.entries()) this.#take({ agreement: id, slot, creator: creator.address, provider: provider.id, heavy, rent: agreement.rents[slot]!, end: endEpoch, feeBps });
    return `open ${id}`;
  }

  async #commit(): Promise<string | undefined> {
    const agreement = this.#dice.pick(this.#agreements);
    if (agreement === undefined) return undefined;
    const { k, m, quota } = agreement.terms;
    const slots = this.#held().filter((t) => t.agreement === agreement.id && this.#epoch < t.end).map((t) => t.slot);
    const { batches } = await this.world.evm.read<{ batches: number }>(this.world.market, 'agreementOf', [agreement.id]);
    if (slots.length < k + m || batches === quota) return undefined;
    const quorum = k + Math.ceil(m / 2);
    const signed = this.#dice.shuffled(slots).slice(0, this.#dice.between(quorum, k + m)).sort((a, b) => a - b);
    await commitBundle(this.world, agreement, { batches: this.#dice.between(1, quota - batches), slots: signed, build: uniformBundle });
    return `commit to ${agreement.id}`;
  }

  async #pokeAndProve(): Promise<string | undefined> {
    if (!this.#isPoked) {
      await poke(this.world);
      this.#isPoked = true;
    }
    const done: string[] = [];
    for (const provider of this.world.providers) {
      if (this.#dice.below(3) > 0 && !this.model.hasProved(provider.id, this.#epoch)) done.push(await this.#proveOne(provider));
    }
    return done.length === 0 ? undefined : done.join(', ');
  }

  /** Ended slots may spoil a draw, even those released in this epoch; nothing else may. */
  async #proveOne(provider: NodeActor): Promise<string> {
    const own = this.model.tenures.filter((t) => t.provider === provider.id);
    const isHolding = own.some((t) => t.removedAt === undefined);
    const isSpoiled = this.#forfeited.has(provider.id) || own.some((t) => t.end <= this.#epoch && (t.removedAt ?? this.#epoch) === this.#epoch);
    try {
      await prove(this.world, provider);
    } catch (error) {
      if (!(error instanceof Reverted)) throw error;
      const allowed = [...(isSpoiled ? ['PruneFirst', 'NothingToProve'] : []), ...(isHolding ? [] : ['NothingToProve'])];
      assert.ok(allowed.includes(error.errorName), `provider ${provider.id} in epoch ${this.#epoch}: ${error.message}`);
      return `${provider.id} cannot prove`;
    }
    assert.ok(!this.#forfeited.has(provider.id));
    this.model.prove(provider.id, this.#epoch);
    return `${provider.id} proves`;
  }

  async #nextEpoch(): Promise<string> {
    const steps = this.#dice.below(8) === 0 ? this.#dice.between(2, 4) : 1;
    await this.#goTo(this.#epoch + steps);
    return `${steps} epochs on`;
  }

  async #goTo(epoch: number): Promise<void> {
    this.#epoch = epoch;
    this.#isPoked = false;
    this.#forfeited.clear();
    await goToEpoch(this.world, epoch);
  }

  async #settle(): Promise<string | undefined> {
    const rail = this.#dice.pick([...this.#rails]);
    return rail === undefined ? undefined : this.#settleRail(rail);
  }

  async #settleRail(rail: string): Promise<string> {
    const [provider, heavy, parent] = rail.split('/').map(Number) as [number, number, number];
    await settle(this.world, this.#nodeOf(provider), this.#nodeOf(heavy), parent);
    this.model.settle({ provider, heavy, parent }, this.#epoch);
    return `settle ${rail}`;
  }

  async #report(): Promise<string | undefined> {
    const period = Math.floor(this.#epoch / RULES.epochsPerPeriod) - 1;
    if (period < 0) return undefined;
    const providers = this.#dice.shuffled(this.world.providers).slice(0, 3);
    const reporter = accountOf('reporter').address;
    await this.world.evm.send(reporter, this.world.market, 'reportMisses', [providers.map(({ id }) => id), period]);
    for (const { id } of providers) this.model.report(id, period, reporter);
    return `report ${providers.map(({ id }) => id).join(' ')} of period ${period}`;
  }

  async #replace(): Promise<string | undefined> {
    const t = this.#dice.pick(this.#held().filter((held) => this.#epoch < held.end));
    if (t === undefined) return undefined;
    const faulted = this.model.isFaulted(t.provider, this.#epoch);
    assert.equal(await isFaulted(this.world, this.#nodeOf(t.provider)), faulted);
    const agreement = this.#agreements.find(({ id }) => id === t.agreement)!;
    const { quota, feeBps } = agreement.terms;
    const members = this.#held().filter((held) => held.agreement === t.agreement).map((held) => held.provider);
    const price = (t.rent / BigInt(quota)) - BigInt(this.#dice.below(3)) * 7n;
    const rent = price * BigInt(quota);
    const able = this.world.providers.filter(({ id }) => !members.includes(id) && this.model.freeStake(id, this.#epoch) >= rent * BigInt(RULES.stakeEpochs));
    const successor = this.#dice.pick(able);
    if (successor === undefined) return undefined;
    const repairer = accountOf('repairer').address;
    const send = async () => replaceSlot(this.world, repairer, await signSuccession(this.world, agreement, t.slot, successor, { price }));
    if (!faulted || this.#epoch <= t.start + RULES.faultRun) {
      await expectRevert(send(), 'SlotNotFaulted', [t.agreement, BigInt(t.slot), t.provider]);
      return undefined;
    }
    await send();
    const parent = this.#parents.get(successor.id)!;
    this.#rails.add([successor.id, t.heavy, parent].join('/'));
    this.model.replace(t, { provider: successor.id, parent, rent, feeBps }, repairer, this.#epoch);
    return `replace ${t.provider} by ${successor.id} in ${t.agreement}`;
  }

  async #close(): Promise<string | undefined> {
    const agreement = this.#dice.pick(this.#agreements);
    if (agreement === undefined) return undefined;
    const held = this.#held().filter((t) => t.agreement === agreement.id);
    const boundary = (Math.floor(this.#epoch / RULES.epochsPerPeriod) + 1) * RULES.epochsPerPeriod;
    if (held.length === 0 || held[0]!.end <= boundary) return undefined;
    await this.world.evm.send(agreement.creator.address, this.world.market, 'close', [agreement.id]);
    this.model.close(agreement.id, this.#epoch);
    return `close ${agreement.id}`;
  }

  async #release(): Promise<string | undefined> {
    const t = this.#dice.pick(this.#held().filter((held) => this.#epoch + 1 >= held.end));
    if (t === undefined) return undefined;
    const operator = this.#nodeOf(t.provider).operator.address;
    const sender = this.#dice.below(2) === 0 ? operator : this.world.treasury.address;
    const hasProved = this.model.hasProved(t.provider, this.#epoch);
    const isDue = this.#epoch < t.end || (this.#isPoked && this.model.rentIn(t.provider, this.#epoch) > 0n && !this.model.isFaulted(t.provider, this.#epoch));
    if (!hasProved && isDue && (sender !== operator || this.#epoch < t.end)) {
      await expectRevert(release(this.world, { id: t.agreement }, [t.slot], sender), 'DrawPending', [t.provider, this.#epoch]);
      return undefined;
    }
    if (!hasProved && isDue) this.#forfeited.add(t.provider);
    await release(this.world, { id: t.agreement }, [t.slot], sender);
    this.model.release(t, this.#epoch);
    return `release ${t.agreement}/${t.slot}`;
  }

  async #withdraw(): Promise<string> {
    const node = this.#dice.pick(this.#nodes())!;
    const account = this.#dice.pick(this.#accounts())!;
    await this.#withdrawNode(node);
    await this.#withdrawAccount(account);
    return `withdraw node ${node.id} and ${account}`;
  }

  async #withdrawNode(node: NodeActor): Promise<void> {
    const owed = this.model.owedToNode.get(node.id) ?? 0n;
    if (owed === 0n) return expectRevert(withdrawNode(this.world, node), 'NothingOwed');
    assert.equal(await withdrawNode(this.world, node), owed);
    this.model.withdrawNode(node.id);
  }

  async #withdrawAccount(account: `0x${string}`): Promise<void> {
    const owed = this.model.owedTo.get(account) ?? 0n;
    if (owed === 0n) return expectRevert(withdraw(this.world, account), 'NothingOwed');
    assert.equal(await withdraw(this.world, account), owed);
    this.model.owedTo.delete(account);
  }

  async #changeParent(): Promise<string> {
    const provider = this.#dice.pick(this.world.providers)!;
    const parent = this.#dice.pick(this.world.heavies)!.id;
    await this.world.evm.send(provider.operator.address, this.world.registry, 'setParent', [provider.id, parent]);
    this.#parents.set(provider.id, parent);
    return `${provider.id} moves to ${parent}`;
  }

  async #queue(): Promise<string | undefined> {
    const provider = this.#dice.pick(this.world.providers)!;
    const free = this.model.freeStake(provider.id, this.#epoch);
    return free <= 0n ? undefined : this.#queueAmount(provider, free / BigInt(this.#dice.between(1, 4)));
  }

  async #queueAmount(provider: NodeActor, amount: bigint): Promise<string> {
    await this.world.evm.send(provider.operator.address, this.world.registry, 'queueWithdrawal', [provider.id, amount]);
    this.model.queue(provider.id, amount, this.#epoch);
    return `${provider.id} queues ${amount}`;
  }

  async #takeStake(): Promise<string | undefined> {
    return this.#takeStakeOf(this.#dice.pick(this.world.providers)!);
  }

  async #takeStakeOf(provider: NodeActor): Promise<string | undefined> {
    const stake = this.model.stakes.get(provider.id)!;
    const take = () => this.world.evm.send(this.world.treasury.address, this.world.registry, 'withdrawStake', [provider.id]);
    const refusal =
      stake.queued === 0n ? 'NothingQueued' : this.#epoch < stake.readyAt ? 'WithdrawalNotReady' : this.model.freeStake(provider.id, this.#epoch) < 0n ? 'StakeTooLow' : undefined;
    if (refusal !== undefined) {
      await expectRevert(take(), refusal);
      return undefined;
    }
    const before = await balanceOf(this.world, provider.payout);
    await take();
    assert.equal((await balanceOf(this.world, provider.payout)) - before, stake.queued);
    stake.queued = 0n;
    return `${provider.id} takes stake`;
  }

  #take(tenure: Omit<Parameters<MoneyModel['take']>[0], 'parent'>): void {
    const parent = this.#parents.get(tenure.provider)!;
    this.#rails.add([tenure.provider, tenure.heavy, parent].join('/'));
    this.model.take({ ...tenure, parent }, this.#epoch);
  }

  #held(): Tenure[] {
    return this.model.tenures.filter((t) => t.removedAt === undefined);
  }

  #nodes(): readonly NodeActor[] {
    return [...this.world.heavies, ...this.world.providers];
  }

  #nodeOf(id: number): NodeActor {
    return this.#nodes().find((node) => node.id === id)!;
  }

  #accounts(): readonly `0x${string}`[] {
    return [...this.#creators.map(({ address }) => address), accountOf('reporter').address, accountOf('repairer').address];
  }
}
