// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NodeId, AgreementId} from "../types/Ids.sol";
import {Book, Setting} from "../types/Book.sol";
import "../types/Events.sol";
import {Rails} from "./Rails.sol";
import {Sampling} from "./Sampling.sol";

/// @notice Rents, fees, rails and what is owed to whom. Rates are whole token units per epoch, so sums are exact.
library Money {
    using Rails for Rails.Rail;

    function rentOf(uint96 price, uint32 quota) internal pure returns (uint96) {
        uint256 exact = uint256(price) * quota;
        require(
            exact >= Sampling.MIN_RENT && exact <= Sampling.MAX_RENT,
            Sampling.RentOutOfBounds(exact, Sampling.MIN_RENT, Sampling.MAX_RENT)
        );
        return uint96(exact);
    }

    /// @dev Rounds down, in favour of the provider.
    function feeOf(uint96 rent, uint16 feeBps) internal pure returns (uint96) {
        return uint96(uint256(rent) * feeBps / 10_000);
    }

    function rail(Book storage book, NodeId provider, NodeId heavy, NodeId parent)
        internal
        view
        returns (Rails.Rail storage)
    {
        return book.rails[
            uint256(NodeId.unwrap(provider)) | uint256(NodeId.unwrap(heavy)) << 32
                | uint256(NodeId.unwrap(parent)) << 64
        ];
    }

    /// @notice Credits what the rail earned up to now. The fee goes to the creator's heavy node, half of it to the provider's parent
    /// where they differ; an odd unit stays with the creator's heavy node.
    function settle(Book storage book, Setting memory setting, NodeId provider, NodeId heavy, NodeId parent)
        internal
        returns (uint256 pay, uint96 rate, uint96 feeRate)
    {
        uint256 fee;
        (pay, fee, rate, feeRate) =
            rail(book, provider, heavy, parent).settle(book.proofs[provider], setting.epoch, setting.epochsPerPeriod);
        if (pay == 0) return (pay, rate, feeRate);
        uint256 parentFee = parent == heavy ? 0 : fee / 2;
        book.owedToNode[provider] += pay - fee;
        book.owedToNode[heavy] += fee - parentFee;
        if (parentFee > 0) book.owedToNode[parent] += parentFee;
        emit Settled(provider, heavy, parent, setting.epoch, pay - fee, fee - parentFee, parentFee);
    }

    /// @notice Adds a slot's rent to its rail from the current epoch to the end of the agreement.
    function raise(
        Book storage book,
        Setting memory setting,
        NodeId provider,
        NodeId heavy,
        NodeId parent,
        uint96 rent,
        uint96 fee,
        uint32 endPeriod
    ) internal {
        (, uint96 rate, uint96 feeRate) = settle(book, setting, provider, heavy, parent);
        Rails.Rail storage r = rail(book, provider, heavy, parent);
        r.rate = rate + rent;
        r.fee = feeRate + fee;
        r.schedule(endPeriod, rent, fee);
    }

    /// @notice Ends a slot's rent now instead of at the end of the agreement.
    function lower(
        Book storage book,
        Setting memory setting,
        NodeId provider,
        NodeId heavy,
        NodeId parent,
        uint96 rent,
        uint96 fee,
        uint32 endPeriod
    ) internal {
        (, uint96 rate, uint96 feeRate) = settle(book, setting, provider, heavy, parent);
        Rails.Rail storage r = rail(book, provider, heavy, parent);
        r.rate = rate - rent;
        r.fee = feeRate - fee;
        r.unschedule(endPeriod, rent, fee);
    }

    function refund(Book storage book, AgreementId id, address creator, uint256 amount) internal {
        if (amount == 0) return;
        book.owedTo[creator] += amount;
        emit Refunded(id, creator, amount);
    }
}
