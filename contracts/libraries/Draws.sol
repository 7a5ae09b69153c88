// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NodeId} from "../types/Ids.sol";
import {Agreement, Bundle, Draw, Entry} from "../types/Structs.sol";
import {Book, Setting} from "../types/Book.sol";
import "../types/Errors.sol";
import {Entries} from "./Entries.sol";
import {Paths} from "./Paths.sol";
import {Sampling, WORDS} from "./Sampling.sol";

/// @notice What an epoch's seed asks of a provider, and whether an answer fits.
library Draws {
    uint256 internal constant SAMPLES = 5;
    /// How often one sample may be drawn.
    uint256 internal constant MAX_TRIES = 32;
    /// How many draws of one epoch may be rejected for falling beside a rent: bounds what a proof costs. Two of three are accepted at least.
    uint256 internal constant MAX_REJECTIONS = 8;
    /// By how many fewer, where the proof is the first of 256 epochs and pays for a new word of bits.
    uint256 internal constant FRESH_WORD = 5;
    /// How often a sample moves on from retired bundles before it is spent.
    uint256 internal constant MAX_MOVES = 8;

    /// @dev What the draws of one epoch have in common.
    struct Lot {
        bytes32 seed;
        NodeId provider;
        uint256[WORDS] sizes;
        uint256 slots;
        /// Per word of `sizes`, and all of them.
        uint256[WORDS] cells;
        uint256 range;
        /// Draws that were rejected so far.
        uint256 rejections;
        /// A draw met a slot that has ended.
        bool metEnded;
    }

    /// @param rejections that count as made already
    function lotOf(bytes32 seed, NodeId provider, uint256[WORDS] memory sizes, uint256 rejections)
        internal
        pure
        returns (Lot memory)
    {
        uint256[WORDS] memory cells = Sampling.cellsOf(sizes);
        uint256 range = cells[0] + cells[1] + cells[2] + cells[3];
        return Lot(seed, provider, sizes, Sampling.slotCount(sizes), cells, range, rejections, false);
    }

    /// @notice Sample 0 is uniform over slots, so small agreements keep a chance; the others are weighted by rent.
    function draw(Book storage book, Setting memory setting, Lot memory lot, uint256 sample)
        internal
        view
        returns (Draw memory d)
    {
        mapping(uint256 => uint256) storage entries = book.pools[lot.provider].entries;
        for (uint256 attempt; attempt < MAX_TRIES; ++attempt) {
            uint256 random = _random(lot.seed, lot.provider, sample, attempt);
            uint256 key;
            uint256 within;
            if (sample == 0) key = Sampling.byNumber(lot.sizes, uint256(uint128(random)) % lot.slots);
            else (key, within) = Sampling.byCell(lot.sizes, lot.cells, uint256(uint128(random)) % lot.range);
            uint256 word = entries[key];
            if (word != 0 && within >= Entries.rentOf(word)) {
                // Void with the same odds for every slot: what is accepted stays weighted by rent.
                d.isVoid = lot.rejections == MAX_REJECTIONS;
                // Where ended slots took the tries, they are the reason: no sample becomes void by leaving them in the list.
                if (d.isVoid && lot.metEnded) revert PruneFirst(lot.provider, sample);
                if (d.isVoid) return d;
                ++lot.rejections;
                continue;
            }
            if (word != 0 && _place(book, setting, d, Entries.unpack(word), random)) return d;
            lot.metEnded = true;
        }
        // Ended slots must not shield the others.
        revert PruneFirst(lot.provider, sample);
    }

    /// @dev keccak256(abi.encode(seed, provider, sample, attempt))
    function _random(bytes32 seed, NodeId provider, uint256 sample, uint256 attempt)
        private
        pure
        returns (uint256 random)
    {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let p := mload(0x40)
            mstore(p, seed)
            mstore(add(p, 32), provider)
            mstore(add(p, 64), sample)
            mstore(add(p, 96), attempt)
            random := keccak256(p, 128)
        }
    }

    /// @return whether the slot still runs; the draw is made then
    function _place(Book storage book, Setting memory setting, Draw memory d, Entry memory entry, uint256 random)
        private
        view
        returns (bool)
    {
        Agreement storage agreement = book.agreements[entry.agreement];
        if (uint256(agreement.endPeriod) * setting.epochsPerPeriod <= setting.epoch) return false;
        uint256 batches = agreement.changedEpoch == setting.epoch ? agreement.batchesBefore : agreement.batches;
        // An empty agreement is paid for its space and has nothing to prove.
        d.isVoid = batches == 0;
        if (d.isVoid) return true;
        d.agreement = entry.agreement;
        d.slot = entry.slot;
        d.n = agreement.k + agreement.m;
        d.leaves = uint32(leavesOf(agreement));
        d.random = random;
        d.batches = uint32(batches);
        d.batch = uint32(uint256(uint64(random >> 128)) % batches);
        d.leaf = uint32((random >> 192) % d.leaves);
        return true;
    }

    function leavesOf(Agreement storage agreement) internal view returns (uint256) {
        return (uint256(1) << agreement.batchLog2) / agreement.k / Paths.LEAF_BYTES;
    }

    /// @dev From the epoch after its retirement on: no retirement moves a draw of its own epoch.
    function isPast(uint256 retired, uint32 epoch) internal pure returns (bool) {
        return retired != 0 && retired <= epoch;
    }

    /// @notice The batch that a draw moves on to, the `moves`th time it hit a retired bundle.
    function moved(Draw memory d, uint256 moves) internal pure returns (uint32) {
        return uint32(uint256(keccak256(abi.encode(d.random, moves))) % d.batches);
    }

    /// @notice For views: follows the moves and names the bundles on the way; their indexes are what `verify` reads.
    function follow(Book storage book, Setting memory setting, Draw memory d) internal view {
        uint32[] memory path = new uint32[](MAX_MOVES + 1);
        uint256 moves;
        for (;; ++moves) {
            path[moves] = _bundleOf(book, d);
            if (!isPast(book.bundles[d.agreement][path[moves]].retired, setting.epoch)) break;
            d.isSpent = moves == MAX_MOVES;
            if (d.isSpent) break;
            d.batch = moved(d, moves);
        }
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            mstore(path, add(moves, 1))
        }
        d.bundles = path;
    }

    /// @dev Binary search by the bundles' first batches.
    function _bundleOf(Book storage book, Draw memory d) private view returns (uint32) {
        uint256 low;
        uint256 high = book.agreements[d.agreement].bundles;
        while (high - low > 1) {
            uint256 middle = (low + high) / 2;
            if (book.bundles[d.agreement][middle].first <= d.batch) low = middle;
            else high = middle;
        }
        return uint32(low);
    }

    /// @notice A draw that hits a retired bundle moves on, each time behind that bundle's index; when it keeps doing so, it is spent.
    /// @return next the position in `proof` behind this sample
    function verify(
        Book storage book,
        Setting memory setting,
        bytes calldata proof,
        uint256 cursor,
        Draw memory d,
        uint256 sample
    ) internal view returns (uint256 next) {
        next = cursor;
        for (uint256 moves;; ++moves) {
            cursor = next;
            next = cursor + 4;
            require(next <= proof.length, Paths.ProofTooShort(next, proof.length));
            uint32 index = uint32(bytes4(proof[cursor:next]));
            Bundle storage bundle = book.bundles[d.agreement][index];
            uint256 first = bundle.first;
            uint256 count = bundle.batches;
            require(d.batch >= first && d.batch - first < count, WrongBundle(sample, index, d.batch));
            if (!isPast(bundle.retired, setting.epoch)) return _verifyIn(bundle, proof, next, d, sample, first, count);
            if (moves == MAX_MOVES) return next;
            d.batch = moved(d, moves);
        }
    }

    function _verifyIn(
        Bundle storage bundle,
        bytes calldata proof,
        uint256 next,
        Draw memory d,
        uint256 sample,
        uint256 first,
        uint256 count
    ) private view returns (uint256) {
        // A slot that never confirmed these bytes owes no proof of them; the creator sees it in `acknowledged`.
        if ((bundle.acknowledged >> d.slot) & 1 == 0) return next;
        bytes32 node;
        (node, next) = Paths.leaf(proof, next);
        (node, next) = Paths.climb(proof, next, node, d.leaf, d.leaves);
        (node, next) = Paths.climb(proof, next, node, d.slot, d.n);
        (node, next) = Paths.climb(proof, next, node, d.batch - first, count);
        require(node == bundle.root, InvalidPath(sample));
        return next;
    }
}
