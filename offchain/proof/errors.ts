import { HoldfastError } from '../wire/errors.ts';

/** The caller asked for something that no tree has: a leaf past the end, half a leaf, an empty tree. */
export class ProofInputError extends HoldfastError {
  constructor(shortMessage: string, details: Readonly<Record<string, unknown>> = {}) {
    super('PROOF_INPUT', shortMessage, { details });
  }
}

/** Stored bytes do not hash to the node that the upper tree keeps for them: the disk changed one or the other. */
export class FragmentDamagedError extends HoldfastError {
  constructor(subtree: number) {
    super('PROOF_FRAGMENT_DAMAGED', `The fragment's subtree ${subtree} no longer matches its stored tree.`, {
      details: { subtree },
      nextStep: 'Rebuild the fragment from the other slots, or surrender the slot.',
    });
  }
}

/** A stored upper tree is truncated, of another version, or not one at all. */
export class UpperTreeError extends HoldfastError {
  constructor(reason: string) {
    super('PROOF_UPPER_TREE', `The stored upper tree cannot be used: ${reason}.`, {
      nextStep: 'Hash the fragment again to write a new one.',
    });
  }
}
