import { numberToHex } from 'viem';
import { rendezvous } from '../wire/rendezvous.ts';

/** Heavy nodes besides the agreement's own that its creator entrusts with the seal key. */
export const GUARDIANS = 2;

/**
 * Who repairs an agreement when its heavy node is gone for good, in the order in which they step in.
 * @param heavies ids of registered heavy nodes
 */
export function guardiansOf(agreement: { readonly id: number; readonly heavy: number }, heavies: readonly number[], count = GUARDIANS): number[] {
  return rendezvous(numberToHex(agreement.id, { size: 32 }), heavies.filter((heavy) => heavy !== agreement.heavy)).slice(0, count);
}
