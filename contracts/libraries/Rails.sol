// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Flow} from "../types/Flow.sol";
import {Bits} from "./Bits.sol";

/// @notice A money stream from the market to one provider, with the fee of one heavy node (and the provider's parent) cut from it.
/// The flow changes from the current epoch on, and by drops that were scheduled at period boundaries.
library Rails {
    uint256 private constant SETTLED_SHIFT = 192;

    struct Rail {
        /// The flow; above it, 32 bits: epochs below this one are settled.
        uint256 stream;
        /// Period => what ends when the period begins.
        mapping(uint256 => Flow) drops;
    }

    function flow(Rail storage rail) internal view returns (Flow) {
        return Flow.wrap(rail.stream & ((1 << SETTLED_SHIFT) - 1));
    }

    function settledEpoch(Rail storage rail) internal view returns (uint32) {
        return uint32(rail.stream >> SETTLED_SHIFT);
    }

    function set(Rail storage rail, Flow flow_, uint256 settled) internal {
        rail.stream = Flow.unwrap(flow_) | settled << SETTLED_SHIFT;
    }

    function schedule(Rail storage rail, uint32 period, Flow slot) internal {
        rail.drops[period] = rail.drops[period] + slot;
    }

    function unschedule(Rail storage rail, uint32 period, Flow slot) internal {
        rail.drops[period] = rail.drops[period] - slot;
    }

    /// @notice What epochs [settled, upTo) earned, by counting proofs. O(periods between).
    /// @return pay everything earned, fee included
    /// @return fee the part of `pay` that belongs to the heavy nodes
    /// @return left the flow after the last drop
    function accrued(
        Rail storage rail,
        mapping(uint256 => uint256) storage proofs,
        uint256 upTo,
        uint256 epochsPerPeriod
    ) internal view returns (uint256 pay, uint256 fee, Flow left) {
        left = flow(rail);
        uint256 from = settledEpoch(rail);
        // Epochs fit 32 bits and rates 96: nothing here can overflow.
        unchecked {
            while (from < upTo && !left.isZero()) {
                uint256 period = from / epochsPerPeriod + 1;
                uint256 boundary = period * epochsPerPeriod;
                uint256 to = boundary < upTo ? boundary : upTo;
                uint256 proven = Bits.count(proofs, from, to);
                pay += proven * left.rateOf();
                fee += proven * left.feeOf();
                from = to;
                if (to == boundary) left = left - rail.drops[period];
            }
        }
    }
}
