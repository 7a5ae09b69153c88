// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NodeId, AgreementId} from "../types/Ids.sol";
import {Agreement, Cause, Entry, Parameters, Place, Succession, Vacancy} from "../types/Structs.sol";
import {Book, Setting} from "../types/Book.sol";
import "../types/Errors.sol";
import "../types/Events.sol";
import {Bits} from "./Bits.sol";
import {Money} from "./Money.sol";
import {Slots} from "./Slots.sol";
import {Vacancies} from "./Vacancies.sol";

/// @notice What misses cost, and how a slot changes hands. Linked as a library of its own to keep the market's code small.
library Faults {
    using Bits for mapping(uint256 => uint256);

    /// @dev Percent of a penalty for misses; the rest is burned.
    uint256 internal constant REPORTER_SHARE = 10;

    /// @notice Reports the misses of the period just past, once per provider. Beyond the allowance each costs `penaltyEpochs` of rent.
    /// Providers without reportable misses are passed over, so that a race between reporters costs the later one only gas.
    function reportMisses(Book storage book, Setting memory setting, NodeId[] calldata providers, uint32 period)
        external
    {
        require(period + 1 == setting.period, CannotReport(period, setting.period));
        Parameters memory p = book.parameters;
        uint256 burned;
        uint256 reward;
        for (uint256 i; i < providers.length; ++i) {
            NodeId provider = providers[i];
            if (book.reported[provider].has(period)) continue;
            (uint256 misses, uint96 rent) = missesIn(book, setting, provider, period);
            if (misses <= p.missAllowance) continue;
            book.reported[provider].set(period);
            uint256 excess = misses - p.missAllowance;
            uint256 taken = setting.registry.slash(provider, excess * p.penaltyEpochs * rent);
            uint256 share = taken * REPORTER_SHARE / 100;
            reward += share;
            burned += taken - share;
            emit MissesReported(provider, period, misses, taken, msg.sender, share);
        }
        book.owedTo[msg.sender] += reward;
        Vacancies.burn(setting, burned);
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

    /// @notice Puts a successor, who signed that it holds the slot's fragments, into a vacant slot or in the place of a provider that is
    /// faulted, under notice, or sends this itself (a hand-over). The caller is credited the repair bounty, the creator what comes back;
    /// the successor may prove in this very epoch.
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
        Vacancy memory vacancy = book.vacancies[s.agreement][s.slot];
        NodeId from;
        uint256 slashed;
        uint256 refund;
        if (vacancy.rent > 0) {
            delete book.vacancies[s.agreement][s.slot];
        } else {
            (vacancy, refund, slashed) = _clear(book, setting, s);
            from = vacancy.from;
        }
        (uint96 rent, uint256 more, uint256 bounty) = Vacancies.fill(book, setting, s, signature, vacancy);
        book.owedTo[msg.sender] += bounty;
        Money.refund(book, s.agreement, agreement.creator, refund + more);
        emit Replaced(s.agreement, s.slot, from, s.provider, rent, slashed, bounty);
    }

    function _clear(Book storage book, Setting memory setting, Succession calldata s)
        private
        returns (Vacancy memory vacancy, uint256 refund, uint256 slashed)
    {
        (Entry memory entry, Place memory place) = Slots.entryOf(book, s.agreement, s.slot);
        NodeId from = place.provider;
        uint256 rest;
        // The run must fall into its time in this slot: an old offer of a faulted provider cannot be opened only to slash it.
        if (
            setting.epoch > uint256(entry.startEpoch) + book.parameters.faultRun
                && Slots.isFaulted(book, setting, from)
        ) {
            (vacancy, refund, slashed, rest) =
                Vacancies.vacate(book, setting, s.agreement, s.slot, Cause.Fault, book.parameters.slashEpochs);
            Vacancies.burn(setting, rest);
            return (vacancy, refund, slashed);
        }
        uint32 notice = book.notices[s.agreement][s.slot];
        bool isNoticed = notice != 0 && setting.period >= notice;
        require(
            isNoticed || msg.sender == setting.registry.operatorOf(from), SlotNotFaulted(s.agreement, s.slot, from)
        );
        // Not even the operator gives up an epoch's pay by the way: a hand-over can wait for the proof.
        require(!Slots.isDrawOpen(book, setting, from), DrawPending(from, setting.epoch));
        Cause cause = isNoticed ? Cause.Notice : Cause.HandOver;
        (vacancy, refund,,) = Vacancies.vacate(book, setting, s.agreement, s.slot, cause, 0);
    }

    /// @notice The operator admits that a slot's data is lost: half of the slash, all of it once the provider is faulted. In an open draw
    /// this gives up the epoch's proof.
    function surrender(Book storage book, Setting memory setting, AgreementId id, uint256 slot) external {
        Agreement storage agreement = book.agreements[id];
        require(setting.period < agreement.endPeriod, AgreementOver(id, agreement.endPeriod, setting.period));
        NodeId provider = Slots.holderOf(book, id, slot);
        address operator = setting.registry.operatorOf(provider);
        require(msg.sender == operator, NotOperatorOf(provider, msg.sender, operator));
        bool isFaulted = Slots.isFaulted(book, setting, provider);
        Slots.requireNoDraw(book, setting, provider);
        uint256 slashEpochs = book.parameters.slashEpochs;
        (Vacancy memory vacancy, uint256 refund,, uint256 rest) = Vacancies.vacate(
            book, setting, id, slot, Cause.Surrender, isFaulted ? slashEpochs : slashEpochs / 2
        );
        book.vacancies[id][slot] = vacancy;
        Vacancies.burn(setting, rest);
        Money.refund(book, id, agreement.creator, refund);
    }

    /// @notice The creator's notice: from the next period on the slot may be replaced without any fault.
    function giveNotice(Book storage book, Setting memory setting, AgreementId id, uint256 slot) external {
        address creator = book.agreements[id].creator;
        require(msg.sender == creator, NotCreator(msg.sender, creator));
        NodeId provider = Slots.holderOf(book, id, slot);
        book.notices[id][slot] = setting.period + 1;
        emit Noticed(id, slot, provider, setting.period + 1);
    }
}
