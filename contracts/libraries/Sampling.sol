// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Entry} from "../types/Structs.sol";
import {Entries} from "./Entries.sol";

/// @notice A provider's slots in size classes of their rent, so that a draw weighted by rent costs O(1) to keep and to make.
///
/// Weight w = rent / 2^33 (at least 1, below 4^14). Class c holds 4^c <= w < 4^(c+1). A draw picks a cell: class c has
/// size(c) cells of width 4^(c+1); inside a cell the draw is accepted when it falls below w. Rejected draws are made anew, so
/// what is accepted is weighted by w exactly.
///
/// `sizes` packs 14 class sizes of 16 bits and, in its top 32 bits, a tag: epoch + 1 when they changed while that epoch's draw was
/// open (seed known, not yet proven). `frozen` then holds the sizes from before: a draw never sees what changed after its seed.
library Sampling {
    uint256 internal constant CLASSES = 14;
    uint256 internal constant RENT_UNIT_BITS = 33;
    uint256 internal constant MAX_PER_CLASS = type(uint16).max;
    uint96 internal constant MIN_RENT = uint96(1 << RENT_UNIT_BITS);
    uint96 internal constant MAX_RENT = uint96((1 << (RENT_UNIT_BITS + 2 * CLASSES)) - 1);

    struct Pool {
        uint256 sizes;
        uint256 frozen;
        /// class << 16 | index => entry, packed.
        mapping(uint256 => uint256) entries;
    }

    /// @dev In `frozen`: the provider gave up the open draw.
    uint256 private constant FORFEITED = type(uint256).max;

    error RentOutOfBounds(uint256 rent, uint256 min, uint256 max);
    error ClassFull(uint256 class);

    function weight(uint96 rent) internal pure returns (uint256) {
        return rent >> RENT_UNIT_BITS;
    }

    /// @dev floor(log4 w) for 1 <= w < 4^14, by halving.
    function classOf(uint96 rent) internal pure returns (uint256 c) {
        require(rent >= MIN_RENT && rent <= MAX_RENT, RentOutOfBounds(rent, MIN_RENT, MAX_RENT));
        uint256 w = rent >> RENT_UNIT_BITS;
        unchecked {
            if (w >= 1 << 16) (c, w) = (8, w >> 16);
            if (w >= 1 << 8) (c, w) = (c + 4, w >> 8);
            if (w >= 1 << 4) (c, w) = (c + 2, w >> 4);
            if (w >= 1 << 2) ++c;
        }
    }

    function sizeOf(uint256 sizes, uint256 class) internal pure returns (uint256) {
        return (sizes >> (class << 4)) & 0xffff;
    }

    /// @notice The class sizes that draws of `epoch` use; 0 when there is nothing to prove.
    function sizesAt(Pool storage pool, uint32 epoch) internal view returns (uint256 sizes) {
        sizes = pool.sizes;
        if (sizes >> 224 == uint256(epoch) + 1) {
            uint256 frozen = pool.frozen;
            // A provider that held nothing when the epoch began had nothing to move: it proves what it holds now.
            if (frozen == FORFEITED) return 0;
            if (frozen != 0) return frozen;
        }
        return sizes & type(uint224).max;
    }

    /// @param entry packed
    /// @param drawOpen the seed of `epoch` is known and the provider has not yet proven
    function add(Pool storage pool, uint256 entry, uint32 epoch, bool drawOpen)
        internal
        returns (uint256 class, uint256 index)
    {
        class = classOf(Entries.rentOf(entry));
        uint256 sizes = pool.sizes;
        index = sizeOf(sizes, class);
        require(index < MAX_PER_CLASS, ClassFull(class));
        pool.entries[class << 16 | index] = entry;
        _store(pool, sizes, sizes + (1 << (class << 4)), epoch, drawOpen);
    }

    /// @notice Takes the entry out and closes the gap with the last one of its class.
    /// @return moved the entry that now lies at `index`; its rent is 0 when none moved.
    function remove(Pool storage pool, uint256 class, uint256 index, uint32 epoch, bool drawOpen)
        internal
        returns (Entry memory moved)
    {
        uint256 sizes = pool.sizes;
        uint256 last = sizeOf(sizes, class) - 1;
        if (index != last) {
            uint256 word = pool.entries[class << 16 | last];
            pool.entries[class << 16 | index] = word;
            moved = Entries.unpack(word);
        }
        delete pool.entries[class << 16 | last];
        _store(pool, sizes, sizes - (1 << (class << 4)), epoch, drawOpen);
    }

    /// @notice Gives up the open draw of `epoch`: it can no longer be proven, so the list may change.
    function forfeit(Pool storage pool, uint32 epoch) internal {
        pool.sizes = (pool.sizes & type(uint224).max) | (uint256(epoch) + 1) << 224;
        pool.frozen = FORFEITED;
    }

    function _store(Pool storage pool, uint256 before, uint256 afterwards, uint32 epoch, bool drawOpen) private {
        uint256 tag = drawOpen ? uint256(epoch) + 1 : 0;
        if (drawOpen && before >> 224 != tag) pool.frozen = before & type(uint224).max;
        pool.sizes = (afterwards & type(uint224).max) | tag << 224;
    }

    function slotCount(uint256 sizes) internal pure returns (uint256 total) {
        unchecked {
            for (; sizes != 0; sizes >>= 16) {
                total += sizes & 0xffff;
            }
        }
    }

    function cellTotal(uint256 sizes) internal pure returns (uint256 total) {
        unchecked {
            for (uint256 width = 2; sizes != 0; sizes >>= 16) {
                total += (sizes & 0xffff) << width;
                width += 2;
            }
        }
    }

    /// @notice Slot number x of all slots, x < slotCount.
    function byNumber(uint256 sizes, uint256 x) internal pure returns (uint256 key) {
        unchecked {
            for (;; key += 1 << 16) {
                uint256 size = sizes & 0xffff;
                if (x < size) return key | x;
                x -= size;
                sizes >>= 16;
            }
        }
    }

    /// @notice The cell that x falls into, x < cellTotal, and how far inside the cell x lies.
    function byCell(uint256 sizes, uint256 x) internal pure returns (uint256 key, uint256 within) {
        unchecked {
            for (uint256 width = 2;; width += 2) {
                uint256 span = (sizes & 0xffff) << width;
                if (x < span) return (key | (x >> width), x & ((1 << width) - 1));
                x -= span;
                sizes >>= 16;
                key += 1 << 16;
            }
        }
    }
}
