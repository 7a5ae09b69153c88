// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NodeId} from "../types/Ids.sol";
import {Agreement, Bundle, Draw, Entry} from "../types/Structs.sol";
import {Book, Setting} from "../types/Book.sol";
import "../types/Errors.sol";
import {Entries} from "./Entries.sol";
import {Paths} from "./Paths.sol";
import {Sampling} from "./Sampling.sol";

/// @notice What an epoch's seed asks of a provider, and whether an answer fits.
library Draws {
    uint256 internal constant SAMPLES = 5;
    uint256 internal constant MAX_TRIES = 32;
    /// How often a sample moves on from retired bundles before it is spent.
    uint256 internal constant MAX_MOVES = 8;

    /// @notice Sample 0 is uniform over slots, so small agreements keep a chance; the others are weighted by rent.
    function draw(
        Book storage book,
        Setting memory setting,
        NodeId provider,
        bytes32 seed,
        uint256 sizes,
        uint256 sample
    ) internal view returns (Draw memory d) {
        uint256 range = sample == 0 ? Sampling.slotCount(sizes) : Sampling.cellTotal(sizes);
        bool sawEnded;
        for (uint256 attempt; attempt < MAX_TRIES; ++attempt) {
            uint256 random = uint256(keccak256(abi.encode(seed, provider, sample, attempt)));
            uint256 x = uint256(uint128(random)) % range;
            uint256 key;
            uint256 within;
            if (sample == 0) key = Sampling.byNumber(sizes, x);
            else (key, within) = Sampling.byCell(sizes, x);
            uint256 word = book.pools[provider].entries[key];
            if (word != 0 && within >= Sampling.weight(Entries.rentOf(word))) continue;
            Entry memory entry = Entries.unpack(word);
            Agreement storage agreement = book.agreements[entry.agreement];
            if (word == 0 || uint256(agreement.endPeriod) * setting.epochsPerPeriod <= setting.epoch) {
                sawEnded = true;
                continue;
            }
            uint256 batches =
                agreement.changedEpoch == setting.epoch ? agreement.batchesBefore : agreement.batches;
            if (batches == 0) {
                // An empty agreement is paid for its space and has nothing to prove.
                d.isVoid = true;
                return d;
            }
            d.agreement = entry.agreement;
            d.slot = entry.slot;
            d.n = agreement.k + agreement.m;
            d.leaves = uint32(leavesOf(agreement));
            d.random = random;
            d.batches = uint32(batches);
            d.batch = uint32(uint256(uint64(random >> 128)) % batches);
            d.leaf = uint32((random >> 192) % d.leaves);
            return d;
        }
        // Ended slots must not shield the others. Without them, being rejected every time has odds below 0.75^32: let it pass.
        require(!sawEnded, PruneFirst(provider, sample));
        d.isVoid = true;
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
