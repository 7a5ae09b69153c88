import { zeroAddress, type Hex } from 'viem';
import { signTyped, type Succession } from '../../../offchain/wire/typed-data.ts';
import type { OpenedAgreement } from './agreements.ts';
import type { Receipt } from './evm.ts';
import { MILLI, type NodeActor, type World } from './world.ts';

export interface SignedSuccession {
  readonly succession: Succession;
  readonly signature: Hex;
}

/** The successor's signature over the slot as it stands; `change` makes it differ. */
export async function signSuccession(
  world: World,
  agreement: OpenedAgreement,
  slot: number,
  successor: NodeActor,
  change: Partial<Succession> = {},
): Promise<SignedSuccession> {
  const { bundles, turns } = await world.evm.read<{ bundles: number; turns: number }>(world.market, 'agreementOf', [agreement.id]);
  const succession = {
    agreement: agreement.id, slot, provider: successor.id, price: MILLI, bundles, turn: turns, expiry: world.evm.now() + 3600, repairer: zeroAddress, ...change,
  };
  return { succession, signature: await signTyped(successor.operator, world.domain, 'Succession', succession) };
}

/** Sent by `sender`, who earns the bounty. */
export async function replaceSlot(world: World, sender: `0x${string}`, { succession, signature }: SignedSuccession): Promise<Receipt> {
  return world.evm.send(sender, world.market, 'replace', [succession, signature]);
}
