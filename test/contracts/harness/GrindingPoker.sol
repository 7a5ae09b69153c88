// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Market} from "../../../contracts/Market.sol";
import {NodeId} from "../../../contracts/types/Ids.sol";
import {Draw} from "../../../contracts/types/Structs.sol";

/// @notice A cheat's poke: it fixes the epoch's seed only when the seed asks for no leaf that the provider lacks. One try per block.
contract GrindingPoker {
    error Unlucky(uint256 sample);

    /// @param lacking leaves [0, lacking) of every fragment are gone
    function pokeIfLucky(Market market, NodeId provider, uint32 lacking) external {
        market.poke();
        (, Draw[] memory draws) = market.draws(provider);
        for (uint256 sample; sample < draws.length; ++sample) {
            require(draws[sample].isVoid || draws[sample].leaf >= lacking, Unlucky(sample));
        }
    }
}
