// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AgreementId, NodeId, railIdOf} from "../types/Ids.sol";
import {Flow} from "../types/Flow.sol";
import {Agreement, Entry, Place} from "../types/Structs.sol";
import {Book, Setting} from "../types/Book.sol";
import "../types/Errors.sol";
import "../types/Events.sol";
import {Bits} from "./Bits.sol";
import {Money} from "./Money.sol";
import {Rails} from "./Rails.sol";
import {Sampling} from "./Sampling.sol";
import {Slots} from "./Slots.sol";

/// @notice How agreements end. Linked as a library of its own to keep the market's code small.
library Endings {
    using Bits for mapping(uint256 => uint256);
    using Rails for Rails.Rail;
    using Sampling for Sampling.Pool;

    /// @notice Moves the end to the next period boundary; the rent beyond it comes back at once.
    function close(Book storage book, Setting memory setting, AgreementId id) external {
        Agreement storage agreement = book.agreements[id];
        require(msg.sender == agreement.creator, NotCreator(msg.sender, agreement.creator));
        uint32 newEnd = setting.period + 1;
        uint32 oldEnd = agreement.endPeriod;
        require(newEnd < oldEnd, AgreementOver(id, oldEnd, setting.period));
        agreement.endPeriod = newEnd;
        uint256 n = uint256(agreement.k) + agreement.m;
        uint256 total;
        for (uint256 slot; slot < n; ++slot) {
            (Entry memory entry, Place memory place) = Slots.entryOf(book, id, slot);
            Flow flow = Money.slotFlow(entry.rent, agreement.feeBps);
            Rails.Rail storage rail = book.rails[railIdOf(place.provider, agreement.heavy, entry.parent)];
            rail.unschedule(oldEnd, flow);
            rail.schedule(newEnd, flow);
            setting.registry.shorten(place.provider, entry.rent, oldEnd, newEnd);
            total += entry.rent;
        }
        total *= uint256(oldEnd - newEnd) * setting.epochsPerPeriod;
        Money.refund(book, id, agreement.creator, total);
        emit Closed(id, newEnd, total);
    }

    /// @notice Takes ended slots off their providers' draws and refunds the epochs that were missed.
    /// A provider's list is only shortened when its draw is not open, or when it is faulted or off duty: nobody can move a draw.
    /// Its operator may do so all the same and gives up the epoch's proof, so that ended slots can never lock a provider out.
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
            if (slots & 1 == 1) total += _releaseSlot(book, setting, id, slot, endEpoch);
            slots >>= 1;
        }
        Money.refund(book, id, agreement.creator, total);
    }

    function _releaseSlot(Book storage book, Setting memory setting, AgreementId id, uint256 slot, uint256 endEpoch)
        private
        returns (uint256 refund)
    {
        (Entry memory entry, Place memory place) = Slots.entryOf(book, id, slot);
        mapping(uint256 => uint256) storage proofs = book.proofs[place.provider];
        if (!proofs.has(setting.epoch)) _requireNoDraw(book, setting, place.provider, endEpoch);
        refund = (endEpoch - entry.startEpoch - proofs.count(entry.startEpoch, endEpoch)) * entry.rent;
        Slots.takeOut(book, setting, id, slot, place);
        emit SlotReleased(id, slot, place.provider, refund);
    }

    function _requireNoDraw(Book storage book, Setting memory setting, NodeId provider, uint256 endEpoch) private {
        require(setting.epoch >= endEpoch, DrawPending(provider, setting.epoch));
        if (!Slots.isDrawOpen(book, setting, provider)) return;
        (uint96 rent,,,) = setting.registry.dutyOf(provider);
        if (rent == 0 || Slots.isFaulted(book, setting, provider)) return;
        require(msg.sender == setting.registry.operatorOf(provider), DrawPending(provider, setting.epoch));
        book.pools[provider].forfeit(setting.epoch);
    }
}
