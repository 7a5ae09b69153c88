// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {AgreementId, NodeId, NOBODY, railIdOf} from "../types/Ids.sol";
import {Agreement, Entry, Place, Renewal, SlotOffer, Terms} from "../types/Structs.sol";
import {Pledge, pledgeOf} from "../types/Parties.sol";
import {Book, Setting} from "../types/Book.sol";
import "../types/Errors.sol";
import "../types/Events.sol";
import {Money} from "./Money.sol";
import {Network} from "./Network.sol";
import {Payments} from "./Payments.sol";
import {Quotes} from "./Quotes.sol";
import {Signers} from "./Signers.sol";
import {Slots} from "./Slots.sol";
import {Vacancies} from "./Vacancies.sol";

/// @notice Longer terms and more quota. Every provider in place signs; prices never move under an agreement.
/// Linked as a library of its own to keep the market's code small.
library Renewals {
    using Quotes for Terms;
    using Quotes for SlotOffer;
    using SafeCast for uint256;

    /// @notice Extends to `newEnd`, paid by the caller, who may be anyone.
    /// @param signatures 64 bytes per occupied slot, in slot order
    function extend(
        Book storage book,
        Setting memory setting,
        AgreementId id,
        uint32 newEnd,
        uint32 latest,
        bytes calldata signatures
    ) external {
        uint256 cost = _prolong(book, setting, id, newEnd, latest, signatures);
        emit Extended(id, newEnd, cost, msg.sender);
        Payments.collect(setting.token, cost);
    }

    /// @notice Extends within what the creator authorised, paid from the agreement's pot. Anyone may send it.
    function renew(
        Book storage book,
        Setting memory setting,
        AgreementId id,
        uint32 newEnd,
        uint32 latest,
        bytes calldata signatures
    ) external {
        uint32 oldEnd = book.agreements[id].endPeriod;
        uint256 cost = _prolong(book, setting, id, newEnd, latest, signatures);
        Renewal memory r = book.renewals[id];
        uint256 perPeriod = cost / (newEnd - oldEnd);
        require(
            newEnd <= r.untilPeriod && perPeriod <= r.maxPerPeriod,
            RenewalNotAuthorised(id, perPeriod, r.maxPerPeriod, newEnd, r.untilPeriod)
        );
        uint256 pot = book.pots[id];
        require(pot >= cost, PotShort(id, pot, cost));
        book.pots[id] = pot - cost;
        emit Extended(id, newEnd, cost, address(this));
    }

    function topUp(Book storage book, Setting memory setting, AgreementId id, uint256 amount) external {
        require(book.agreements[id].creator != address(0), NoSuchAgreement(id));
        book.pots[id] += amount;
        emit ToppedUp(id, msg.sender, amount);
        Payments.collect(setting.token, amount);
    }

    /// @notice The pot is the creator's. A session key may empty it, into the creator's own credit.
    function takePot(Book storage book, Setting memory setting, AgreementId id, uint256 amount) external {
        address creator = book.agreements[id].creator;
        Signers.requireCreator(book, creator);
        uint32 endPeriod = book.agreements[id].endPeriod;
        require(!book.renewals[id].isLocked || setting.period >= endPeriod, AgreementLocked(id, endPeriod));
        uint256 pot = book.pots[id];
        require(pot >= amount, PotShort(id, pot, amount));
        book.pots[id] = pot - amount;
        book.owedTo[creator] += amount;
        emit PotTaken(id, amount);
    }

    function authorise(Book storage book, AgreementId id, uint128 maxPerPeriod, uint32 untilPeriod) external {
        address creator = book.agreements[id].creator;
        require(msg.sender == creator, NotCreator(msg.sender, creator));
        book.renewals[id] = Renewal(maxPerPeriod, untilPeriod, book.renewals[id].isLocked);
        emit RenewalAuthorised(id, maxPerPeriod, untilPeriod);
    }

    /// @notice For good: the creator can no longer close, retire bundles, or grow (which would raise what each extension costs), and
    /// refunds go to the pot, which is his only when the agreement has ended. So others may pay for its extensions without trusting him.
    function lock(Book storage book, AgreementId id) external {
        address creator = book.agreements[id].creator;
        require(msg.sender == creator, NotCreator(msg.sender, creator));
        book.renewals[id].isLocked = true;
        emit Locked(id);
    }

    /// @notice Adds quota: the providers in place sign offers for Terms that differ from the agreement in quota (what is added) and nonce
    /// only. No provider's draw may be open. Missed rent so far is refunded, because the rate changes.
    function grow(
        Book storage book,
        Setting memory setting,
        AgreementId id,
        Terms calldata terms,
        SlotOffer[] calldata offers,
        uint256 maxCost
    ) external {
        Agreement storage agreement = book.agreements[id];
        Network.requireHealthy(book, setting);
        _checkTerms(book, setting, agreement, id, terms, offers.length);
        uint256 rate;
        uint256 refund;
        (Pledge[] memory pledges, bytes32 termsHash) = _engage(setting, terms, offers);
        for (uint256 slot; slot < offers.length; ++slot) {
            _requireOffer(setting, offers[slot], termsHash);
            refund += _growSlot(book, setting, agreement, id, slot, pledges[slot]);
            rate += pledges[slot].rentOf();
        }
        Network.add(book, setting, rate, agreement.endPeriod);
        agreement.quota = (uint256(agreement.quota) + terms.quota).toUint32();
        // A succession that was signed before would be for less space.
        ++agreement.turns;
        uint256 cost = rate * (uint256(agreement.endPeriod) * setting.epochsPerPeriod - setting.epoch);
        require(cost <= maxCost, CostAboveLimit(cost, maxCost));
        Money.refund(book, id, agreement.creator, refund);
        emit Grown(id, agreement.quota, cost);
        Payments.collect(setting.token, cost);
    }

    function _checkTerms(
        Book storage book,
        Setting memory setting,
        Agreement storage agreement,
        AgreementId id,
        Terms calldata t,
        uint256 offers
    ) private {
        require(msg.sender == agreement.creator, NotCreator(msg.sender, agreement.creator));
        require(!book.renewals[id].isLocked, AgreementLocked(id, agreement.endPeriod));
        require(setting.period < agreement.endPeriod, AgreementOver(id, agreement.endPeriod, setting.period));
        require(
            t.creator == msg.sender && t.k == agreement.k && t.m == agreement.m && t.batchLog2 == agreement.batchLog2
                && t.heavy == agreement.heavy && t.feeBps == agreement.feeBps && t.endPeriod == agreement.endPeriod
                && offers == uint256(t.k) + t.m,
            TermsDiffer(id)
        );
        uint32 nonce = book.nonceOf[msg.sender]++;
        require(t.nonce == nonce, WrongNonce(t.nonce, nonce));
    }

    function _engage(Setting memory setting, Terms calldata terms, SlotOffer[] calldata offers)
        private
        returns (Pledge[] memory pledges, bytes32 termsHash)
    {
        pledges = new Pledge[](offers.length);
        for (uint256 i; i < offers.length; ++i) {
            pledges[i] = pledgeOf(offers[i].provider, Money.rentOf(offers[i].price, terms.quota));
        }
        setting.registry.engage(pledges, terms.endPeriod);
        termsHash = terms.hash();
    }

    function _requireOffer(Setting memory setting, SlotOffer calldata offer, bytes32 termsHash) private view {
        require(offer.expiry >= block.timestamp, OfferExpired(offer.provider, offer.expiry, block.timestamp));
        Signers.requireSigner(
            setting.domainSeparator,
            offer.provider,
            setting.registry.operatorOf(offer.provider),
            offer.hash(termsHash),
            offer.r,
            offer.vs
        );
    }

    /// @dev The old fee was rounded by itself: the rail rises by the difference, so that ending the slot takes off exactly what it put on.
    function _growSlot(
        Book storage book,
        Setting memory setting,
        Agreement storage agreement,
        AgreementId id,
        uint256 slot,
        Pledge pledge
    ) private returns (uint256 refund) {
        (Entry memory entry, Place memory place) = Slots.entryOf(book, id, slot);
        require(pledge.nodeOf() == place.provider, TermsDiffer(id));
        require(!Slots.isDrawOpen(book, setting, place.provider), DrawPending(place.provider, setting.epoch));
        refund = Vacancies.missedRent(book, setting, place.provider, entry);
        uint96 rent = entry.rent + pledge.rentOf();
        Slots.takeOut(book, setting, id, slot, place);
        Slots.put(book, setting, place.provider, id, slot, entry.parent, rent);
        Money.raise(
            book,
            setting,
            railIdOf(place.provider, agreement.heavy, entry.parent),
            Money.slotFlow(rent, agreement.feeBps) - Money.slotFlow(entry.rent, agreement.feeBps),
            agreement.endPeriod
        );
    }

    function _prolong(
        Book storage book,
        Setting memory setting,
        AgreementId id,
        uint32 newEnd,
        uint32 latest,
        bytes calldata signatures
    ) private returns (uint256 cost) {
        Agreement storage agreement = book.agreements[id];
        uint32 oldEnd = agreement.endPeriod;
        // Not in the last epoch: slots may be released then.
        require(
            uint256(setting.epoch) + 1 < uint256(oldEnd) * setting.epochsPerPeriod,
            AgreementOver(id, oldEnd, setting.period)
        );
        require(newEnd > oldEnd && newEnd <= latest, BadTerm(newEnd, oldEnd, latest));
        agreement.endPeriod = newEnd;
        // Consents are used up, and successions that were signed for the shorter term.
        uint32 turn = agreement.turns++;
        uint256 n = uint256(agreement.k) + agreement.m;
        uint256 cursor;
        for (uint256 slot; slot < n; ++slot) {
            NodeId provider = Slots.providerOf(book, id, slot);
            // The rent of a vacancy is prepaid like any other: it waits for the successor.
            if (provider != NOBODY) {
                bytes32 consent = Quotes.extensionHash(id, slot, oldEnd, newEnd, turn);
                cursor = _requireConsent(setting, provider, consent, signatures, cursor);
            }
            cost += Vacancies.moveEnd(book, setting, agreement, id, slot, oldEnd, newEnd);
        }
        require(cursor == signatures.length, BadReceipts(0, signatures.length));
        cost *= uint256(newEnd - oldEnd) * setting.epochsPerPeriod;
    }

    function _requireConsent(
        Setting memory setting,
        NodeId provider,
        bytes32 structHash,
        bytes calldata signatures,
        uint256 cursor
    ) private view returns (uint256 next) {
        next = cursor + 64;
        require(signatures.length >= next, BadReceipts(0, signatures.length));
        Signers.requireSigner(
            setting.domainSeparator,
            provider,
            setting.registry.operatorOf(provider),
            structHash,
            bytes32(signatures[cursor:cursor + 32]),
            bytes32(signatures[cursor + 32:next])
        );
    }
}
