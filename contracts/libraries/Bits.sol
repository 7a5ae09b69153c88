// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice One bit per epoch, 256 to a word.
library Bits {
    function has(mapping(uint256 => uint256) storage bits, uint256 index) internal view returns (bool) {
        return (bits[index >> 8] >> (index & 255)) & 1 == 1;
    }

    function set(mapping(uint256 => uint256) storage bits, uint256 index) internal {
        bits[index >> 8] |= 1 << (index & 255);
    }

    /// @notice Set bits in [from, to). One storage read per 256 epochs.
    function count(mapping(uint256 => uint256) storage bits, uint256 from, uint256 to)
        internal
        view
        returns (uint256 total)
    {
        unchecked {
            while (from < to) {
                uint256 word = bits[from >> 8] >> (from & 255);
                uint256 span = 256 - (from & 255);
                if (span > to - from) {
                    span = to - from;
                    word &= (1 << span) - 1;
                }
                total += popcount(word);
                from += span;
            }
        }
    }

    /// @dev Parallel bit counting (Hacker's Delight, section 5-1), widened to 256 bits.
    function popcount(uint256 x) internal pure returns (uint256) {
        unchecked {
            if (x == type(uint256).max) return 256;
            x -= (x >> 1) & 0x5555555555555555555555555555555555555555555555555555555555555555;
            x = (x & 0x3333333333333333333333333333333333333333333333333333333333333333)
                + ((x >> 2) & 0x3333333333333333333333333333333333333333333333333333333333333333);
            x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f;
            return (x * 0x0101010101010101010101010101010101010101010101010101010101010101) >> 248;
        }
    }
}
