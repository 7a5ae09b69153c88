// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A stream of money in one word: token units per proven epoch in the low 96 bits, the heavy nodes' part of them in the next 96.
/// Flows add and subtract as whole words: a provider has at most 14 * 65,535 slots of rent below 2^61, so no half ever reaches 2^96,
/// and only what was added is taken away.
type Flow is uint256;

using {addFlow as +, subtractFlow as -, rateOf, feeOf, isZero} for Flow global;

function flowOf(uint96 rate, uint96 fee) pure returns (Flow) {
    return Flow.wrap(uint256(rate) | uint256(fee) << 96);
}

function addFlow(Flow a, Flow b) pure returns (Flow) {
    unchecked {
        return Flow.wrap(Flow.unwrap(a) + Flow.unwrap(b));
    }
}

function subtractFlow(Flow a, Flow b) pure returns (Flow) {
    return Flow.wrap(Flow.unwrap(a) - Flow.unwrap(b));
}

function rateOf(Flow flow) pure returns (uint96) {
    return uint96(Flow.unwrap(flow));
}

function feeOf(Flow flow) pure returns (uint96) {
    return uint96(Flow.unwrap(flow) >> 96);
}

function isZero(Flow flow) pure returns (bool) {
    return Flow.unwrap(flow) == 0;
}
