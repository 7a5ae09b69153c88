// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {NodeId, NOBODY, railIdOf} from "../types/Ids.sol";
import {Agreement, Entry, Place, Succession} from "../types/Structs.sol";
import {Party, Pledge, pledgeOf} from "../types/Parties.sol";
import {Book, Setting} from "../types/Book.sol";
import "../types/Errors.sol";
import "../types/Events.sol";
import {Bits} from "./Bits.sol";
import {Money} from "./Money.sol";
import {Quotes} from "./Quotes.sol";
import {Signers} from "./Signers.sol";
import {Slots} from "./Slots.sol";

/// @notice What misses cost, and how a slot changes hands. Linked as a library of its own to keep the market's code small.
library Faults {
    using Bits for mapping(uint256 => uint256);
    using Quotes for Succession;

    /// @dev Percent of a slashed slot; the rest is burned.
    uint256 internal constant CREATOR_SHARE = 50;
    uint256 internal constant REPAIRER_SHARE = 25;
    uint256 internal constant SUCCESSOR_SHARE = 15;
    /// @dev Percent of a penalty for misses; the rest is burned.
    uint256 internal constant REPORTER_SHARE = 10;

    /// @notice Reports the misses of the period just past, once per provider. Beyond the allowance each costs `penaltyEpochs` of rent.
    /// Providers without reportable misses are passed over, so that a race between reporters costs the later one only gas.
    function reportMisses(Book storage book, Setting memory setting, NodeId[] calldata providers, uint32 period)
        external
    {
        require(period + 1 == setting.period, CannotReport(period, setting.period));
        uint256 burned;
        uint256 reward;
        for (uint256 i; i < providers.length; ++i) {
            NodeId provider = providers[i];
            if (book.reported[provider].has(period)) continue;
            (uint256 misses, uint96 rent) = missesIn(book, setting, provider, period);
            if (misses <= setting.parameters.missAllowance) continue;
            book.reported[provider].set(period);
            uint256 excess = misses - setting.parameters.missAllowance;
            uint256 taken = setting.registry.slash(provider, excess * setting.parameters.penaltyEpochs * rent);
            uint256 share = taken * REPORTER_SHARE / 100;
            reward += share;
            burned += taken - share;
            emit MissesReported(provider, period, misses, taken, msg.sender, share);
        }
        book.owedTo[msg.sender] += reward;
        _burn(setting, burned);
    }

    /// @notice Misses of the period just past, and the rent per epoch at its end. Duty begins in the epoch after the first slot.
    function missesIn(Book storage book, Setting memory setting, NodeId provider, uint32 period)
        internal
        view
        returns (uint256 misses, uint96 rent)
    {
        uint32 sinceEpoch;
        (, rent,, sinceEpoch) = setting.registry.dutyOf(provider);
        uint256 from = uint256(period) * setting.epochsPerPeriod;
        uint256 to = from + setting.epochsPerPeriod;
        if (from <= sinceEpoch) from = uint256(sinceEpoch) + 1;
        if (from < to && rent > 0) misses = to - from - book.proofs[provider].count(from, to);
    }

    /// @notice Puts a successor, who signed that it holds the slot's fragments, in the place of a faulted provider.
    /// The caller is credited the repair bounty, the creator is compensated, the successor may prove in this very epoch.
    function replace(Book storage book, Setting memory setting, Succession calldata s, bytes calldata signature)
        external
    {
        Agreement storage agreement = book.agreements[s.agreement];
        require(setting.period < agreement.endPeriod, AgreementOver(s.agreement, agreement.endPeriod, setting.period));
        require(
            s.bundles == agreement.bundles && s.turn == agreement.turns,
            WrongSuccession(s.bundles, agreement.bundles, s.turn, agreement.turns)
        );
        require(s.expiry >= block.timestamp, OfferExpired(s.provider, s.expiry, block.timestamp));
        ++agreement.turns;

        (Entry memory entry, Place memory place) = Slots.entryOf(book, s.agreement, s.slot);
        // The run must fall into its time in this slot: an old offer of a faulted provider cannot be opened only to slash it.
        require(
            setting.epoch > entry.startEpoch + setting.parameters.faultRun
                && Slots.isFaulted(book, setting, place.provider),
            SlotNotFaulted(s.agreement, s.slot, place.provider)
        );
        // Else a faulted provider could collect its own bounty and begin anew.
        require(place.provider != s.provider, ProviderTwice(s.provider));
        uint96 rent = Money.rentOf(s.price, agreement.quota);
        require(rent <= entry.rent, PriceAboveSlot(rent, entry.rent));

        uint256 refund = _dismiss(book, setting, agreement, s, entry, place);
        _appoint(book, setting, agreement, s, signature, rent);
        refund += uint256(entry.rent - rent) * (uint256(agreement.endPeriod) * setting.epochsPerPeriod - setting.epoch);
        (uint256 slashed, uint256 compensation, uint256 bounty) =
            _slash(book, setting, place.provider, s.provider, entry.rent);
        book.owedTo[msg.sender] += bounty;
        Money.refund(book, s.agreement, agreement.creator, refund + compensation);
        emit Replaced(s.agreement, s.slot, place.provider, s.provider, rent, slashed, bounty);
    }

    /// @return refund the rent of the epochs that the old provider missed
    function _dismiss(
        Book storage book,
        Setting memory setting,
        Agreement storage agreement,
        Succession calldata s,
        Entry memory entry,
        Place memory place
    ) private returns (uint256 refund) {
        refund = (
            setting.epoch - entry.startEpoch - book.proofs[place.provider].count(entry.startEpoch, setting.epoch)
        ) * entry.rent;
        Money.lower(
            book,
            setting,
            railIdOf(place.provider, agreement.heavy, entry.parent),
            Money.slotFlow(entry.rent, agreement.feeBps),
            agreement.endPeriod
        );
        setting.registry.disengage(place.provider, entry.rent, agreement.endPeriod);
        Slots.takeOut(book, setting, s.agreement, s.slot, place);
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
            // Released in the agreement's last epoch.
            if (other == NOBODY) continue;
            require(other != s.provider, ProviderTwice(s.provider));
            if (setting.registry.regionOf(other) == region) ++same;
        }
        require(same <= agreement.m, RegionFull(region, agreement.m));
    }

    function _slash(Book storage book, Setting memory setting, NodeId from, NodeId successor, uint96 rent)
        private
        returns (uint256 taken, uint256 compensation, uint256 bounty)
    {
        taken = setting.registry.slash(from, uint256(rent) * setting.parameters.slashEpochs);
        compensation = taken * CREATOR_SHARE / 100;
        bounty = taken * REPAIRER_SHARE / 100;
        uint256 premium = taken * SUCCESSOR_SHARE / 100;
        book.owedToNode[successor] += premium;
        _burn(setting, taken - compensation - bounty - premium);
    }

    function _burn(Setting memory setting, uint256 amount) private {
        if (amount > 0) ERC20Burnable(address(setting.token)).burn(amount);
    }
}
