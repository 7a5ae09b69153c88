import { concatHex, type Hex } from 'viem';
import { signTyped, type Extension } from '../../../offchain/wire/typed-data.ts';
import { holderOf } from './bundles.ts';
import type { World } from './world.ts';

/** The consents of the holders of `slots` to a new end, in slot order; `change` makes what they sign differ. */
export async function signExtension(
  world: World,
  extension: { readonly agreement: number; readonly newEnd: number; readonly slots: readonly number[] },
  change: Partial<Extension> = {},
): Promise<Hex> {
  const { agreement, newEnd, slots } = extension;
  const { endPeriod, turns } = await world.evm.read<{ endPeriod: number; turns: number }>(world.market, 'agreementOf', [agreement]);
  const signatures: Hex[] = [];
  for (const slot of slots) {
    const { operator } = await holderOf(world, agreement, slot);
    signatures.push(await signTyped(operator, world.domain, 'Extension', { agreement, slot, endPeriod, newEndPeriod: newEnd, turn: turns, ...change }));
  }
  return concatHex(signatures);
}
