// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Parameters, Tier, TierRules} from "../types/Structs.sol";

/// @notice Which rules judge a provider: those of the tier that it registered with, for good.
library Rules {
    function forTier(Parameters storage p, Tier tier) internal view returns (TierRules memory) {
        if (tier == Tier.Archival) return p.archival;
        if (tier == Tier.Edge) return p.edge;
        return p.standard;
    }
}
