// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Keccak-256 Merkle paths by index, with domain-separated leaves (0x00) and nodes (0x01).
/// A level of odd size passes its last node up unchanged. Same trees as offchain/proof; test/vectors/trees.json binds both.
library Paths {
    uint256 internal constant LEAF_BYTES = 256;

    error ProofTooShort(uint256 needed, uint256 have);

    /// @notice Hash of the 256 bytes of `proof` from `cursor` on, and the position behind them.
    function leaf(bytes calldata proof, uint256 cursor) internal pure returns (bytes32 hash, uint256 next) {
        next = cursor + LEAF_BYTES;
        require(next <= proof.length, ProofTooShort(next, proof.length));
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let p := mload(0x40)
            mstore8(p, 0)
            calldatacopy(add(p, 1), add(proof.offset, cursor), 256)
            hash := keccak256(p, 257)
        }
    }

    /// @notice Climbs from `node` (number `index` of `size` on its level) to the root, taking siblings from `proof` at `cursor`.
    /// @dev Beside the last node of its level a node has a sibling for sure; once it is the last one itself, it stays so up to the root, and
    /// has a sibling, to its left, wherever its index is odd.
    function climb(bytes calldata proof, uint256 cursor, bytes32 node, uint256 index, uint256 size)
        internal
        pure
        returns (bytes32 root, uint256 next)
    {
        root = node;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            // Beyond the free memory pointer: 0x01, left, right; left at a multiple of 64, so that right is left with one more bit.
            let left := and(add(mload(0x40), 64), not(63))
            let p := sub(left, 1)
            mstore8(p, 1)
            next := add(proof.offset, cursor)
            let last := sub(size, 1)
            for {} xor(index, last) {} {
                let own := or(left, shl(5, and(index, 1)))
                mstore(own, root)
                mstore(xor(own, 32), calldataload(next))
                root := keccak256(p, 65)
                next := add(next, 32)
                index := shr(1, index)
                last := shr(1, last)
            }
            for {} last { last := shr(1, last) } {
                if and(last, 1) {
                    mstore(left, calldataload(next))
                    mstore(add(left, 32), root)
                    root := keccak256(p, 65)
                    next := add(next, 32)
                }
            }
            next := sub(next, proof.offset)
        }
        // Once for the whole path: what was read beyond the proof is refused here.
        require(next <= proof.length, ProofTooShort(next, proof.length));
    }
}
