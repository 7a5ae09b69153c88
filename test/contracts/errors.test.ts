import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Hex } from 'viem';
import { errorsAbi } from '../../offchain/chain/generated/abi.ts';
import { revertOf } from '../support/contracts/check-errors.ts';
import { agreements } from '../support/contracts/provoke/agreements.ts';
import { commons } from '../support/contracts/provoke/commons.ts';
import { deployment } from '../support/contracts/provoke/deployment.ts';
import { endowments } from '../support/contracts/provoke/endowments.ts';
import { faults } from '../support/contracts/provoke/faults.ts';
import { manager } from '../support/contracts/provoke/manager.ts';
import { nodes } from '../support/contracts/provoke/nodes.ts';
import { proofs } from '../support/contracts/provoke/proofs.ts';
import type { Provocations } from '../support/contracts/provoke/provocation.ts';
import { renewals } from '../support/contracts/provoke/renewals.ts';
import { tokens } from '../support/contracts/provoke/token.ts';
import { trade } from '../support/contracts/provoke/trade.ts';
import { createWorld } from '../support/contracts/world.ts';

const tables: readonly Provocations[] = [agreements, proofs, faults, renewals, nodes, trade, endowments, commons, manager, tokens, deployment];

/** In the ABI through OpenZeppelin's code, in reach of no call. */
const unreachable: Readonly<Record<string, string>> = {
  AccessManagedRequiredDelay: 'IAccessManaged declares it; AccessManaged of this version asks the manager instead, which answers NotScheduled or NotReady.',
  ECDSAInvalidSignatureLength: 'ECDSA throws it for signatures given as bytes to `recover`; the token gives v, r and s, market and channels use `tryRecover`.',
  InsufficientBalance: 'Address throws it when a contract has less coin than it sends; Sale.collect sends what it has, and AccessManager.execute what came with the call.',
  InvalidAccountNonce: 'Nonces throws it where the caller names a nonce; a permit does not: a used one is signed by somebody else (ERC2612InvalidSigner).',
  InvalidShortString: 'ShortStrings.byteLength throws it for a length byte above 31; it reads only the immutables that toShortString made of constants.',
  StringTooLong: 'ShortStrings.toShortString throws it for 32 bytes and more; EIP712 calls it for shorter ones only, and names and versions are constants of 1 to 17 bytes.',
};

/** Addresses come with and without checksums. */
const plain = (args: readonly unknown[]) => args.map((arg) => (typeof arg === 'string' ? arg.toLowerCase() : arg));

describe('every custom error of the ABI', () => {
  it('has one action, or a reason why nothing can cause it', () => {
    const caused = tables.flatMap((table) => Object.keys(table));
    assert.deepEqual([...caused, ...Object.keys(unreachable)].sort(), [...new Set(errorsAbi.map(({ name }) => name as string))].sort());
  });

  for (const [name, provocation] of tables.flatMap((table) => Object.entries(table))) {
    it(`${name}, with its arguments`, async () => {
      const { options, act } = typeof provocation === 'function' ? { options: {}, act: provocation } : provocation;
      const world = await createWorld(options);
      try {
        const { args, call } = await act(world);
        const revert = await revertOf(call);
        assert.equal(revert.errorName, name);
        assert.deepEqual(plain(revert.args), plain(typeof args === 'function' ? args() : args));
        assert.equal(revert.args.length, errorsAbi.find((item) => item.name === name)!.inputs.length);
      } finally {
        await world.evm.close();
      }
    });
  }

  it('that is unreachable rests on constants that hold', async () => {
    const world = await createWorld();
    try {
      const channels = await world.evm.deploy('Channels', [world.token.address, world.registry.address, 1n]);
      for (const [contract, name] of [[world.market, 'Holdfast'], [world.token, 'Holdfast'], [channels, 'Holdfast Channels']] as const) {
        const [, found, version] = await world.evm.read<[Hex, string, string]>(contract, 'eip712Domain');
        assert.deepEqual([found, version], [name, '1']);
        assert.ok(name.length < 32);
      }
      const sale = await world.evm.deploy('Sale', [world.token.address, 1000n, world.treasury.address]);
      await world.evm.send(world.treasury.address, sale, 'collect');
    } finally {
      await world.evm.close();
    }
  });
});
