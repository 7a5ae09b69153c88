// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NodeId, AgreementId, NOBODY} from "../types/Ids.sol";
import {Entry, Parameters, Place, Tier} from "../types/Structs.sol";
import {Book, Setting} from "../types/Book.sol";
import "../types/Errors.sol";
import {Bits} from "./Bits.sol";
import {Entries} from "./Entries.sol";
import {Rules} from "./Rules.sol";
import {Sampling} from "./Sampling.sol";

/// @notice Which provider holds which slot, and where its entry lies among that provider's draws.
library Slots {
    using Bits for mapping(uint256 => uint256);
    using Rules for Parameters;
    using Sampling for Sampling.Pool;

    function providerOf(Book storage book, AgreementId id, uint256 slot) internal view returns (NodeId) {
        return NodeId.wrap(uint32(book.places[id][slot] >> 32));
    }

    function holderOf(Book storage book, AgreementId id, uint256 slot) internal view returns (NodeId provider) {
        require(slot < 64, NoSuchSlot(id, slot));
        provider = providerOf(book, id, slot);
        require(provider != NOBODY, NoSuchSlot(id, slot));
    }

    function entryOf(Book storage book, AgreementId id, uint256 slot)
        internal
        view
        returns (Entry memory entry, Place memory place)
    {
        require(slot < 64, NoSuchSlot(id, slot));
        uint256 packed = book.places[id][slot];
        place = Place(NodeId.wrap(uint32(packed >> 32)), uint8(packed >> 16), uint16(packed));
        require(place.provider != NOBODY, NoSuchSlot(id, slot));
        entry = Entries.unpack(book.pools[place.provider].entries[packed & 0xffffffff]);
    }

    /// @notice Gives a slot to a provider, from the current epoch on.
    function put(
        Book storage book,
        Setting memory setting,
        NodeId provider,
        AgreementId id,
        uint256 slot,
        NodeId parent,
        uint96 rent
    ) internal {
        (uint256 class, uint256 index) = book.pools[provider].add(
            Entries.pack(id, slot, parent, setting.epoch, rent), setting.epoch, isDrawOpen(book, setting, provider)
        );
        book.places[id][slot] = _pack(provider, class, index);
    }

    function takeOut(Book storage book, Setting memory setting, AgreementId id, uint256 slot, Place memory place)
        internal
    {
        Entry memory moved = book.pools[place.provider].remove(
            place.class, place.index, setting.epoch, isDrawOpen(book, setting, place.provider)
        );
        if (moved.rent > 0) {
            book.places[moved.agreement][moved.slot] = _pack(place.provider, place.class, place.index);
        }
        delete book.places[id][slot];
    }

    /// @notice The current epoch's draw is known and not yet answered.
    function isDrawOpen(Book storage book, Setting memory setting, NodeId provider) internal view returns (bool) {
        return book.seeds[setting.epoch] != 0 && !book.proofs[provider].has(setting.epoch);
    }

    /// @notice On duty, and missed the last `faultRun` epochs in a row. Clears itself with the next proof.
    function isFaulted(Book storage book, Setting memory setting, NodeId provider) internal view returns (bool) {
        (uint96 rent,, uint32 sinceEpoch,, Tier tier) = setting.registry.dutyOf(provider);
        uint32 run = book.parameters.forTier(tier).faultRun;
        if (rent == 0 || setting.epoch < uint256(sinceEpoch) + 1 + run) return false;
        return book.proofs[provider].count(setting.epoch - run, uint256(setting.epoch) + 1) == 0;
    }

    /// @notice A slot is only taken off a provider's list when its draw is not open, or when it is off duty or faulted: nobody can move a
    /// draw. Its operator may do so all the same. Whoever's draw is open then has given it up, so that no slot can lock a provider out,
    /// and no accomplice of a faulted one turns its draw to what it still holds.
    function requireNoDraw(Book storage book, Setting memory setting, NodeId provider) internal {
        if (!isDrawOpen(book, setting, provider) || setting.registry.rentOf(provider) == 0) return;
        require(
            msg.sender == setting.registry.operatorOf(provider) || isFaulted(book, setting, provider),
            DrawPending(provider, setting.epoch)
        );
        book.pools[provider].forfeit(setting.epoch);
    }

    /// @notice For a slot that is lost for cause: waiting for the proof would let the loser choose when, or never.
    function giveUpDraw(Book storage book, Setting memory setting, NodeId provider) internal {
        if (isDrawOpen(book, setting, provider)) book.pools[provider].forfeit(setting.epoch);
    }

    function _pack(NodeId provider, uint256 class, uint256 index) private pure returns (uint64) {
        return uint64(uint256(NodeId.unwrap(provider)) << 32 | class << 16 | index);
    }
}
