// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Parameters, TierRules} from "../types/Structs.sol";
import {Book} from "../types/Book.sol";
import "../types/Errors.sol";
import "../types/Events.sol";
import {Network} from "./Network.sol";

/// @notice What the parameters may be at all. No manager can leave these bounds. Linked as a library of its own.
library Bounds {
    function set(Book storage book, Parameters calldata p) external {
        _check(0, p.standard);
        _check(5, p.archival);
        _check(10, p.edge);
        _within(15, p.bondUnits, 1, 1e9);
        _within(16, p.ackEpochs, 1, 168);
        _within(17, p.graceEpochs, 0, 336);
        _within(18, p.healthBps, 0, 9_000);
        _within(19, p.healthEpochs, 1, Network.MAX_EPOCHS);
        book.parameters = p;
        book.standing = book.standing.withHealth(p.healthBps, p.healthEpochs);
        emit ParametersChanged(p);
    }

    /// @param first number of the tier's first parameter in ParameterOutOfBounds
    function _check(uint256 first, TierRules calldata r) private pure {
        _within(first, r.missAllowance, 0, 168);
        _within(first + 1, r.penaltyEpochs, 0, 8);
        // One lost transaction must never cost a slot.
        _within(first + 2, r.faultRun, 2, 168);
        _within(first + 3, r.slashEpochs, 0, 336);
        _within(first + 4, r.answerEpochs, 1, 168);
    }

    function _within(uint256 which, uint256 value, uint256 min, uint256 max) private pure {
        require(value >= min && value <= max, ParameterOutOfBounds(which, value, min, max));
    }
}
