// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AgreementId, NOBODY, NodeId} from "../../../contracts/types/Ids.sol";
import {Book, Setting} from "../../../contracts/types/Book.sol";
import {Draw, Entry} from "../../../contracts/types/Structs.sol";
import {Draws} from "../../../contracts/libraries/Draws.sol";
import {Entries} from "../../../contracts/libraries/Entries.sol";
import {Sampling, WORDS} from "../../../contracts/libraries/Sampling.sol";

/// @notice One provider's slots, kept and drawn by the market's own libraries, with any epoch and any seed.
contract SamplingHarness {
    using Sampling for Sampling.Pool;

    struct Held {
        uint32 agreement;
        uint8 slot;
        uint96 rent;
    }

    /// @notice What `add` and `remove` return, readable from a transaction.
    event Added(uint256 class, uint256 index);
    event Moved(uint32 agreement, uint8 slot, uint96 rent);

    NodeId private constant PROVIDER = NodeId.wrap(1);
    uint32 private constant NEVER = type(uint32).max;

    Book private book;

    function setAgreement(uint32 id, uint8 k, uint8 m, uint8 batchLog2, uint32 batches, uint32 endPeriod) external {
        book.agreements[AgreementId.wrap(id)].k = k;
        book.agreements[AgreementId.wrap(id)].m = m;
        book.agreements[AgreementId.wrap(id)].batchLog2 = batchLog2;
        book.agreements[AgreementId.wrap(id)].batches = batches;
        book.agreements[AgreementId.wrap(id)].endPeriod = endPeriod;
        book.agreements[AgreementId.wrap(id)].changedEpoch = NEVER;
    }

    function add(Held calldata held, uint32 epoch, bool drawOpen) external {
        uint256 entry = Entries.pack(AgreementId.wrap(held.agreement), held.slot, NOBODY, 0, held.rent);
        (uint256 class, uint256 index) = book.pools[PROVIDER].add(entry, epoch, drawOpen);
        emit Added(class, index);
    }

    function remove(uint256 class, uint256 index, uint32 epoch, bool drawOpen) external {
        Entry memory moved = book.pools[PROVIDER].remove(class, index, epoch, drawOpen);
        emit Moved(AgreementId.unwrap(moved.agreement), moved.slot, moved.rent);
    }

    function forfeit(uint32 epoch) external {
        book.pools[PROVIDER].forfeit(epoch);
    }

    /// @notice Class sizes that draws of `epoch` see, and their totals.
    function pool(uint32 epoch) external view returns (uint256[] memory perClass, uint256 slots, uint256 cells) {
        uint256[WORDS] memory sizes = book.pools[PROVIDER].sizesAt(epoch);
        perClass = new uint256[](Sampling.CLASSES);
        for (uint256 class; class < perClass.length; ++class) {
            perClass[class] = Sampling.sizeOf(sizes, class);
        }
        uint256[WORDS] memory words = Sampling.cellsOf(sizes);
        return (perClass, Sampling.slotCount(sizes), words[0] + words[1] + words[2] + words[3]);
    }

    /// @notice The first `count` entries of a class.
    function entries(uint256 class, uint256 count) external view returns (Held[] memory list) {
        list = new Held[](count);
        for (uint256 index; index < count; ++index) {
            Entry memory entry = Entries.unpack(book.pools[PROVIDER].entries[class << 16 | index]);
            list[index] = Held(AgreementId.unwrap(entry.agreement), entry.slot, entry.rent);
        }
    }

    /// @notice Slot number x of `epoch`, for every x.
    function byNumber(uint32 epoch) external view returns (uint256[] memory keys) {
        uint256[WORDS] memory sizes = book.pools[PROVIDER].sizesAt(epoch);
        keys = new uint256[](Sampling.slotCount(sizes));
        for (uint256 x; x < keys.length; ++x) {
            keys[x] = Sampling.byNumber(sizes, x);
        }
    }

    function byCell(uint32 epoch, uint256 x) external view returns (uint256 key, uint256 within) {
        uint256[WORDS] memory sizes = book.pools[PROVIDER].sizesAt(epoch);
        return Sampling.byCell(sizes, Sampling.cellsOf(sizes), x);
    }

    function classOf(uint96 rent) external pure returns (uint256) {
        return Sampling.classOf(rent);
    }

    /// @notice All draws of epoch 0 under each of the seeds keccak256(first), keccak256(first + 1), ...
    function draws(uint256 first, uint256 seeds) external view returns (Draw[] memory list) {
        Setting memory setting;
        setting.epochsPerPeriod = 1;
        uint256[WORDS] memory sizes = book.pools[PROVIDER].sizesAt(0);
        list = new Draw[](seeds * Draws.SAMPLES);
        Draws.Lot memory lot;
        for (uint256 i; i < list.length; ++i) {
            uint256 sample = i % Draws.SAMPLES;
            if (sample == 0) lot = Draws.lotOf(keccak256(abi.encode(first + i / Draws.SAMPLES)), PROVIDER, sizes, 0);
            list[i] = Draws.draw(book, setting, lot, sample);
        }
    }
}
