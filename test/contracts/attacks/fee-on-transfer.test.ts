import assert from 'node:assert/strict';
import { maxUint256, zeroAddress, zeroHash } from 'viem';
import { openAgreement, propose } from '../../support/contracts/agreements.ts';
import { adversary } from '../../support/contracts/attack.ts';
import { balanceOf, reverts } from '../../support/contracts/books.ts';
import { commitBundle } from '../../support/contracts/bundles.ts';
import { signExtension } from '../../support/contracts/extensions.ts';
import { inWorld } from '../../support/contracts/in-world.ts';

inWorld('a fee-on-transfer token pays for nothing: whoever would be credited more than arrived is refused everywhere', { token: 'TollToken' }, async (world) => {
  const { evm, market, registry, token, creator } = world;
  const agreement = await openAgreement(world, { periods: 3 });
  await commitBundle(world, agreement);
  const growing = await openAgreement(world, { periods: 3 });
  await evm.send(creator.address, market, 'lock', [agreement.id]);
  const payer = await adversary(world, 'payer');
  const channels = await evm.deploy('Channels', [token.address, registry.address, 10n]);
  const endowment = await evm.deploy('Endowment', [market.address]);
  const commons = await evm.deploy('Commons', [market.address]);
  for (const { address } of [channels, endowment, commons, registry]) await evm.send(payer.address, token, 'approve', [address, maxUint256]);
  await evm.send(payer.address, channels, 'open', [world.providers[0]!.id, 0, zeroAddress, zeroHash, 100n]);
  const consents = await signExtension(world, { agreement: agreement.id, newEnd: 4, slots: [0, 1, 2, 3] });
  const { terms, offers } = await propose(world, { periods: 3 });
  const before = await balanceOf(world, market.address);
  await evm.send(payer.address, token, 'setFee', [1]);
  const payments: Record<string, () => Promise<unknown>> = {
    'open': () => evm.send(creator.address, market, 'open', [terms, offers, maxUint256]),
    'grow': () => evm.send(creator.address, market, 'grow', [growing.id, terms, offers, maxUint256]),
    'extend': () => evm.send(payer.address, market, 'extend', [agreement.id, 4, consents]),
    'topUp': () => evm.send(payer.address, market, 'topUp', [agreement.id, 100n]),
    'challenge': () => evm.send(payer.address, market, 'challenge', [agreement.id, 1, 0, 0, 1]),
    'addStake': () => evm.send(payer.address, registry, 'addStake', [world.providers[0]!.id, 100n]),
    'Channels.open': () => evm.send(payer.address, channels, 'open', [world.providers[0]!.id, 0, zeroAddress, zeroHash, 100n]),
    'Channels.topUp': () => evm.send(payer.address, channels, 'topUp', [1n, 100n]),
    'Endowment.found': () => evm.send(payer.address, endowment, 'found', [agreement.id, zeroAddress, 1n, 0, 0, 100n]),
    'Commons.join': () => evm.send(payer.address, commons, 'join', [agreement.id, 100n]),
  };
  for (const pay of Object.values(payments)) await reverts('PaymentShort', pay);
  assert.equal(await balanceOf(world, market.address), before);
  assert.deepEqual([await balanceOf(world, channels.address), await balanceOf(world, endowment.address), await balanceOf(world, commons.address)], [100n, 0n, 0n]);
});
