import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { encodeFunctionData, maxUint256, parseEther, toFunctionSelector, zeroAddress, zeroHash, type Abi, type Address, type Hex } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { openAgreement, propose, type OpenedAgreement } from '../../support/contracts/agreements.ts';
import { adversary, wealthOf } from '../../support/contracts/attack.ts';
import { balanceOf } from '../../support/contracts/books.ts';
import { bitmap, commitBundle, signReceipts } from '../../support/contracts/bundles.ts';
import { commonsOf, PER_PERIOD } from '../../support/contracts/commons.ts';
import { accountOf, type Contract } from '../../support/contracts/evm.ts';
import { signExtension } from '../../support/contracts/extensions.ts';
import { inWorld } from '../../support/contracts/in-world.ts';
import { behind, WORTHLESS } from '../../support/contracts/life-permit.ts';
import { poke, proofFor } from '../../support/contracts/proofs.ts';
import { signSuccession } from '../../support/contracts/successions.ts';
import { signVoucher } from '../../support/contracts/vouchers.ts';
import { createWorld, goToEpoch, parametersOf, TOKEN, type World } from '../../support/contracts/world.ts';

const GUARD = toFunctionSelector('ReentrancyGuardReentrantCall()');
const stranger = accountOf('stranger').address;
const encode = (contract: Contract, functionName: string, args: readonly unknown[] = []): Hex => encodeFunctionData({ abi: contract.abi, functionName, args });

interface Stage {
  readonly world: World;
  /** Its creator is the token itself, which calls in the middle of every transfer. */
  readonly agreement: OpenedAgreement;
}

/** The token is creator of an agreement of the first four providers with one bundle; epoch 1, seed fixed; provider 1 has proven, 0 has not. */
async function stage(): Promise<Stage> {
  const world = await createWorld({ token: 'CallbackToken', providers: 5, epochsPerPeriod: 6 });
  const { evm, token, market, treasury } = world;
  await evm.send(treasury.address, token, 'transfer', [token.address, 1000n * TOKEN]);
  await evm.send(token.address, token, 'approve', [market.address, maxUint256]);
  await evm.send(treasury.address, token, 'approve', [market.address, maxUint256]);
  const agreement = await openAgreement(world, { periods: 3, creator: { address: token.address } as PrivateKeyAccount });
  await commitBundle(world, agreement);
  await goToEpoch(world, 1);
  await poke(world);
  await evm.send(stranger, market, 'prove', [world.providers[1]!.id, await proofFor(world, world.providers[1]!)]);
  await evm.send(stranger, market, 'topUp', [agreement.id, 0n]);
  await evm.send(treasury.address, market, 'challenge', [agreement.id, 2, 0, 0, 3]);
  return { world, agreement };
}

/** One call of every state-changing function of the market, by name, that would be right at that moment. */
const calls: Readonly<Record<string, (stage: Stage) => Promise<readonly unknown[]> | readonly unknown[]>> = {
  open: async ({ world }) => {
    const { terms, offers } = await propose(world, { periods: 3, creator: { address: world.token.address } as PrivateKeyAccount });
    return [terms, offers, maxUint256];
  },
  commit: async ({ world, agreement }) => [agreement.id, zeroHash, 1, bitmap([0, 1, 2]), await signReceipts(world, { agreement: agreement.id, bundle: 1, root: zeroHash, batches: 1 }, [0, 1, 2])],
  acknowledge: ({ agreement }) => [agreement.id, 0, 0, '0x'],
  retire: ({ agreement }) => [agreement.id, 0],
  close: ({ agreement }) => [agreement.id],
  release: ({ agreement }) => [agreement.id, 1n],
  setSession: () => [stranger, 2n ** 40n],
  extend: async ({ world, agreement }) => [agreement.id, 4, await signExtension(world, { agreement: agreement.id, newEnd: 4, slots: [0, 1, 2, 3] })],
  renew: async ({ world, agreement }) => [agreement.id, 4, await signExtension(world, { agreement: agreement.id, newEnd: 4, slots: [0, 1, 2, 3] })],
  grow: async ({ world, agreement }) => {
    const { terms, offers } = await propose(world, { periods: 3, creator: { address: world.token.address } as PrivateKeyAccount });
    return [agreement.id, terms, offers, maxUint256];
  },
  topUp: ({ agreement }) => [agreement.id, 5n],
  takePot: ({ agreement }) => [agreement.id, 1n],
  authoriseRenewal: ({ agreement }) => [agreement.id, 1n, 9],
  poke: () => [],
  prove: async ({ world }) => [world.providers[0]!.id, await proofFor(world, world.providers[0]!)],
  proveMany: async ({ world }) => [[world.providers[0]!.id], [await proofFor(world, world.providers[0]!)]],
  settle: ({ world }) => [world.providers[1]!.id, world.heavies[0]!.id, world.providers[1]!.parent],
  withdrawNode: ({ world }) => [world.providers[1]!.id],
  withdraw: () => [],
  reportMisses: ({ world }) => [[world.providers[0]!.id], 0],
  replace: async ({ world, agreement }) => {
    const { succession, signature } = await signSuccession(world, agreement, 0, world.providers[4]!);
    return [succession, signature];
  },
  surrender: ({ agreement }) => [agreement.id, 0],
  giveNotice: ({ agreement }) => [agreement.id, 0],
  challenge: ({ agreement }) => [agreement.id, 1, 0, 0, 3],
  answer: () => [1n, '0x'],
  endChallenge: () => [1n],
  dismiss: ({ agreement }) => [agreement.id, 3, 0],
  lock: ({ agreement }) => [agreement.id],
  setParameters: ({ world }) => [parametersOf(world.parameters)],
  setAuthority: () => [stranger],
  permitAndCall: ({ world, agreement }) => behind(WORTHLESS, { to: world.market, name: 'topUp', args: [agreement.id, 5n] }),
};

/** Everything that money can be in, from the token's own purse to the pot. */
async function holdings({ world, agreement }: Stage): Promise<readonly unknown[]> {
  const { evm, market, token } = world;
  const nodes = await Promise.all([...world.providers, ...world.heavies].map((node) => wealthOf(world, { nodes: [node] })));
  return [...nodes, await wealthOf(world, { accounts: [token.address] }), await balanceOf(world, market.address), await evm.read(market, 'potOf', [agreement.id]), await evm.read(market, 'agreementOf', [agreement.id])];
}

const pay = ({ world, agreement }: Stage) => world.evm.send(world.treasury.address, world.market, 'topUp', [agreement.id, 7n]);

void describe('reentrancy through the token', () => {
  void it('is tried with every function of the market that changes anything', async () => {
    const { world } = await stage();
    const names = (world.market.abi as Abi).flatMap((item) => (item.type === 'function' && item.stateMutability !== 'view' && item.stateMutability !== 'pure' ? [item.name] : []));
    assert.deepEqual(Object.keys(calls).sort(), [...new Set(names)].sort());
    await world.evm.close();
  });

  for (const [name, argsOf] of Object.entries(calls)) {
    void it(`${name} in the middle of a payment is refused, or leaves what the same call leaves behind it`, async () => {
      const [inside, behind] = [await stage(), await stage()];
      try {
        const call = encode(inside.world.market, name, await argsOf(inside));
        await inside.world.evm.send(stranger, inside.world.token, 'arm', [inside.world.market.address, call, false]);
        await pay(inside);
        assert.equal(await inside.world.evm.read(inside.world.token, 'called'), true);
        const succeeded = await inside.world.evm.read<boolean>(inside.world.token, 'succeeded');
        const result = await inside.world.evm.read<Hex>(inside.world.token, 'result');
        await pay(behind);
        if (succeeded) await behind.world.evm.send(behind.world.token.address, behind.world.market, name, await argsOf(behind));
        else assert.ok(result.length >= 10, 'refused with an error');
        assert.deepEqual(await holdings(inside), await holdings(behind));
        // Whatever moves tokens is guarded.
        const moves = ['open', 'extend', 'renew', 'grow', 'topUp', 'withdrawNode', 'withdraw', 'reportMisses', 'replace', 'surrender', 'challenge', 'endChallenge', 'permitAndCall'];
        if (moves.includes(name)) assert.equal(result, GUARD);
      } finally {
        await inside.world.evm.close();
        await behind.world.evm.close();
      }
    });
  }
});

/** What the last callback of an armed contract came to. */
async function assertGuarded(world: World, armed: Contract): Promise<void> {
  assert.equal(await world.evm.read(armed, 'called'), true);
  assert.equal(await world.evm.read(armed, 'succeeded'), false);
  assert.equal(await world.evm.read(armed, 'result'), GUARD);
}

inWorld('reentrancy through the token into channels: a voucher is paid once, a deposit comes back once', { token: 'CallbackToken' }, async (world) => {
  const { evm, token, registry } = world;
  const channels = await evm.deploy('Channels', [token.address, registry.address, 10n]);
  const payer = await adversary(world, 'payer', { spender: channels, tokens: 1000n });
  await evm.send(payer.address, channels, 'open', [world.providers[0]!.id, 0, zeroAddress, zeroHash, 500n]);
  const voucher = await signVoucher({ signer: payer, chainId: evm.chainId, channels: channels.address }, { channel: 1n, total: 200n });
  const attempts = [encode(channels, 'redeem', [[voucher]]), encode(channels, 'close', [1n]), encode(channels, 'topUp', [1n, 1n]), encode(channels, 'open', [1, 0, zeroAddress, zeroHash, 1n])];
  await evm.send(payer.address, channels, 'startClosing', [1n]);
  await evm.goTo(evm.now() + 20);
  for (const call of attempts) {
    await evm.send(stranger, token, 'arm', [channels.address, call, false]);
    const total = 200n + BigInt(attempts.indexOf(call));
    await evm.send(stranger, channels, 'redeem', [[await signVoucher({ signer: payer, chainId: evm.chainId, channels: channels.address }, { channel: 1n, total })]]);
    await assertGuarded(world, token);
  }
  assert.equal(await balanceOf(world, world.providers[0]!.payout), 203n);
  await evm.send(stranger, token, 'arm', [channels.address, encode(channels, 'close', [1n]), false]);
  await evm.send(stranger, channels, 'close', [1n]);
  await assertGuarded(world, token);
  assert.equal(await balanceOf(world, payer.address), 1000n - 203n);
  assert.equal(await balanceOf(world, channels.address), 0n);
});

inWorld('reentrancy through the token into a pool: a share comes back once, a period is paid once', { token: 'CallbackToken' }, async (world) => {
  const { contract, agreement, member, join, quit, pay, worth, goToPeriod } = await commonsOf(world, { epoch: 3, periods: 1 });
  const ada = await member('ada');
  await join(ada, 4n * PER_PERIOD);
  // The token is a member too, and has tokens of its own to join with.
  const act = (to: Contract, name: string, args: readonly unknown[]) => world.evm.send(stranger, world.token, 'act', [to.address, encode(to, name, args)]);
  await world.evm.send(world.treasury.address, world.token, 'transfer', [world.token.address, 10n]);
  await act(world.token, 'approve', [contract.address, 10n]);
  await act(contract, 'join', [agreement.id, 5n]);
  const consents = await signExtension(world, { agreement: agreement.id, newEnd: 2, slots: [0, 1, 2, 3] });
  for (const [name, args] of [['join', [agreement.id, 1n]], ['quit', [agreement.id, 0]], ['pay', [agreement.id, consents]]] as const) {
    for (const armed of [() => join(ada, 1n), () => quit(ada), pay]) {
      await world.evm.send(stranger, world.token, 'arm', [contract.address, encode(contract, name, args), false]);
      await armed();
      await assertGuarded(world, world.token);
      if ((await worth(ada)) === 0n) await join(ada, 4n * PER_PERIOD);
    }
    if (name === 'quit') await goToPeriod(1);
  }
});

inWorld('reentrancy through a hostile vault into endowments: refused in deposit and withdrawal', {}, async (world) => {
  const { evm, token, market } = world;
  const endowment = await evm.deploy('Endowment', [market.address]);
  const founder = await adversary(world, 'founder', { spender: endowment, tokens: 100n * TOKEN });
  const vault = await evm.deploy('ReenteringVault', [token.address]);
  const agreement = await openAgreement(world, { periods: 3 });
  const perPeriod = 4n * agreement.rents[0]! * 6n;
  const arm = (name: string, args: readonly unknown[]) => evm.send(stranger, vault, 'arm', [endowment.address, encode(endowment, name, args)]);
  await evm.send(world.creator.address, market, 'lock', [agreement.id]);
  await arm('found', [agreement.id, vault.address, perPeriod, 0, 0, 1n]);
  await evm.send(founder.address, endowment, 'found', [agreement.id, vault.address, perPeriod, 0, 0, 2n * perPeriod]);
  await assertGuarded(world, vault);
  await goToEpoch(world, 6);
  const consents = await signExtension(world, { agreement: agreement.id, newEnd: 4, slots: [0, 1, 2, 3] });
  await arm('release', [1n, consents]);
  await evm.send(stranger, endowment, 'release', [1n, consents]);
  await assertGuarded(world, vault);
  assert.equal(await balanceOf(world, endowment.address), 0n);
  assert.equal(await evm.read(vault, 'totalAssets'), perPeriod);
});

test('reentrancy through the receiver of coins: the treasury that calls back is paid once', async () => {
  const world = await createWorld({ providers: 0 });
  try {
    const { evm, token } = world;
    const treasury = await evm.deploy('ReenteringTreasury');
    const sale = await evm.deploy('Sale', [token.address, 2n, treasury.address]);
    await evm.send(world.treasury.address, token, 'transfer', [sale.address, 100n * TOKEN]);
    await evm.send(stranger, sale, 'buy', [], parseEther('3'));
    await evm.send(stranger, treasury, 'arm', [sale.address, encode(sale, 'collect')]);
    await evm.send(stranger, treasury, 'act', [sale.address, encode(sale, 'collect')]);
    const coins = (account: Address) => evm.request<Hex>('eth_getBalance', [account, 'latest']);
    assert.equal(BigInt(await coins(treasury.address)), parseEther('3'));
    assert.equal(BigInt(await coins(sale.address)), 0n);
  } finally {
    await world.evm.close();
  }
});

inWorld('reentrancy through the token into rewards: the second claim finds nothing', { token: 'CallbackToken', heavies: 1 }, async (world) => {
  const { evm, token, market, treasury } = world;
  const rewards = await evm.deploy('Rewards', [market.address, TOKEN]);
  await evm.send(treasury.address, token, 'transfer', [rewards.address, TOKEN]);
  const agreement = await openAgreement(world, { periods: 3 });
  const [provider] = world.providers;
  await goToEpoch(world, 1);
  await poke(world);
  await evm.send(stranger, market, 'prove', [provider!.id, '0x']);
  await goToEpoch(world, 2);
  await evm.send(stranger, market, 'settle', [provider!.id, world.heavies[0]!.id, provider!.parent]);
  await evm.send(stranger, token, 'arm', [rewards.address, encode(rewards, 'claim', [provider!.id]), false]);
  await evm.send(stranger, rewards, 'claim', [provider!.id]);
  assert.equal(await evm.read(token, 'succeeded'), false);
  const fee = (agreement.rents[0]! * 150n) / 10_000n;
  assert.equal(await balanceOf(world, provider!.payout), fee / 5n / 2n);
});
