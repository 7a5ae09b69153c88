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

/// @notice Names a rail: provider, creator's heavy node, provider's parent, 32 bits each.
type RailId is uint96;

using {providerOf, heavyOf, parentOf} for RailId global;

function railIdOf(NodeId provider, NodeId heavy, NodeId parent) pure returns (RailId) {
    return RailId.wrap(
        uint96(NodeId.unwrap(provider)) | uint96(NodeId.unwrap(heavy)) << 32 | uint96(NodeId.unwrap(parent)) << 64
    );
}

function providerOf(RailId id) pure returns (NodeId) {
    return NodeId.wrap(uint32(RailId.unwrap(id)));
}

function heavyOf(RailId id) pure returns (NodeId) {
    return NodeId.wrap(uint32(RailId.unwrap(id) >> 32));
}

function parentOf(RailId id) pure returns (NodeId) {
    return NodeId.wrap(uint32(RailId.unwrap(id) >> 64));
}
