// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NodeId, AgreementId} from "../types/Ids.sol";
import {Agreement, Bundle, Cause, Entry, Parameters, Place, Succession, Tier, TierRules, Vacancy} from "../types/Structs.sol";
import {Book, Setting} from "../types/Book.sol";
import "../types/Errors.sol";
import "../types/Events.sol";
import {Bits} from "./Bits.sol";
import {Money} from "./Money.sol";
import {Rules} from "./Rules.sol";
import {Signers} from "./Signers.sol";
import {Slots} from "./Slots.sol";
import {Vacancies} from "./Vacancies.sol";

/// @notice What misses cost, and how a slot changes hands. Linked as a library of its own to keep the market's code small.
library Faults {
    using Bits for mapping(uint256 => uint256);
    using Rules for Parameters;

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
            (uint256 misses, uint96 rent, TierRules memory rules) = missesIn(book, setting, provider, period);
            uint256 epochs = penaltyFor(rules, misses);
            if (epochs == 0) continue;
            book.reported[provider].set(period);
            uint256 taken = setting.registry.slash(provider, epochs * rent);
            uint256 share = taken * REPORTER_SHARE / 100;
            reward += share;
            burned += taken - share;
            emit MissesReported(provider, period, misses, taken, msg.sender, share);
        }
        book.owedTo[msg.sender] += reward;
        Vacancies.burn(setting, burned);
    }

    function isFaulted(Book storage book, Setting memory setting, NodeId provider) external view returns (bool) {
        return Slots.isFaulted(book, setting, provider);
    }

    /// @notice Epochs of rent that so many misses of one period cost.
    function penaltyFor(TierRules memory rules, uint256 misses) internal pure returns (uint256) {
        return misses > rules.missAllowance ? (misses - rules.missAllowance) * rules.penaltyEpochs : 0;
    }

    /// @notice Misses of the period just past, and the rent per epoch at its end. Duty begins in the epoch after the first slot.
    /// The least rent of the period would be kinder to whoever takes slots late, but then own slots, opened behind each boundary, would
    /// dilute the draws without ever being penalised.
    function missesIn(Book storage book, Setting memory setting, NodeId provider, uint32 period)
        internal
        view
        returns (uint256 misses, uint96 rent, TierRules memory rules)
    {
        uint32 sinceEpoch;
        Tier tier;
        (, rent,, sinceEpoch, tier) = setting.registry.dutyOf(provider);
        rules = book.parameters.forTier(tier);
        uint256 from = uint256(period) * setting.epochsPerPeriod;
        uint256 to = from + setting.epochsPerPeriod;
        if (from <= sinceEpoch) from = uint256(sinceEpoch) + 1;
        if (from < to && rent > 0) misses = to - from - book.proofs[provider].count(from, to);
    }

    /// @notice Puts a successor, who signed that it holds the slot's fragments, into a vacant slot or in the place of a provider that is
    /// faulted, under notice, or sends this itself (a hand-over). The repairer is credited the bounty, the creator what comes back;
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
        // Named in the signature, so that nobody takes the bounty by copying the transaction.
        book.owedTo[s.repairer == address(0) ? msg.sender : s.repairer] += bounty;
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
        TierRules memory rules = book.parameters.forTier(setting.registry.tierOf(from));
        // The run must fall into its time in this slot: an old offer of a faulted provider cannot be opened only to slash it.
        if (
            setting.epoch > uint256(entry.startEpoch) + rules.faultRun && Slots.isFaulted(book, setting, from)
        ) {
            Slots.giveUpDraw(book, setting, from);
            (vacancy, refund, slashed, rest) =
                Vacancies.vacate(book, setting, s.agreement, s.slot, Cause.Fault, rules.slashEpochs);
            Vacancies.burn(setting, rest);
            return (vacancy, refund, slashed);
        }
        uint32 notice = book.notices[s.agreement][s.slot];
        bool isNoticed = notice != 0 && setting.period >= notice;
        require(
            isNoticed || msg.sender == setting.registry.operatorOf(from), SlotNotFaulted(s.agreement, s.slot, from)
        );
        if (isNoticed) require(!Slots.isDrawOpen(book, setting, from), DrawPending(from, setting.epoch));
        else _requireStanding(book, setting, s, from, entry.startEpoch);
        (vacancy, refund, slashed, rest) = Vacancies.vacate(
            book,
            setting,
            s.agreement,
            s.slot,
            isNoticed ? Cause.Notice : Cause.HandOver,
            penaltyFor(rules, _missesSoFar(book, setting, from, entry.startEpoch))
        );
        Vacancies.burn(setting, rest);
    }

    /// @dev A slot may be handed over by who has it: the epoch's proof is there, and nobody waits for an answer; and not in the period in
    /// which it was taken. Else two friends could pass an empty slot to and fro, each time with a clean record.
    function _requireStanding(
        Book storage book,
        Setting memory setting,
        Succession calldata s,
        NodeId from,
        uint32 startEpoch
    ) private view {
        uint32 startPeriod = startEpoch / setting.epochsPerPeriod;
        require(startPeriod < setting.period, HandOverTooSoon(from, startPeriod));
        require(book.proofs[from].has(setting.epoch), NotProvenYet(from, setting.epoch));
        _requireNoChallenge(book, s.agreement, s.slot);
    }

    function _requireNoChallenge(Book storage book, AgreementId id, uint256 slot) private view {
        uint256 open = book.openChallenges[id][slot];
        require(open == 0, ChallengeOpen(id, slot, open));
    }

    /// @dev Misses of the running period that fall into the provider's time in the slot. Whoever leaves without a fault pays for them at
    /// once, because they no longer count against him when the period is reported.
    function _missesSoFar(Book storage book, Setting memory setting, NodeId provider, uint32 startEpoch)
        private
        view
        returns (uint256)
    {
        uint256 from = uint256(setting.period) * setting.epochsPerPeriod;
        if (from <= startEpoch) from = uint256(startEpoch) + 1;
        if (from >= setting.epoch) return 0;
        return setting.epoch - from - book.proofs[provider].count(from, setting.epoch);
    }

    /// @notice Ends the tenure of a slot that has not acknowledged a bundle for `ackEpochs`, without a slash: it may never have been sent
    /// its fragments. The creator decides, his session key, or the heavy node that is paid to look after the agreement.
    function dismiss(Book storage book, Setting memory setting, AgreementId id, uint256 slot, uint32 bundle) external {
        Agreement storage agreement = book.agreements[id];
        require(setting.period < agreement.endPeriod, AgreementOver(id, agreement.endPeriod, setting.period));
        if (msg.sender != setting.registry.operatorOf(agreement.heavy)) {
            Signers.requireCreator(book, agreement.creator);
        }
        require(bundle < agreement.bundles, NoSuchBundle(id, bundle, agreement.bundles));
        (Entry memory entry, Place memory place) = Slots.entryOf(book, id, slot);
        Bundle storage b = book.bundles[id][bundle];
        require(b.retired == 0, AlreadyRetired(id, bundle));
        require((b.acknowledged >> slot) & 1 == 0, AlreadyAcknowledged(id, bundle, slot));
        // A successor has its own time, from when it took the slot.
        uint32 overdue = (b.epoch > entry.startEpoch ? b.epoch : entry.startEpoch) + book.parameters.ackEpochs;
        require(setting.epoch >= overdue, NotOverdue(id, bundle, slot, setting.epoch, overdue));
        require(!Slots.isDrawOpen(book, setting, place.provider), DrawPending(place.provider, setting.epoch));
        _requireNoChallenge(book, id, slot);
        (Vacancy memory vacancy, uint256 refund,,) =
            Vacancies.vacate(book, setting, id, slot, Cause.Unacknowledged, 0);
        book.vacancies[id][slot] = vacancy;
        Money.refund(book, id, agreement.creator, refund);
    }

    /// @notice The operator admits that a slot's data is lost: half of the slash, all of it once the provider is faulted; or what this
    /// period's misses cost, where that is more. In an open draw this gives up the epoch's proof. Not while a challenge waits.
    function surrender(Book storage book, Setting memory setting, AgreementId id, uint256 slot) external {
        Agreement storage agreement = book.agreements[id];
        require(setting.period < agreement.endPeriod, AgreementOver(id, agreement.endPeriod, setting.period));
        (Entry memory entry, Place memory place) = Slots.entryOf(book, id, slot);
        NodeId provider = place.provider;
        address operator = setting.registry.operatorOf(provider);
        require(msg.sender == operator, NotOperatorOf(provider, msg.sender, operator));
        bool isLost = Slots.isFaulted(book, setting, provider);
        _requireNoChallenge(book, id, slot);
        Slots.requireNoDraw(book, setting, provider);
        TierRules memory rules = book.parameters.forTier(setting.registry.tierOf(provider));
        uint256 epochs = penaltyFor(rules, _missesSoFar(book, setting, provider, entry.startEpoch));
        uint256 least = isLost ? rules.slashEpochs : rules.slashEpochs / 2;
        if (epochs < least) epochs = least;
        (Vacancy memory vacancy, uint256 refund,, uint256 rest) =
            Vacancies.vacate(book, setting, id, slot, Cause.Surrender, epochs);
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
