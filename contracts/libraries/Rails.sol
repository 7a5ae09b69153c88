// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bits} from "./Bits.sol";

/// @notice A money stream from the market to one provider, with the fee of one heavy node (and the provider's parent) cut from it.
/// The rate changes by `raise` and `lower` from the current epoch on, and by drops that were scheduled at period boundaries.
library Rails {
    /// @dev First word: the stream. Rates are token units per proven epoch.
    struct Rail {
        uint96 rate;
        uint96 fee;
        /// Epochs below this one are settled.
        uint32 settled;
        /// Period => what ends when the period begins.
        mapping(uint256 => Drop) drops;
    }

    struct Drop {
        uint96 rate;
        uint96 fee;
    }

    function schedule(Rail storage rail, uint32 period, uint96 rate, uint96 fee) internal {
        Drop memory drop = rail.drops[period];
        rail.drops[period] = Drop(drop.rate + rate, drop.fee + fee);
    }

    function unschedule(Rail storage rail, uint32 period, uint96 rate, uint96 fee) internal {
        Drop memory drop = rail.drops[period];
        rail.drops[period] = Drop(drop.rate - rate, drop.fee - fee);
    }

    /// @notice What epochs [settled, upTo) earned, by counting proofs; moves `settled`. O(periods between).
    /// @return pay everything earned, fee included
    /// @return fee the part of `pay` that belongs to the heavy nodes
    /// @return rate after the last drop
    /// @return feeRate after the last drop
    function settle(
        Rail storage rail,
        mapping(uint256 => uint256) storage proofs,
        uint256 upTo,
        uint256 epochsPerPeriod
    ) internal returns (uint256 pay, uint256 fee, uint96 rate, uint96 feeRate) {
        rate = rail.rate;
        feeRate = rail.fee;
        uint256 from = rail.settled;
        if (from == upTo) return (0, 0, rate, feeRate);
        while (from < upTo && rate > 0) {
            uint256 boundary = (from / epochsPerPeriod + 1) * epochsPerPeriod;
            uint256 to = boundary < upTo ? boundary : upTo;
            uint256 proven = Bits.count(proofs, from, to);
            pay += proven * rate;
            fee += proven * feeRate;
            from = to;
            if (to == boundary) {
                Drop memory drop = rail.drops[boundary / epochsPerPeriod];
                rate -= drop.rate;
                feeRate -= drop.fee;
            }
        }
        rail.rate = rate;
        rail.fee = feeRate;
        rail.settled = uint32(upTo);
    }
}
