// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The trees behind committed roots, made anew from their label whenever they are needed. A fragment has four kinds of leaves, by
/// the lowest and the highest bit of their index, so a path that is climbed the wrong way round leads elsewhere.
library Trees {
    struct Shape {
        bytes32 label;
        uint256 batches;
        /// Fragments per batch.
        uint256 slots;
        /// Leaves per fragment, a power of two, at least 4.
        uint256 leaves;
    }

    function root(Shape memory shape) internal pure returns (bytes32 top) {
        (, top) = _path(_batchRoots(shape), 0);
    }

    /// @notice The leaf's 256 bytes and the siblings up to the bundle's root.
    function sample(Shape memory shape, uint256 batch, uint256 slot, uint256 leaf) internal pure returns (bytes memory) {
        (bytes memory fragmentPath,) = _fragment(shape, batch, slot, leaf);
        (bytes memory batchPath,) = _path(_fragmentRoots(shape, batch), slot);
        (bytes memory bundlePath,) = _path(_batchRoots(shape), batch);
        return bytes.concat(_leafAt(shape, batch, slot, leaf), fragmentPath, batchPath, bundlePath);
    }

    function _batchRoots(Shape memory shape) private pure returns (bytes32[] memory roots) {
        roots = new bytes32[](shape.batches);
        for (uint256 i; i < roots.length; ++i) {
            (, roots[i]) = _path(_fragmentRoots(shape, i), 0);
        }
    }

    function _fragmentRoots(Shape memory shape, uint256 batch) private pure returns (bytes32[] memory roots) {
        roots = new bytes32[](shape.slots);
        for (uint256 i; i < roots.length; ++i) {
            (, roots[i]) = _fragment(shape, batch, i, 0);
        }
    }

    /// @dev All inner nodes of one half are equal on each level.
    function _fragment(Shape memory shape, uint256 batch, uint256 slot, uint256 leaf)
        private
        pure
        returns (bytes memory path, bytes32)
    {
        uint256 half = shape.leaves / 2;
        bytes32[2] memory node;
        for (uint256 side; side < 2; ++side) {
            node[side] = _node(
                _leafHash(_leafAt(shape, batch, slot, side * half)), _leafHash(_leafAt(shape, batch, slot, side * half + 1))
            );
        }
        uint256 mine = leaf / half;
        path = abi.encodePacked(_leafHash(_leafAt(shape, batch, slot, leaf ^ 1)));
        for (uint256 width = 2; width < half; width *= 2) {
            path = bytes.concat(path, node[mine]);
            for (uint256 side; side < 2; ++side) {
                node[side] = _node(node[side], node[side]);
            }
        }
        return (bytes.concat(path, node[1 - mine]), _node(node[0], node[1]));
    }

    /// @dev A level of odd size passes its last node up.
    function _path(bytes32[] memory level, uint256 index) private pure returns (bytes memory path, bytes32) {
        uint256 size = level.length;
        for (; size > 1; size = (size + 1) / 2) {
            if (index ^ 1 < size) path = bytes.concat(path, level[index ^ 1]);
            for (uint256 i; i < size; i += 2) {
                level[i / 2] = i + 1 < size ? _node(level[i], level[i + 1]) : level[i];
            }
            index /= 2;
        }
        return (path, level[0]);
    }

    function _leafAt(Shape memory shape, uint256 batch, uint256 slot, uint256 leaf) private pure returns (bytes memory) {
        bytes32 word = keccak256(abi.encode(shape.label, batch, slot, leaf & 1, leaf / (shape.leaves / 2)));
        return abi.encode(word, word, word, word, word, word, word, word);
    }

    function _leafHash(bytes memory leaf) private pure returns (bytes32) {
        return keccak256(bytes.concat(hex"00", leaf));
    }

    function _node(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"01", left, right));
    }
}
