// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NodeId, AgreementId, RailId} from "../types/Ids.sol";
import {Flow, flowOf} from "../types/Flow.sol";
import {Book, Setting} from "../types/Book.sol";
import "../types/Events.sol";
import {Rails} from "./Rails.sol";
import {Sampling} from "./Sampling.sol";

/// @notice Rents, fees, rails and what is owed to whom. Rates are whole token units per epoch, so sums are exact.
library Money {
    using Rails for Rails.Rail;

    /// @dev Percent of every fee that is burned. Rewards pay back less than this, so that dealing with oneself loses.
    uint256 internal constant BURN_SHARE = 20;

    function rentOf(uint96 price, uint32 quota) internal pure returns (uint96) {
        uint256 exact = uint256(price) * quota;
        require(
            exact >= Sampling.MIN_RENT && exact <= Sampling.MAX_RENT,
            Sampling.RentOutOfBounds(exact, Sampling.MIN_RENT, Sampling.MAX_RENT)
        );
        return uint96(exact);
    }

    /// @notice A slot's share of its rail. The fee rounds down, in favour of the provider.
    function slotFlow(uint96 rent, uint16 feeBps) internal pure returns (Flow) {
        unchecked {
            return flowOf(rent, uint96(uint256(rent) * feeBps / 10_000));
        }
    }

    /// @notice Credits what the rail earned up to now.
    function settle(Book storage book, Setting memory setting, RailId id) internal returns (uint256 pay) {
        Rails.Rail storage rail = book.rails[id];
        Flow flow;
        (pay, flow) = _credit(book, setting, id, rail);
        rail.set(flow, setting.epoch);
    }

    /// @notice Adds a slot's flow to its rail from the current epoch to the end of the agreement.
    function raise(Book storage book, Setting memory setting, RailId id, Flow slot, uint32 endPeriod) internal {
        Rails.Rail storage rail = book.rails[id];
        (, Flow flow) = _credit(book, setting, id, rail);
        rail.set(flow + slot, setting.epoch);
        rail.schedule(endPeriod, slot);
    }

    /// @notice Ends a slot's flow now instead of at the end of the agreement.
    function lower(Book storage book, Setting memory setting, RailId id, Flow slot, uint32 endPeriod) internal {
        Rails.Rail storage rail = book.rails[id];
        (, Flow flow) = _credit(book, setting, id, rail);
        rail.set(flow - slot, setting.epoch);
        rail.unschedule(endPeriod, slot);
    }

    function refund(Book storage book, AgreementId id, address creator, uint256 amount) internal {
        if (amount == 0) return;
        if (book.renewals[id].isLocked) book.pots[id] += amount;
        else book.owedTo[creator] += amount;
        emit Refunded(id, creator, amount);
    }

    function credit(Book storage book, NodeId id, uint256 amount) internal {
        book.purses[id] = book.purses[id].with(amount, 0);
    }

    /// @dev A part of the fee is burned. The rest goes to the creator's heavy node, half of it to the provider's parent where they differ;
    /// an odd unit stays with the creator's heavy node. The caller stores `flow` with the current epoch, so that the rail is written once.
    function _credit(Book storage book, Setting memory setting, RailId id, Rails.Rail storage rail)
        private
        returns (uint256 pay, Flow flow)
    {
        uint256 fee;
        NodeId provider = id.providerOf();
        (pay, fee, flow) = rail.accrued(book.proofs[provider], setting.epoch, setting.epochsPerPeriod);
        if (pay == 0) return (pay, flow);
        NodeId heavy = id.heavyOf();
        NodeId parent = id.parentOf();
        // parentFee <= fee <= pay <= what creators paid in: nothing here can overflow.
        unchecked {
            uint256 earned = pay - fee;
            uint256 burned = fee * BURN_SHARE / 100;
            fee -= burned;
            uint256 parentFee = parent == heavy ? 0 : fee / 2;
            uint256 heavyFee = fee - parentFee;
            book.purses[provider] = book.purses[provider].with(earned, burned);
            book.purses[heavy] = book.purses[heavy].with(heavyFee, burned);
            if (parentFee > 0) credit(book, parent, parentFee);
            emit Settled(provider, heavy, parent, setting.epoch, earned, heavyFee, parentFee);
        }
    }
}
