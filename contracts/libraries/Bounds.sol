// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Parameters} from "../types/Structs.sol";
import {Book} from "../types/Book.sol";
import "../types/Errors.sol";
import "../types/Events.sol";
import {Network} from "./Network.sol";

/// @notice What the parameters may be at all. No manager can leave these bounds. Linked as a library of its own.
library Bounds {
    function set(Book storage book, Parameters calldata p) external {
        _within(0, p.missAllowance, 0, 168);
        _within(1, p.penaltyEpochs, 0, 8);
        _within(2, p.faultRun, 1, 168);
        _within(3, p.slashEpochs, 0, 336);
        _within(4, p.answerEpochs, 1, 168);
        _within(5, p.bondUnits, 1, 1e9);
        _within(6, p.healthBps, 0, 9_000);
        _within(7, p.healthEpochs, 1, Network.MAX_EPOCHS);
        book.parameters = p;
        book.standing = book.standing.withHealth(p.healthBps, p.healthEpochs);
        emit ParametersChanged(p);
    }

    function _within(uint256 which, uint256 value, uint256 min, uint256 max) private pure {
        require(value >= min && value <= max, ParameterOutOfBounds(which, value, min, max));
    }
}
