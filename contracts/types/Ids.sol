// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A registered node: provider or heavy node. Ids start at 1; 0 is nobody.
type NodeId is uint32;

/// @notice A creator's agreement. Ids start at 1.
type AgreementId is uint32;

using {sameNode as ==, otherNode as !=} for NodeId global;

function sameNode(NodeId a, NodeId b) pure returns (bool) {
    return NodeId.unwrap(a) == NodeId.unwrap(b);
}

function otherNode(NodeId a, NodeId b) pure returns (bool) {
    return NodeId.unwrap(a) != NodeId.unwrap(b);
}

NodeId constant NOBODY = NodeId.wrap(0);
