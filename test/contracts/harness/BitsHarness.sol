// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bits} from "../../../contracts/libraries/Bits.sol";

contract BitsHarness {
    using Bits for mapping(uint256 => uint256);

    mapping(uint256 => uint256) private bits;

    function setAll(uint256[] calldata indices) external {
        for (uint256 i; i < indices.length; ++i) {
            bits.set(indices[i]);
        }
    }

    function has(uint256 index) external view returns (bool) {
        return bits.has(index);
    }

    /// @notice Set bits in [from[i], to[i]), for every i.
    function counts(uint256[] calldata from, uint256[] calldata to) external view returns (uint256[] memory totals) {
        totals = new uint256[](from.length);
        for (uint256 i; i < from.length; ++i) {
            totals[i] = bits.count(from[i], to[i]);
        }
    }

    function popcounts(uint256[] calldata words) external pure returns (uint256[] memory totals) {
        totals = new uint256[](words.length);
        for (uint256 i; i < words.length; ++i) {
            totals[i] = Bits.popcount(words[i]);
        }
    }
}
