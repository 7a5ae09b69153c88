// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import "../types/Errors.sol";
import {Party, Pledge} from "../types/Parties.sol";

/// @notice An agreement's slots lie with different providers, at most m of them in one region.
library Spread {
    /// @dev A word of seen low bytes tells most newcomers apart without looking back; only a hit counts the ones before, in O(n <= 64).
    function check(Pledge[] memory pledges, Party[] memory parties, uint256 max) internal pure {
        uint256 seenNodes;
        uint256 seenRegions;
        for (uint256 i; i < parties.length; ++i) {
            uint256 nodeBit = 1 << (Pledge.unwrap(pledges[i]) >> 96 & 255);
            uint16 region = parties[i].regionOf();
            uint256 regionBit = 1 << (region & 255);
            if (seenNodes & nodeBit != 0) _requireNew(pledges, i);
            if (seenRegions & regionBit != 0) _requireRoom(parties, i, region, max);
            seenNodes |= nodeBit;
            seenRegions |= regionBit;
        }
    }

    function _requireNew(Pledge[] memory pledges, uint256 i) private pure {
        for (uint256 j; j < i; ++j) {
            require(pledges[j].nodeOf() != pledges[i].nodeOf(), ProviderTwice(pledges[i].nodeOf()));
        }
    }

    function _requireRoom(Party[] memory parties, uint256 i, uint16 region, uint256 max) private pure {
        uint256 same = 1;
        for (uint256 j; j < i; ++j) {
            if (parties[j].regionOf() == region) ++same;
        }
        require(same <= max, RegionFull(region, max));
    }
}
