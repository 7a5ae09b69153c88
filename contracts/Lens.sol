// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Market} from "./Market.sol";
import {Registry} from "./Registry.sol";
import {NodeId, AgreementId} from "./types/Ids.sol";
import {Agreement, Entry, Tier} from "./types/Structs.sol";

/// @notice Views for user interfaces: several reads in one call. Holds nothing and is called by no contract.
contract Lens {
    struct SlotView {
        NodeId provider;
        NodeId parent;
        uint96 rent;
        uint32 startEpoch;
        bool faulted;
        bool provedThisEpoch;
    }

    struct AgreementView {
        AgreementId id;
        Agreement agreement;
        /// Empty slots (released) have provider 0.
        SlotView[] slots;
    }

    struct NodeView {
        NodeId id;
        address operator;
        address payout;
        Tier tier;
        uint16 region;
        NodeId parent;
        string endpoint;
        uint256 stake;
        uint256 queued;
        uint256 required;
        uint256 owed;
        bool faulted;
    }

    Market public immutable market;
    Registry public immutable registry;

    constructor(Market market_, Registry registry_) {
        market = market_;
        registry = registry_;
    }

    function agreement(AgreementId id) public view returns (AgreementView memory v) {
        v.id = id;
        v.agreement = market.agreementOf(id);
        v.slots = new SlotView[](uint256(v.agreement.k) + v.agreement.m);
        for (uint256 i; i < v.slots.length; ++i) {
            try market.slotOf(id, i) returns (NodeId provider, Entry memory entry) {
                v.slots[i] = SlotView(
                    provider,
                    entry.parent,
                    entry.rent,
                    entry.startEpoch,
                    market.isFaulted(provider),
                    market.hasProved(provider, market.currentEpoch())
                );
            } catch {}
        }
    }

    /// @notice Nodes with ids [from, from + count), as far as they exist.
    function nodes(uint32 from, uint32 count) external view returns (NodeView[] memory list) {
        uint32 end = from + count;
        uint32 last = registry.nodeCount();
        if (end > last + 1) end = last + 1;
        if (from >= end) return list;
        list = new NodeView[](end - from);
        for (uint32 i = from; i < end; ++i) {
            list[i - from] = node(NodeId.wrap(i));
        }
    }

    function node(NodeId id) public view returns (NodeView memory v) {
        Registry.Node memory n = registry.nodeOf(id);
        (uint128 amount, uint96 queued,) = registry.stakes(id);
        v = NodeView(
            id,
            n.operator,
            n.payout,
            n.tier,
            n.region,
            n.parent,
            registry.endpointOf(id),
            amount,
            queued,
            registry.requiredStake(id),
            market.owedToNode(id),
            market.isFaulted(id)
        );
    }
}
