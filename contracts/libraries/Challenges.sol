// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AgreementId} from "../types/Ids.sol";
import {Agreement, Bundle, Cause, Challenge, Entry, Parameters, Place, Tier, Vacancy} from "../types/Structs.sol";
import {Book, Setting} from "../types/Book.sol";
import "../types/Errors.sol";
import "../types/Events.sol";
import {Draws} from "./Draws.sol";
import {Money} from "./Money.sol";
import {Paths} from "./Paths.sol";
import {Payments} from "./Payments.sol";
import {Rules} from "./Rules.sol";
import {Slots} from "./Slots.sol";
import {Vacancies} from "./Vacancies.sol";

/// @notice The guarantee of each single agreement under the provider-wide draw: anyone may put a bond on one leaf not being there.
library Challenges {
    using Rules for Parameters;

    /// @dev Token units per bond unit of the parameters.
    uint256 internal constant BOND_UNIT = 1e12;

    /// @param batch ordinal inside the bundle
    function post(
        Book storage book,
        Setting memory setting,
        AgreementId id,
        uint256 slot,
        uint32 bundle,
        uint32 batch,
        uint32 leaf
    ) external returns (uint256 number) {
        Agreement storage agreement = book.agreements[id];
        require(setting.period < agreement.endPeriod, AgreementOver(id, agreement.endPeriod, setting.period));
        require(bundle < agreement.bundles, NoSuchBundle(id, bundle, agreement.bundles));
        (Entry memory entry, Place memory place) = Slots.entryOf(book, id, slot);
        _checkTarget(agreement, book.bundles[id][bundle], id, slot, bundle, batch, leaf);
        Tier tier = setting.registry.tierOf(place.provider);
        uint32 deadline = setting.epoch + 1 + book.parameters.forTier(tier).answerEpochs;
        uint96 bond = uint96(book.parameters.bondUnits * BOND_UNIT);
        ++book.openChallenges[id][slot];
        number = ++book.challengeCount;
        book.challenges[number] = Challenge(
            id, uint8(slot), place.provider, bundle, batch, leaf, deadline, entry.startEpoch, msg.sender, bond
        );
        emit Challenged(number, id, slot, bundle, batch, leaf, deadline);
        Payments.collect(setting.token, bond);
    }

    /// @notice The leaf and its path, as one sample of `prove` without the bundle index. The provider gets the bond. Anyone may send it.
    function answer(Book storage book, Setting memory setting, uint256 number, bytes calldata proof) external {
        Challenge memory c = _take(book, number);
        require(setting.epoch < c.deadlineEpoch, AnswerLate(number, setting.epoch, c.deadlineEpoch));
        Agreement storage agreement = book.agreements[c.agreement];
        Bundle storage b = book.bundles[c.agreement][c.bundle];
        (bytes32 node, uint256 cursor) = Paths.leaf(proof, 0);
        (node, cursor) = Paths.climb(proof, cursor, node, c.leaf, Draws.leavesOf(agreement));
        (node, cursor) = Paths.climb(proof, cursor, node, c.slot, uint256(agreement.k) + agreement.m);
        (node, cursor) = Paths.climb(proof, cursor, node, c.batch, b.batches);
        require(cursor == proof.length, ProofTooLong(cursor, proof.length));
        require(node == b.root, InvalidPath(number));
        Money.credit(book, c.provider, c.bond);
        emit Answered(number, c.provider, c.bond);
    }

    /// @notice After the deadline: the slot is lost if its provider still holds it and the bundle still lives. The challenger gets the
    /// bond back, and what would be burned of the slash.
    function end(Book storage book, Setting memory setting, uint256 number) external {
        Challenge memory c = _take(book, number);
        require(setting.epoch >= c.deadlineEpoch, AnswerDue(number, setting.epoch, c.deadlineEpoch));
        bool isLost = setting.period < book.agreements[c.agreement].endPeriod
            && book.bundles[c.agreement][c.bundle].retired == 0 && _isStillThere(book, c);
        uint256 reward = isLost ? _lose(book, setting, c) : 0;
        book.owedTo[c.challenger] += c.bond + reward;
        emit ChallengeEnded(number, isLost);
    }

    function _lose(Book storage book, Setting memory setting, Challenge memory c) private returns (uint256 reward) {
        Slots.giveUpDraw(book, setting, c.provider);
        Vacancy memory vacancy;
        uint256 refund;
        (vacancy, refund,, reward) =
            Vacancies.vacate(book, setting, c.agreement, c.slot, Cause.Challenge, _slashEpochs(book, setting, c));
        book.vacancies[c.agreement][c.slot] = vacancy;
        Money.refund(book, c.agreement, book.agreements[c.agreement].creator, refund);
    }

    function _slashEpochs(Book storage book, Setting memory setting, Challenge memory c)
        private
        view
        returns (uint256)
    {
        return book.parameters.forTier(setting.registry.tierOf(c.provider)).slashEpochs;
    }

    function _checkTarget(
        Agreement storage agreement,
        Bundle storage b,
        AgreementId id,
        uint256 slot,
        uint32 bundle,
        uint32 batch,
        uint32 leaf
    ) private view {
        require(b.retired == 0, AlreadyRetired(id, bundle));
        require((b.acknowledged >> slot) & 1 == 1, NotAcknowledged(id, bundle, slot));
        uint256 leaves = Draws.leavesOf(agreement);
        require(batch < b.batches && leaf < leaves, NoSuchLeaf(batch, b.batches, leaf, leaves));
    }

    function _isStillThere(Book storage book, Challenge memory c) private view returns (bool) {
        if (Slots.providerOf(book, c.agreement, c.slot) != c.provider) return false;
        (Entry memory entry,) = Slots.entryOf(book, c.agreement, c.slot);
        return entry.startEpoch == c.startEpoch;
    }

    function _take(Book storage book, uint256 number) private returns (Challenge memory c) {
        c = book.challenges[number];
        require(c.challenger != address(0), NoSuchChallenge(number));
        delete book.challenges[number];
        --book.openChallenges[c.agreement][c.slot];
    }
}
