import assert from 'node:assert/strict';
import type { Address } from 'viem';
import { balanceOf, changeOf, reverts } from '../support/contracts/books.ts';
import { branches } from '../support/contracts/branches.ts';
import { commonsOf, PERIOD, PER_PERIOD } from '../support/contracts/commons.ts';
import { accountOf } from '../support/contracts/evm.ts';
import { Dice } from '../support/contracts/life-random.ts';
import { runEpochs } from '../support/contracts/proofs.ts';
import { signSuccession } from '../support/contracts/successions.ts';

const stranger = accountOf('stranger').address;

branches('join', {
  'when nothing is added -> it reverts NothingJoined': async (world) => {
    const { join } = await commonsOf(world);
    return () => join(stranger, 0n);
  },
  'when the agreement is not locked -> it reverts NotLocked': async (world) => {
    const { join, member } = await commonsOf(world, { isLocked: false });
    const ada = await member('ada');
    return () => join(ada, 1n);
  },
  'when there is no such agreement -> it reverts NotLocked': async (world) => {
    const { contract } = await commonsOf(world);
    return () => world.evm.send(stranger, contract, 'join', [9, 1n]);
  },
  'when the pool is empty -> a unit is a share; afterwards shares follow from what is left': async (world) => {
    const { join, member, pool, worth, pay, goToPeriod } = await commonsOf(world, { epoch: 3 });
    const [ada, bob] = [await member('ada'), await member('bob')];
    await join(ada, 4n * PER_PERIOD);
    await goToPeriod(1);
    await pay();
    await join(bob, 3n * PER_PERIOD);
    assert.deepEqual(await pool(), { tokens: 6n * PER_PERIOD, shares: 8n * PER_PERIOD });
    assert.deepEqual([await worth(ada), await worth(bob)], [3n * PER_PERIOD, 3n * PER_PERIOD]);
    await join(bob, 6n * PER_PERIOD);
    assert.deepEqual([await worth(ada), await worth(bob)], [3n * PER_PERIOD, 9n * PER_PERIOD]);
  },
  'when the pool is worn -> the next round takes the shares, and pays once this one cannot': async (world) => {
    const { join, member, quit, pay, goToPeriod, round, worth, pool } = await commonsOf(world, { epoch: 3 });
    const [ada, bob] = [await member('ada'), await member('bob')];
    await join(ada, PER_PERIOD);
    await goToPeriod(1);
    await pay();
    assert.deepEqual(await pool(), { tokens: 0n, shares: PER_PERIOD });
    await join(bob, PER_PERIOD - 1n);
    assert.equal(await round(), 0);
    await runEpochs(world, PERIOD, 2 * PERIOD, world.providers.slice(0, 4));
    await goToPeriod(2);
    await reverts('PoolShort', pay);
    await join(ada, 1n);
    await pay();
    assert.equal(await round(), 1);
    assert.deepEqual(await pool(1), { tokens: 0n, shares: PER_PERIOD });
    assert.deepEqual([await worth(ada), await worth(bob, 1), await worth(bob)], [0n, 0n, 0n]);
    await quit(ada);
    await quit(bob, 1);
  },
});

branches('quit', {
  'when the caller has no share -> it reverts NoMember': async (world) => {
    const { join, member, quit } = await commonsOf(world);
    await join(await member('ada'), 1n);
    return () => quit(stranger);
  },
  'when it has left already -> it reverts NoMember': async (world) => {
    const { join, member, quit } = await commonsOf(world);
    const ada = await member('ada');
    await join(ada, 1n);
    await quit(ada);
    return () => quit(ada);
  },
  'when the agreement runs -> what is left comes back at once, the others keep theirs': async (world) => {
    const { join, member, quit, worth, pool, pay, goToPeriod, contract } = await commonsOf(world, { epoch: 3 });
    const [ada, bob] = [await member('ada'), await member('bob')];
    await join(ada, PER_PERIOD);
    await join(bob, 2n * PER_PERIOD);
    await goToPeriod(1);
    await pay();
    const back = await changeOf(() => balanceOf(world, ada), () => quit(ada));
    assert.equal(back, (PER_PERIOD * 2n) / 3n);
    assert.ok((await worth(bob)) >= (PER_PERIOD * 4n) / 3n);
    await quit(bob);
    assert.deepEqual(await pool(), { tokens: 0n, shares: 0n });
    assert.equal(await balanceOf(world, contract.address), 0n);
    await join(ada, 5n);
    assert.deepEqual(await pool(), { tokens: 5n, shares: 5n });
  },
});

branches('pay', {
  'when the agreement is not locked -> it reverts NotLocked': async (world) => (await commonsOf(world, { isLocked: false, periods: 1 })).pay,
  'when the agreement is paid further ahead -> it reverts NotDue': async (world) => {
    const { join, member, pay } = await commonsOf(world);
    await join(await member('ada'), PER_PERIOD);
    return pay;
  },
  'when the pool has one unit too little -> it reverts PoolShort': async (world) => {
    const { join, member, pay } = await commonsOf(world, { periods: 2 });
    await join(await member('ada'), PER_PERIOD - 1n);
    return pay;
  },
  'when it is the first period of the chain -> it pays once, as far ahead as it may': async (world) => {
    const { join, member, pay, endPeriod } = await commonsOf(world, { periods: 2 });
    await join(await member('ada'), 2n * PER_PERIOD);
    await pay();
    assert.equal(await endPeriod(), 3);
    await reverts('NotDue', pay);
  },
  'when one period was left out -> the next makes up for it': async (world) => {
    const { join, member, pay, endPeriod, goToPeriod } = await commonsOf(world, { epoch: 3 });
    await join(await member('ada'), 3n * PER_PERIOD);
    await runEpochs(world, 4, 2 * PERIOD, world.providers.slice(0, 4));
    await goToPeriod(2);
    await pay();
    await pay();
    assert.equal(await endPeriod(), 5);
    await reverts('NotDue', pay);
  },
  'when a data slot and half of the parity did not prove -> it reverts ProvenTooLittle': async (world) => {
    const { join, member, pay, goToPeriod } = await commonsOf(world);
    await join(await member('ada'), PER_PERIOD);
    await runEpochs(world, 1, PERIOD, world.providers.slice(0, 2));
    await goToPeriod(1);
    return pay;
  },
  'when as many slots as a commit needs proved -> it pays, for the vacant slot too': async (world) => {
    const { join, member, pay, goToPeriod, pool } = await commonsOf(world);
    await join(await member('ada'), PER_PERIOD);
    await runEpochs(world, 0, PERIOD, world.providers.slice(0, 4));
    await goToPeriod(1);
    await world.evm.send(world.providers[3]!.operator.address, world.market, 'surrender', [1, 3]);
    await runEpochs(world, PERIOD, 2 * PERIOD, world.providers.slice(0, 3));
    await goToPeriod(2);
    await pay();
    assert.equal((await pool()).tokens, 0n);
  },
  'when a slot changed hands within the period -> its successor is judged from there': async (world) => {
    const { agreement, join, member, pay, goToPeriod, pool } = await commonsOf(world);
    await join(await member('ada'), 2n * PER_PERIOD);
    await runEpochs(world, 0, PERIOD + 2, world.providers.slice(0, 4));
    await world.evm.send(world.providers[3]!.operator.address, world.market, 'surrender', [agreement.id, 3]);
    const { succession, signature } = await signSuccession(world, agreement, 3, world.providers[4]!);
    await world.evm.send(stranger, world.market, 'replace', [succession, signature]);
    // Two of four slots prove all six epochs, one of them three, the successor its last four: 19 of 24, and 18 are needed.
    await runEpochs(world, PERIOD + 2, PERIOD + 3, [0, 1, 2, 4].map((i) => world.providers[i]!));
    await runEpochs(world, PERIOD + 3, 2 * PERIOD, [0, 1, 4].map((i) => world.providers[i]!));
    await goToPeriod(2);
    await pay();
    assert.equal((await pool()).tokens, PER_PERIOD);
  },
  'when the agreement is over -> it reverts AgreementOver': async (world) => {
    const { join, member, pay, goToPeriod } = await commonsOf(world, { periods: 1 });
    await join(await member('ada'), PER_PERIOD);
    await runEpochs(world, 0, PERIOD, world.providers.slice(0, 4));
    await goToPeriod(1);
    return pay;
  },
});

/** Everybody's shares by a plain list: each payment takes the same part of every stake. */
branches('a life of joins, payments and departures', {
  'when twelve members come and go by dice -> everybody keeps his part but for rounding, and nothing is left at the end': async (world) => {
    const { join, member, quit, pay, worth, pool, contract } = await commonsOf(world, { epoch: 3, periods: 1 });
    const dice = new Dice(7);
    const members: Address[] = [];
    for (let i = 0; i < 12; i += 1) members.push(await member(`member ${i}`));
    const stakes = new Map<Address, bigint>();
    let payments = 0;
    for (let step = 0; step < 60; step += 1) {
      const who = members[dice.below(members.length)]!;
      const stake = stakes.get(who) ?? 0n;
      const total = [...stakes.values()].reduce((sum, one) => sum + one, 0n);
      if (step % 25 === 24 && total >= PER_PERIOD + 100n) {
        await pay();
        payments += 1;
        for (const [one, have] of stakes) stakes.set(one, have - (have * PER_PERIOD) / total);
      } else if (stake > 0n && dice.below(3) === 0) {
        const back = await changeOf(() => balanceOf(world, who), () => quit(who));
        const off = back - stake;
        assert.ok(off <= 100n && off >= -100n, `${off} units off`);
        stakes.delete(who);
      } else {
        const amount = 1n + (BigInt(dice.below(1_000_000)) * PER_PERIOD) / 1_000_000n;
        await join(who, amount);
        stakes.set(who, stake + amount);
      }
      const { tokens, shares } = await pool();
      assert.equal(tokens, await balanceOf(world, contract.address));
      assert.ok(shares >= tokens);
    }
    assert.equal(payments, 2);
    for (const who of stakes.keys()) {
      const due = await worth(who);
      assert.equal(await changeOf(() => balanceOf(world, who), () => quit(who)), due);
    }
    assert.deepEqual(await pool(), { tokens: 0n, shares: 0n });
    assert.equal(await balanceOf(world, contract.address), 0n);
  },
});

branches('worthOf', {
  'when somebody has no share -> nothing': async (world) => {
    const { worth } = await commonsOf(world);
    assert.equal(await worth(stranger), 0n);
  },
});
