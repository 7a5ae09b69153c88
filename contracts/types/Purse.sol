// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What the market keeps for a node, in one word. Low half: owed to it. High half, of a provider: what was taken off the fees on
/// its earnings to be burned, ever; of a heavy node: what waits to be burned with its next withdrawal.
/// Both halves stay far below 2^128: a provider earns less than 2^81 units in each of at most 2^32 epochs.
type Purse is uint256;

using {owedOf, burnedOf, with, withoutOwed} for Purse global;

function owedOf(Purse purse) pure returns (uint256) {
    return uint128(Purse.unwrap(purse));
}

function burnedOf(Purse purse) pure returns (uint256) {
    return Purse.unwrap(purse) >> 128;
}

function withoutOwed(Purse purse) pure returns (Purse) {
    return Purse.wrap(Purse.unwrap(purse) >> 128 << 128);
}

function with(Purse purse, uint256 owed, uint256 burned) pure returns (Purse) {
    unchecked {
        return Purse.wrap(Purse.unwrap(purse) + (owed | burned << 128));
    }
}
