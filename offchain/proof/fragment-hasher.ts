import { hashSubtrees } from '../codec/kernels/keccak.ts';
import { ProofInputError } from './errors.ts';
import { LEAF_SIZE, NODE_SIZE } from './hash.ts';
import { levelSizes, MAX_TREE_SIZE } from './shape.ts';
import { encodeUpperTree, readUpperTree, SUBTREE_SIZE } from './upper-tree.ts';

export interface FragmentTree {
  readonly root: Uint8Array;
  readonly leaves: number;
  /** Levels of the whole tree, leaf hashes and root included. */
  readonly levels: number;
  /** The file to store beside the fragment; see README.md. */
  readonly upperTree: Uint8Array;
}

/**
 * Hashes a sealed fragment as it streams by, in pieces of any size. Keeps one 16 KiB subtree and 32 bytes per finished
 * one: 50 KiB for a fragment of 25 MiB.
 */
export class FragmentHasher {
  readonly #pending = new Uint8Array(SUBTREE_SIZE);
  #pendingBytes = 0;
  #roots = new Uint8Array(64 * NODE_SIZE);
  #subtrees = 0;
  #finished = false;

  /** @throws ProofInputError after `finish`, or when the fragment grows past the largest tree. */
  update(bytes: Uint8Array): void {
    this.#checkOpen();
    if (this.#sizeBytes() + bytes.length > MAX_TREE_SIZE * LEAF_SIZE) throw new ProofInputError('No fragment is larger than 256 MiB.');
    let rest = bytes;
    if (this.#pendingBytes > 0) {
      const missing = rest.subarray(0, SUBTREE_SIZE - this.#pendingBytes);
      this.#keep(missing);
      rest = rest.subarray(missing.length);
    }
    const whole = rest.length - (rest.length % SUBTREE_SIZE);
    if (whole > 0) this.#push(hashSubtrees([rest.subarray(0, whole)]));
    if (whole < rest.length) this.#keep(rest.subarray(whole));
  }

  /** @throws ProofInputError when nothing came, or a part of a leaf is left over. */
  finish(): FragmentTree {
    this.#checkOpen();
    const sizeBytes = this.#sizeBytes();
    if (sizeBytes === 0 || sizeBytes % LEAF_SIZE !== 0) {
      throw new ProofInputError(`A fragment is one or more whole leaves of ${LEAF_SIZE} bytes; ${sizeBytes} bytes came.`, { sizeBytes });
    }
    this.#finished = true;
    if (this.#pendingBytes > 0) this.#flush();
    const leaves = sizeBytes / LEAF_SIZE;
    const upperTree = encodeUpperTree(leaves, this.#roots.subarray(0, this.#subtrees * NODE_SIZE));
    return { root: readUpperTree(upperTree).root.slice(), leaves, levels: levelSizes(leaves).length, upperTree };
  }

  #sizeBytes(): number {
    return this.#subtrees * SUBTREE_SIZE + this.#pendingBytes;
  }

  /** Bytes of a subtree that is not whole yet. */
  #keep(piece: Uint8Array): void {
    this.#pending.set(piece, this.#pendingBytes);
    this.#pendingBytes += piece.length;
    if (this.#pendingBytes === SUBTREE_SIZE) this.#flush();
  }

  #flush(): void {
    this.#push(hashSubtrees([this.#pending.subarray(0, this.#pendingBytes)]));
    this.#pendingBytes = 0;
  }

  #push(roots: Uint8Array): void {
    const used = this.#subtrees * NODE_SIZE;
    if (used + roots.length > this.#roots.length) {
      const larger = new Uint8Array((used + roots.length) * 2);
      larger.set(this.#roots.subarray(0, used));
      this.#roots = larger;
    }
    this.#roots.set(roots, used);
    this.#subtrees += roots.length / NODE_SIZE;
  }

  #checkOpen(): void {
    if (this.#finished) throw new ProofInputError('This hasher has finished: each fragment takes a new one.');
  }
}
