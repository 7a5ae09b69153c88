// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice All rent that runs per epoch in the whole network, and the two parameters that judge it, in one word. From the lowest bit up:
/// rent (96), exact as of the period (32), the epoch since when there has been any (32), least proven share in basis points (16),
/// over how many epochs (16).
type Standing is uint256;

using {rentOf, periodOf, sinceOf, healthBpsOf, healthEpochsOf, withRent, withHealth} for Standing global;

uint256 constant RENT_MASK = type(uint96).max;
uint256 constant HEALTH_SHIFT = 160;

function rentOf(Standing s) pure returns (uint256) {
    return Standing.unwrap(s) & RENT_MASK;
}

function periodOf(Standing s) pure returns (uint256) {
    return uint32(Standing.unwrap(s) >> 96);
}

function sinceOf(Standing s) pure returns (uint256) {
    return uint32(Standing.unwrap(s) >> 128);
}

function healthBpsOf(Standing s) pure returns (uint256) {
    return uint16(Standing.unwrap(s) >> HEALTH_SHIFT);
}

function healthEpochsOf(Standing s) pure returns (uint256) {
    return uint16(Standing.unwrap(s) >> HEALTH_SHIFT + 16);
}

/// @dev The caller has checked that `rent` has at most 96 bits.
function withRent(Standing s, uint256 rent, uint256 period, uint256 since) pure returns (Standing) {
    uint256 health = Standing.unwrap(s) >> HEALTH_SHIFT << HEALTH_SHIFT;
    return Standing.wrap(health | since << 128 | period << 96 | rent);
}

function withHealth(Standing s, uint16 bps, uint16 epochs) pure returns (Standing) {
    uint256 rest = Standing.unwrap(s) & (1 << HEALTH_SHIFT) - 1;
    return Standing.wrap(rest | uint256(bps) << HEALTH_SHIFT | uint256(epochs) << HEALTH_SHIFT + 16);
}
