// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {AgreementId, NodeId, NOBODY} from "../types/Ids.sol";
import {Agreement, Entry, Place, Tier} from "../types/Structs.sol";
import {Purse} from "../types/Purse.sol";
import {Book, Setting} from "../types/Book.sol";
import "../types/Errors.sol";
import "../types/Events.sol";
import {Bits} from "./Bits.sol";
import {Money} from "./Money.sol";
import {Slots} from "./Slots.sol";
import {Vacancies} from "./Vacancies.sol";

/// @notice How agreements end. Linked as a library of its own to keep the market's code small.
library Endings {
    using Bits for mapping(uint256 => uint256);
    using SafeERC20 for IERC20;

    /// @notice Moves the end to the next period boundary; the rent beyond it comes back at once.
    function close(Book storage book, Setting memory setting, AgreementId id) external {
        Agreement storage agreement = book.agreements[id];
        require(msg.sender == agreement.creator, NotCreator(msg.sender, agreement.creator));
        require(!book.renewals[id].isLocked, AgreementLocked(id, agreement.endPeriod));
        uint32 newEnd = setting.period + 1;
        uint32 oldEnd = agreement.endPeriod;
        require(newEnd < oldEnd, AgreementOver(id, oldEnd, setting.period));
        agreement.endPeriod = newEnd;
        // Else a consent to the extension that the creator takes back here could be used again.
        ++agreement.turns;
        uint256 n = uint256(agreement.k) + agreement.m;
        uint256 total;
        for (uint256 slot; slot < n; ++slot) {
            total += Vacancies.moveEnd(book, setting, agreement, id, slot, oldEnd, newEnd);
        }
        total *= uint256(oldEnd - newEnd) * setting.epochsPerPeriod;
        Money.refund(book, id, agreement.creator, total);
        emit Closed(id, newEnd, total);
    }

    /// @notice Takes ended slots off their providers' draws and refunds the epochs that were missed.
    /// In the last epoch of an agreement a slot can be released once its provider has proven.
    function release(Book storage book, Setting memory setting, AgreementId id, uint64 slots) external {
        Agreement storage agreement = book.agreements[id];
        uint256 endEpoch = uint256(agreement.endPeriod) * setting.epochsPerPeriod;
        require(
            uint256(setting.epoch) + 1 >= endEpoch && endEpoch > 0,
            AgreementRunning(id, agreement.endPeriod, setting.period)
        );
        uint256 total;
        for (uint256 slot; slots != 0; ++slot) {
            if (slots & 1 == 1) {
                total += Vacancies.isVacant(book, id, slot)
                    ? _dissolve(book, id, slot, endEpoch)
                    : _releaseSlot(book, setting, id, slot, endEpoch);
            }
            slots >>= 1;
        }
        Money.refund(book, id, agreement.creator, total);
    }

    /// @dev The burn waits here so that settling costs no transfer.
    function withdrawNode(Book storage book, Setting memory setting, NodeId id) external returns (uint256 amount) {
        Purse purse = book.purses[id];
        amount = purse.owedOf();
        address to = setting.registry.payoutOf(id);
        require(amount > 0, NothingOwed(to));
        bool isHeavy = setting.registry.tierOf(id) == Tier.Heavy;
        // A provider's high half is a counter, not money.
        book.purses[id] = isHeavy ? Purse.wrap(0) : purse.withoutOwed();
        emit NodePaid(id, to, amount);
        setting.token.safeTransfer(to, amount);
        if (isHeavy) _burnFees(setting, id, purse.burnedOf());
    }

    /// @notice Pays what is owed to the caller.
    function withdraw(Book storage book, IERC20 token) external returns (uint256 amount) {
        amount = book.owedTo[msg.sender];
        require(amount > 0, NothingOwed(msg.sender));
        book.owedTo[msg.sender] = 0;
        emit AccountPaid(msg.sender, amount);
        token.safeTransfer(msg.sender, amount);
    }

    function _burnFees(Setting memory setting, NodeId heavy, uint256 amount) private {
        if (amount == 0) return;
        Vacancies.burn(setting, amount);
        emit FeesBurned(heavy, amount);
    }

    function _releaseSlot(Book storage book, Setting memory setting, AgreementId id, uint256 slot, uint256 endEpoch)
        private
        returns (uint256 refund)
    {
        (Entry memory entry, Place memory place) = Slots.entryOf(book, id, slot);
        mapping(uint256 => uint256) storage proofs = book.proofs[place.provider];
        if (!proofs.has(setting.epoch)) {
            require(setting.epoch >= endEpoch, DrawPending(place.provider, setting.epoch));
            Slots.requireNoDraw(book, setting, place.provider);
        }
        refund = (endEpoch - entry.startEpoch - proofs.count(entry.startEpoch, endEpoch)) * entry.rent;
        Slots.takeOut(book, setting, id, slot, place);
        emit SlotReleased(id, slot, place.provider, refund);
    }

    function _dissolve(Book storage book, AgreementId id, uint256 slot, uint256 endEpoch)
        private
        returns (uint256 refund)
    {
        refund = Vacancies.dissolve(book, id, slot, endEpoch);
        emit SlotReleased(id, slot, NOBODY, refund);
    }
}
