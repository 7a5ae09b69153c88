// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Market} from "../Market.sol";
import {AgreementId, NodeId} from "../types/Ids.sol";
import {Agreement, Entry} from "../types/Structs.sol";

/// @notice What one more period of an agreement costs, and whether the last one was worth its price: for those who pay for others.
library Upkeep {
    error NotLocked(AgreementId id);
    error ProvenTooLittle(uint256 provenBps, uint256 neededBps);

    /// @notice Only what is locked is worth paying for: else its creator could close it, and keep what comes back, or delete what is in it.
    function requireLocked(Market market, AgreementId id) internal view {
        require(market.renewalOf(id).isLocked, NotLocked(id));
    }

    /// @return perPeriod what one more period costs
    /// @return provenBps share of the slot-epochs of the last full period that was proven
    function look(Market market, AgreementId id, Agreement memory agreement, uint32 period)
        internal
        view
        returns (uint256 perPeriod, uint256 provenBps)
    {
        uint32 epochs = market.epochsPerPeriod();
        uint32 to = period * epochs;
        // A first, partly elapsed period is judged by nothing: there is no full one to look at.
        bool hasHistory = agreement.startEpoch + epochs <= to;
        uint256 n = uint256(agreement.k) + agreement.m;
        uint256 proven;
        for (uint256 slot; slot < n; ++slot) {
            uint96 vacant = market.vacancyOf(id, slot).rent;
            perPeriod += vacant;
            if (vacant > 0) continue;
            (NodeId provider, Entry memory entry) = market.slotOf(id, slot);
            perPeriod += entry.rent;
            if (!hasHistory) continue;
            uint32 from = to - epochs;
            proven += market.provenEpochs(provider, from > entry.startEpoch ? from : entry.startEpoch, to);
        }
        perPeriod *= epochs;
        provenBps = hasHistory ? proven * 10_000 / (n * epochs) : 10_000;
    }
}
