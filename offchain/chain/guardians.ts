import { concat, keccak256, numberToHex } from 'viem';

/** Heavy nodes besides the agreement's own that its creator entrusts with the seal key. */
export const GUARDIANS = 2;

/**
 * Who repairs an agreement when its heavy node is gone for good: rendezvous hashing, so that everybody who knows the registry names the same ones, and a
 * heavy node that joins or leaves changes few agreements' guardians. In the order in which they step in.
 * @param heavies ids of registered heavy nodes
 */
export function guardiansOf(agreement: { readonly id: number; readonly heavy: number }, heavies: readonly number[], count = GUARDIANS): number[] {
  const weigh = (heavy: number) => keccak256(concat([numberToHex(agreement.id, { size: 32 }), numberToHex(heavy, { size: 32 })]));
  return heavies
    .filter((heavy) => heavy !== agreement.heavy)
    .map((heavy) => ({ heavy, weight: weigh(heavy) }))
    .sort((a, b) => (a.weight < b.weight ? 1 : -1))
    .slice(0, count)
    .map(({ heavy }) => heavy);
}
