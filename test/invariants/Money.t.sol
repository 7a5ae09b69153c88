// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AgreementId, NodeId} from "../../contracts/types/Ids.sol";
import {Books} from "./Books.sol";
import {Ghosts} from "./Ghosts.sol";

/// @notice Invariants of contracts/README.md about money and stake, by their numbers there.
contract MoneyInvariants is Books {
    function setUp() public {
        _begin(0);
    }

    /// @notice The market's tokens = everything owed + prepaid rent + pots + bonds + what waits in vacancies + fees to burn, to the unit.
    function invariant_1_conservation() public nowAndThen(4) {
        _goTo(market.currentEpoch() + 1);
        _settleAll();
        require(token.balanceOf(address(market)) == _owed() + _deposits() + _prepaid(), "the claims do not add up");
    }

    /// @notice Each slot and epoch is earned exactly when it was proven: pay follows from the acts alone.
    function invariant_2_earnedOnce() public nowAndThen(4) {
        _settleAll();
        for (uint256 i; i < providers.length; ++i) {
            NodeId id = providers[i].id;
            uint256 got = market.owedToNode(id) + handler.withdrawn(id);
            require(got == handler.due(id) + handler.extra(id), "paid something else than was proven");
        }
    }

    /// @notice A rail's rate = the rents of the running slots on it; promises and stake stand behind the same rents.
    function invariant_4_railsAndPromises() public nowAndThen(4) {
        _settleAll();
        for (uint256 i; i < providers.length; ++i) {
            NodeId id = providers[i].id;
            uint256 rate;
            for (uint256 h; h < heavies.length; ++h) {
                for (uint256 p; p < heavies.length; ++p) {
                    (uint96 one,,) = market.railOf(id, heavies[h].id, heavies[p].id);
                    rate += one;
                }
            }
            (, uint256 own) = handler.runningRent(id);
            require(rate == own, "rails and slots differ");
            require(registry.requiredStake(id) == own * STAKE_EPOCHS, "promises and slots differ");
        }
    }

    /// @notice The registry's tokens = all stake, which only acts of its owner and slashing change.
    function invariant_5_stake() public nowAndThen(4) {
        uint256 total;
        for (uint256 i; i < providers.length; ++i) {
            (uint128 amount,,) = registry.stakes(providers[i].id);
            require(amount == handler.staked(providers[i].id), "stake came or went by itself");
            total += amount;
        }
        require(token.balanceOf(address(registry)) == total, "the registry's tokens are not its stake");
    }

    /// @notice No slash without misses beyond the allowance, a faulted slot, a surrender or an unanswered challenge; none of a bystander's.
    function invariant_6_noSlashWithoutFault() public view {
        require(handler.faultCount() == 0, handler.faultCount() == 0 ? "" : handler.faults(0));
    }

    /// @notice Whoever proved every epoch has all its pay and all its stake, whatever became of the others in its agreements.
    function invariant_13_honestMadeWhole() public nowAndThen(4) {
        _settleAll();
        for (uint256 i; i < providers.length; ++i) {
            if (!providers[i].isHonest) continue;
            NodeId id = providers[i].id;
            uint256 got = market.owedToNode(id) + handler.withdrawn(id);
            require(got == handler.expected(id) + handler.extra(id), "an honest provider is not made whole");
        }
        require(handler.faultCount() == 0, handler.faultCount() == 0 ? "" : handler.faults(0));
    }

    /// @notice Once everybody has left, nothing is left.
    function invariant_14_nothingStuck() public nowAndThen(8) {
        _leave();
        require(token.balanceOf(address(market)) == 0, "the market keeps something");
        require(token.balanceOf(address(registry)) == 0, "the registry keeps something");
    }
}
