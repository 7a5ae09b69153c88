import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeFunctionData, maxUint256, toFunctionSelector, type Address, type Hex } from 'viem';
import { propose, signOffer, type Proposal } from '../support/contracts/agreements.ts';
import { openSmall, PRICE } from '../support/contracts/provoke/provocation.ts';
import { accountOf, Reverted } from '../support/contracts/evm.ts';
import { poke } from '../support/contracts/proofs.ts';
import { signSuccession } from '../support/contracts/successions.ts';
import { createWorld, goToEpoch, TOKEN, type World, type WorldOptions } from '../support/contracts/world.ts';

const GUARD = toFunctionSelector('ReentrancyGuardReentrantCall()');
const stranger = accountOf('stranger').address;

async function inWorld(options: WorldOptions, body: (world: World) => Promise<void>): Promise<void> {
  const world = await createWorld(options);
  try {
    await body(world);
  } finally {
    await world.evm.close();
  }
}

const balance = (world: World, owner: Address) => world.evm.read<bigint>(world.token, 'balanceOf', [owner]);
const owedTo = (world: World, account: Address) => world.evm.read<bigint>(world.market, 'owedTo', [account]);
const owedToNode = (world: World, node: { id: number }) => world.evm.read<bigint>(world.market, 'owedToNode', [node.id]);
const encode = (world: World, functionName: string, args: readonly unknown[] = []) => encodeFunctionData({ abi: world.market.abi, functionName, args });
const arm = (world: World, target: Address, call: Hex, insists: boolean) => world.evm.send(stranger, world.token, 'arm', [target, call, insists]);

/** Everything that money can be in: four balances and three debts. */
async function holdings(world: World): Promise<readonly bigint[]> {
  const owners = [world.market.address, world.registry.address, world.creator.address, world.providers[0]!.payout];
  const balances = await Promise.all(owners.map((owner) => balance(world, owner)));
  return [...balances, await owedTo(world, world.creator.address), await owedToNode(world, world.providers[0]!), await owedTo(world, stranger)];
}

async function failsWith(name: string, call: Promise<unknown>): Promise<readonly unknown[]> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof Reverted, String(error));
    assert.equal(error.errorName, name);
    return error.args;
  }
  assert.fail(`expected ${name}`);
}

/** The last callback: refused by the guard, nothing else. */
async function assertRefused(world: World): Promise<void> {
  assert.equal(await world.evm.read<boolean>(world.token, 'called'), true, 'the token was not asked to move anything');
  assert.equal(await world.evm.read<boolean>(world.token, 'succeeded'), false);
  assert.equal(await world.evm.read<Hex>(world.token, 'result'), GUARD);
}

describe('a token that keeps a fee', () => {
  const TOLL: WorldOptions = { token: 'TollToken' };

  it('cannot pay for an agreement: PaymentShort, and nothing is opened', () =>
    inWorld(TOLL, async (world) => {
      await world.evm.send(stranger, world.token, 'setFee', [1]);
      const before = await holdings(world);
      const [received, need] = await failsWith('PaymentShort', openSmall(world));
      assert.equal((received as bigint) * 100n, (need as bigint) * 99n);
      assert.deepEqual(await holdings(world), before);
      assert.equal(await world.evm.read<number>(world.market, 'agreementCount'), 0);
      assert.equal(await world.evm.read<number>(world.market, 'nonceOf', [world.creator.address]), 0);
    }));

  it('cannot be staked: PaymentShort, and nothing is booked', () =>
    inWorld(TOLL, async (world) => {
      const { id } = world.providers[0]!;
      const before = await world.evm.read(world.registry, 'stakes', [id]);
      await world.evm.send(stranger, world.token, 'setFee', [1]);
      const args = await failsWith('PaymentShort', world.evm.send(world.treasury.address, world.registry, 'addStake', [id, 1000n]));
      assert.deepEqual(args, [990n, 1000n]);
      assert.deepEqual(await world.evm.read(world.registry, 'stakes', [id]), before);
    }));
});

/** The guarded acts, as an attacker would call them from inside a transfer. */
async function attacks(world: World, agreement: Awaited<ReturnType<typeof openSmall>>): Promise<Record<string, Hex>> {
  const { terms, offers } = await propose(world, { price: PRICE });
  const { succession, signature } = await signSuccession(world, agreement, 0, world.providers[4]!, { price: PRICE });
  return {
    open: encode(world, 'open', [terms, offers, maxUint256]),
    withdraw: encode(world, 'withdraw'),
    withdrawNode: encode(world, 'withdrawNode', [world.providers[0]!.id]),
    replace: encode(world, 'replace', [succession, signature]),
    reportMisses: encode(world, 'reportMisses', [[world.providers[0]!.id], 0]),
  };
}

interface Stage {
  readonly world: World;
  readonly agreement: Awaited<ReturnType<typeof openSmall>>;
}

/** The acts that move tokens, each with what must have happened before it. */
const movers: Readonly<Record<string, { prepare(stage: Stage): Promise<void>; act(stage: Stage): Promise<unknown> }>> = {
  open: {
    prepare: async () => {},
    act: ({ world }) => openSmall(world),
  },
  withdraw: {
    prepare: async ({ world, agreement }) => void (await world.evm.send(world.creator.address, world.market, 'close', [agreement.id])),
    act: ({ world }) => world.evm.send(world.creator.address, world.market, 'withdraw'),
  },
  withdrawNode: {
    prepare: async ({ world }) => earn(world),
    act: ({ world }) => world.evm.send(stranger, world.market, 'withdrawNode', [world.providers[0]!.id]),
  },
  replace: {
    prepare: async ({ world }) => goToEpoch(world, 1 + world.parameters.faultRun),
    act: async ({ world, agreement }) => {
      const { succession, signature } = await signSuccession(world, agreement, 1, world.providers[4]!, { price: PRICE });
      return world.evm.send(stranger, world.market, 'replace', [succession, signature]);
    },
  },
  reportMisses: {
    prepare: async ({ world }) => goToEpoch(world, world.epochsPerPeriod),
    act: ({ world }) => world.evm.send(stranger, world.market, 'reportMisses', [[world.providers[1]!.id], 0]),
  },
};

/** Provider 0 proves epoch 1 (the agreement is empty: there is nothing to show) and is owed its rent. */
async function earn(world: World): Promise<void> {
  const { id, parent } = world.providers[0]!;
  await goToEpoch(world, 1);
  await poke(world);
  await world.evm.send(stranger, world.market, 'prove', [id, '0x']);
  await goToEpoch(world, 2);
  await world.evm.send(stranger, world.market, 'settle', [id, world.heavies[0]!.id, parent]);
  assert.ok((await owedToNode(world, world.providers[0]!)) > 0n);
}

const CALLBACK: WorldOptions = { token: 'CallbackToken', providers: 5, epochsPerPeriod: 6 };

describe('a token that calls back in the middle of a transfer', () => {
  for (const [name, { prepare, act }] of Object.entries(movers)) {
    const staged = (body: (stage: Stage) => Promise<void>) => () =>
      inWorld(CALLBACK, async (world) => {
        const stage = { world, agreement: await openSmall(world, { periods: 3 }) };
        await prepare(stage);
        await body(stage);
      });

    for (const attack of ['open', 'withdraw', 'withdrawNode', 'replace', 'reportMisses']) {
      it(`gains nothing by ${attack} during ${name}`, async () => {
        let honest: readonly bigint[] = [];
        await staged(async (stage) => {
          await act(stage);
          honest = await holdings(stage.world);
        })();
        await staged(async (stage) => {
          const { world, agreement } = stage;
          await arm(world, world.market.address, (await attacks(world, agreement))[attack]!, false);
          await act(stage);
          await assertRefused(world);
          assert.deepEqual(await holdings(world), honest);
        })();
      });
    }

    it(`that insists on its callback during ${name} undoes everything`, staged(async (stage) => {
      const { world } = stage;
      const before = await holdings(world);
      await arm(world, world.market.address, encode(world, 'withdraw'), true);
      await failsWith('ReentrancyGuardReentrantCall', act(stage));
      assert.deepEqual(await holdings(world), before);
    }));
  }

  it('and closes its own agreement before it has paid is still made to pay, and gets back the unused part once', () =>
    inWorld(CALLBACK, async (world) => {
      const { token } = world;
      await world.evm.send(world.treasury.address, token, 'transfer', [token.address, 1000n * TOKEN]);
      const approve = encodeFunctionData({ abi: token.abi, functionName: 'approve', args: [world.market.address, maxUint256] });
      await world.evm.send(stranger, token, 'act', [token.address, approve]);
      const { terms, offers } = await proposeFor(world, token.address);
      await arm(world, world.market.address, encode(world, 'close', [1]), true);
      await world.evm.send(stranger, token, 'act', [world.market.address, encode(world, 'open', [terms, offers, maxUint256])]);
      const rate = 4n * 10n * PRICE;
      assert.equal(await balance(world, world.market.address), rate * 18n);
      assert.equal(await owedTo(world, token.address), rate * 12n);
      await world.evm.send(stranger, token, 'act', [world.market.address, encode(world, 'withdraw')]);
      assert.equal(await balance(world, world.market.address), rate * 6n);
      assert.equal(await balance(world, token.address), 1000n * TOKEN - rate * 6n);
    }));

  it('cannot take its stake out twice', () =>
    inWorld({ ...CALLBACK, withdrawalEpochs: 0 }, async (world) => {
      const { id, operator, payout } = world.providers[0]!;
      await world.evm.send(operator.address, world.registry, 'queueWithdrawal', [id, 7n]);
      const before = await balance(world, world.registry.address);
      const again = encodeFunctionData({ abi: world.registry.abi, functionName: 'withdrawStake', args: [id] });
      await arm(world, world.registry.address, again, false);
      await world.evm.send(stranger, world.registry, 'withdrawStake', [id]);
      assert.equal(await world.evm.read<boolean>(world.token, 'succeeded'), false);
      assert.equal(await balance(world, payout), 7n);
      assert.equal(await balance(world, world.registry.address), before - 7n);
    }));

  it('cannot count one payment of stake twice', () =>
    inWorld({ ...CALLBACK, withdrawalEpochs: 0 }, async (world) => {
      const { token, registry } = world;
      await world.evm.send(world.treasury.address, token, 'transfer', [token.address, 100n]);
      const approve = encodeFunctionData({ abi: token.abi, functionName: 'approve', args: [registry.address, maxUint256] });
      await world.evm.send(stranger, token, 'act', [token.address, approve]);
      const add = encodeFunctionData({ abi: registry.abi, functionName: 'addStake', args: [world.providers[0]!.id, 50n] });
      await arm(world, registry.address, add, true);
      const before = await holdings(world);
      await failsWith('PaymentShort', world.evm.send(stranger, token, 'act', [registry.address, add]));
      assert.deepEqual(await holdings(world), before);
    }));
});

/** Terms of another creator, a contract, signed by the first four providers. */
async function proposeFor(world: World, creator: Address): Promise<Pick<Proposal, 'terms' | 'offers'>> {
  const proposal = await propose(world, { periods: 3, price: PRICE });
  const terms = { ...proposal.terms, creator, nonce: 0 };
  const expiry = proposal.offers[0]!.expiry;
  return { terms, offers: await Promise.all(proposal.providers.map((provider) => signOffer(world, provider, { terms, price: PRICE, expiry }))) };
}
