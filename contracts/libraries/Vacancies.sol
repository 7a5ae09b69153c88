// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {NodeId, AgreementId, NOBODY, railIdOf} from "../types/Ids.sol";
import {Flow} from "../types/Flow.sol";
import {Agreement, Cause, Entry, Place, Succession, Vacancy} from "../types/Structs.sol";
import {Party, Pledge, pledgeOf} from "../types/Parties.sol";
import {Book, Setting} from "../types/Book.sol";
import "../types/Errors.sol";
import "../types/Events.sol";
import {Bits} from "./Bits.sol";
import {Money} from "./Money.sol";
import {Network} from "./Network.sol";
import {Quotes} from "./Quotes.sol";
import {Rails} from "./Rails.sol";
import {Signers} from "./Signers.sol";
import {Slots} from "./Slots.sol";

/// @notice A slot loses its provider (`vacate`) and gets a successor (`fill`). Between the two its rent waits in the vacancy.
library Vacancies {
    using Bits for mapping(uint256 => uint256);
    using Quotes for Succession;
    using Rails for Rails.Rail;
    using SafeCast for uint256;

    /// @dev Percent of what is slashed. The rest is burned, or the challenger's where a challenge found the loss.
    uint256 internal constant CREATOR_SHARE = 50;
    uint256 internal constant REPAIRER_SHARE = 25;
    uint256 internal constant SUCCESSOR_SHARE = 15;

    /// @notice Ends the provider's rent now and slashes `slashEpochs` of it. The caller sees to it that no draw moves, keeps or fills the
    /// vacancy, and credits what comes back.
    /// @return vacancy the slot's rent from now on, with what was slashed for repairer and successor
    /// @return refund the creator's: the rent of the epochs that the provider missed, and compensation
    /// @return taken what was slashed
    /// @return rest the part of it that has no other owner
    function vacate(
        Book storage book,
        Setting memory setting,
        AgreementId id,
        uint256 slot,
        Cause cause,
        uint256 slashEpochs
    ) internal returns (Vacancy memory vacancy, uint256 refund, uint256 taken, uint256 rest) {
        Agreement storage agreement = book.agreements[id];
        (Entry memory entry, Place memory place) = Slots.entryOf(book, id, slot);
        NodeId provider = place.provider;
        refund = missedRent(book, setting, provider, entry);
        Money.lower(
            book,
            setting,
            railIdOf(provider, agreement.heavy, entry.parent),
            Money.slotFlow(entry.rent, agreement.feeBps),
            agreement.endPeriod
        );
        setting.registry.disengage(provider, entry.rent, agreement.endPeriod);
        Network.take(book, setting, entry.rent, agreement.endPeriod);
        Slots.takeOut(book, setting, id, slot, place);
        // A hand-over to a friend must not wipe out the creator's notice.
        if (cause != Cause.HandOver) delete book.notices[id][slot];

        if (slashEpochs > 0) taken = setting.registry.slash(provider, slashEpochs * entry.rent);
        uint256 compensation = taken * CREATOR_SHARE / 100;
        uint256 reward = taken * REPAIRER_SHARE / 100 + taken * SUCCESSOR_SHARE / 100;
        rest = taken - compensation - reward;
        refund += compensation;
        vacancy = Vacancy(entry.rent, setting.epoch, reward.toUint96(), provider);
        emit Vacated(id, slot, provider, cause, taken, refund);
    }

    /// @notice Puts the successor, who signed that it holds the slot's fragments, into the vacancy.
    /// @return rent the successor's
    /// @return refund the creator's: rent of the epochs in between, and the difference to a cheaper price
    /// @return bounty what was slashed for the repairer; the successor's part is credited
    function fill(
        Book storage book,
        Setting memory setting,
        Succession calldata s,
        bytes calldata signature,
        Vacancy memory vacancy
    ) internal returns (uint96 rent, uint256 refund, uint256 bounty) {
        Agreement storage agreement = book.agreements[s.agreement];
        // Else a provider could collect the reward for its own loss and begin anew.
        require(vacancy.from != s.provider, ProviderTwice(s.provider));
        rent = Money.rentOf(s.price, agreement.quota);
        require(rent <= vacancy.rent, PriceAboveSlot(rent, vacancy.rent));
        _appoint(book, setting, agreement, s, signature, rent);
        uint256 ahead = uint256(agreement.endPeriod) * setting.epochsPerPeriod - setting.epoch;
        refund = uint256(setting.epoch - vacancy.sinceEpoch) * vacancy.rent + uint256(vacancy.rent - rent) * ahead;
        // Whoever takes a slot in its last period gets the part of the reward that is left of the period: less than what he stands to
        // lose there by holding nothing. The rest is the creator's.
        uint256 reward = ahead < setting.epochsPerPeriod
            ? uint256(vacancy.reward) * ahead / setting.epochsPerPeriod
            : vacancy.reward;
        refund += vacancy.reward - reward;
        // Rounds down; the repairer gets the odd unit.
        uint256 premium = reward * SUCCESSOR_SHARE / (REPAIRER_SHARE + SUCCESSOR_SHARE);
        bounty = reward - premium;
        if (premium > 0) Money.credit(book, s.provider, premium);
    }

    function isVacant(Book storage book, AgreementId id, uint256 slot) internal view returns (bool) {
        return book.vacancies[id][slot].rent > 0;
    }

    /// @notice What a vacancy still holds when the agreement ends: the rent since then, and the reward nobody earned.
    function dissolve(Book storage book, AgreementId id, uint256 slot, uint256 endEpoch)
        internal
        returns (uint256 refund)
    {
        Vacancy memory vacancy = book.vacancies[id][slot];
        delete book.vacancies[id][slot];
        refund = (endEpoch - vacancy.sinceEpoch) * vacancy.rent + vacancy.reward;
    }

    /// @notice Rent that a slot's provider did not earn, from its start to the current epoch, exclusive.
    function missedRent(Book storage book, Setting memory setting, NodeId provider, Entry memory entry)
        internal
        view
        returns (uint256)
    {
        return (setting.epoch - entry.startEpoch - book.proofs[provider].count(entry.startEpoch, setting.epoch))
            * entry.rent;
    }

    /// @notice Moves the end of one slot's rent, vacant or not; the agreement's own end is the caller's to write.
    function moveEnd(
        Book storage book,
        Setting memory setting,
        Agreement storage agreement,
        AgreementId id,
        uint256 slot,
        uint32 oldEnd,
        uint32 newEnd
    ) internal returns (uint96 rent) {
        if (Slots.providerOf(book, id, slot) == NOBODY) return book.vacancies[id][slot].rent;
        (Entry memory entry, Place memory place) = Slots.entryOf(book, id, slot);
        rent = entry.rent;
        Flow flow = Money.slotFlow(rent, agreement.feeBps);
        Rails.Rail storage rail = book.rails[railIdOf(place.provider, agreement.heavy, entry.parent)];
        rail.unschedule(oldEnd, flow);
        rail.schedule(newEnd, flow);
        setting.registry.reschedule(place.provider, rent, oldEnd, newEnd);
        Network.moveEnd(book, rent, oldEnd, newEnd);
    }

    function burn(Setting memory setting, uint256 amount) internal {
        if (amount > 0) ERC20Burnable(address(setting.token)).burn(amount);
    }

    function _appoint(
        Book storage book,
        Setting memory setting,
        Agreement storage agreement,
        Succession calldata s,
        bytes calldata signature,
        uint96 rent
    ) private {
        _requireFit(book, setting, agreement, s);
        Pledge[] memory pledges = new Pledge[](1);
        pledges[0] = pledgeOf(s.provider, rent);
        Party party = setting.registry.engage(pledges, agreement.endPeriod)[0];
        require(signature.length == 64, BadReceipts(uint64(1) << s.slot, signature.length));
        Signers.requireSigner(
            setting.domainSeparator,
            s.provider,
            party.operatorOf(),
            s.hash(),
            bytes32(signature[:32]),
            bytes32(signature[32:])
        );
        Network.add(book, setting, rent, agreement.endPeriod);
        Slots.put(book, setting, s.provider, s.agreement, s.slot, party.parentOf(), rent);
        Money.raise(
            book,
            setting,
            railIdOf(s.provider, agreement.heavy, party.parentOf()),
            Money.slotFlow(rent, agreement.feeBps),
            agreement.endPeriod
        );
    }

    /// @dev Distinct operators and at most m slots per region, as at opening.
    function _requireFit(
        Book storage book,
        Setting memory setting,
        Agreement storage agreement,
        Succession calldata s
    ) private view {
        uint16 region = setting.registry.regionOf(s.provider);
        uint256 n = uint256(agreement.k) + agreement.m;
        uint256 same = 1;
        for (uint256 slot; slot < n; ++slot) {
            if (slot == s.slot) continue;
            NodeId other = Slots.providerOf(book, s.agreement, slot);
            // Vacant, or released in the agreement's last epoch.
            if (other == NOBODY) continue;
            require(other != s.provider, ProviderTwice(s.provider));
            if (setting.registry.regionOf(other) == region) ++same;
        }
        require(same <= agreement.m, RegionFull(region, agreement.m));
    }
}
