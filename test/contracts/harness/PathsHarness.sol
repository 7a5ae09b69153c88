// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Paths} from "../../../contracts/libraries/Paths.sol";

/// @notice Lets a test call the library on any proof.
contract PathsHarness {
    function leaf(bytes calldata proof, uint256 cursor) external pure returns (bytes32 hash, uint256 next) {
        return Paths.leaf(proof, cursor);
    }

    function climb(bytes calldata proof, uint256 cursor, bytes32 node, uint256 index, uint256 size)
        external
        pure
        returns (bytes32 root, uint256 next)
    {
        return Paths.climb(proof, cursor, node, index, size);
    }
}
