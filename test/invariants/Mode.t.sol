// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Books} from "./Books.sol";

/// @notice Repair-only mode begins and ends by itself, exactly when the proven share of the last epochs says so.
contract ModeInvariants is Books {
    function setUp() public {
        _begin(6_000);
    }

    function invariant_11_modeFollowsProofs() public nowAndThen(1) {
        (uint256 provenBps, bool isRepairOnly) = market.networkHealth();
        require(provenBps == handler.health(), "the network's health is not what was proven");
        require(isRepairOnly == handler.isRepairOnly(), "the mode does not follow from the proofs");
        require(handler.faultCount() == 0, handler.faultCount() == 0 ? "" : handler.faults(0));
    }

    /// @notice It begins, and it ends, without anybody's doing.
    function test_modeComesAndGoes() public {
        for (uint256 i; i < 400 && handler.repairOnlyEnded() < 2; ++i) {
            if (i % 3 == 0) handler.open(i);
            if (i % 4 == 0) handler.proveLazily(i);
            handler.advance(i);
        }
        require(handler.repairOnlyBegan() >= 2 && handler.repairOnlyEnded() >= 2, "the mode never changed");
    }
}
