// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NodeId} from "./Ids.sol";

/// @notice What a provider promises to earn, in one word: node id above 96 bits of rent per epoch.
type Pledge is uint256;

/// @notice Who made a pledge, in one word: operator (160 bits), region (16), parent (32), from the lowest bit up.
/// Words, not structs, because lists of them cross from market to registry and back at every opening.
type Party is uint256;

using {nodeOf, rentOf} for Pledge global;
using {operatorOf, regionOf, parentOf} for Party global;

function pledgeOf(NodeId id, uint96 rent) pure returns (Pledge) {
    return Pledge.wrap(uint256(NodeId.unwrap(id)) << 96 | rent);
}

function nodeOf(Pledge pledge) pure returns (NodeId) {
    return NodeId.wrap(uint32(Pledge.unwrap(pledge) >> 96));
}

function rentOf(Pledge pledge) pure returns (uint96) {
    return uint96(Pledge.unwrap(pledge));
}

function partyOf(address operator, uint16 region, NodeId parent) pure returns (Party) {
    return Party.wrap(uint256(uint160(operator)) | uint256(region) << 160 | uint256(NodeId.unwrap(parent)) << 176);
}

function operatorOf(Party party) pure returns (address) {
    return address(uint160(Party.unwrap(party)));
}

function regionOf(Party party) pure returns (uint16) {
    return uint16(Party.unwrap(party) >> 160);
}

function parentOf(Party party) pure returns (NodeId) {
    return NodeId.wrap(uint32(Party.unwrap(party) >> 176));
}
