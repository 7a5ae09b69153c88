// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Entry} from "../types/Structs.sol";
import {Entries} from "./Entries.sol";

/// @dev Words of class sizes.
uint256 constant WORDS = 4;

/// @notice A provider's slots in size classes of their rent, so that a draw weighted by rent costs O(1) to keep and to make.
///
/// Two classes to an octave: with e = floor(log2(rent / 2^33)), class 2e holds rents below 1.5 * 2^(e+33), class 2e+1 the others. A draw
/// picks a cell: each slot of a class has a cell as wide as the class's upper end; inside the cell the draw is accepted when it falls below
/// the slot's rent. So what is accepted is weighted by rent exactly, and at least two of three cells are filled, whatever the rents.
///
/// Each word of `sizes` packs 14 class sizes of 16 bits and, in its top 32 bits, a tag: epoch + 1 when they changed while that epoch's draw
/// was open (seed known, not yet proven). The same word of `frozen` then holds the sizes from before: a draw never sees what changed after
/// its seed. Whoever adds or takes a slot writes one word.
library Sampling {
    uint256 internal constant CLASSES_PER_WORD = 14;
    uint256 internal constant CLASSES = WORDS * CLASSES_PER_WORD;
    uint256 internal constant MIN_RENT_BITS = 33;
    uint256 internal constant MAX_PER_CLASS = type(uint16).max;
    uint96 internal constant MIN_RENT = uint96(1 << MIN_RENT_BITS);
    uint96 internal constant MAX_RENT = uint96((1 << (MIN_RENT_BITS + CLASSES / 2)) - 1);

    struct Pool {
        uint256[WORDS] sizes;
        uint256[WORDS] frozen;
        /// class << 16 | index => entry, packed.
        mapping(uint256 => uint256) entries;
    }

    /// @dev In the first word of `frozen`: the provider gave up the open draw.
    uint256 private constant FORFEITED = type(uint256).max;
    uint256 private constant TAG_SHIFT = 224;
    uint256 private constant SIZES_MASK = (1 << TAG_SHIFT) - 1;

    error RentOutOfBounds(uint256 rent, uint256 min, uint256 max);
    error ClassFull(uint256 class);

    /// @dev Twice the exponent, by halving, and the bit below the highest one.
    function classOf(uint96 rent) internal pure returns (uint256 c) {
        require(rent >= MIN_RENT && rent <= MAX_RENT, RentOutOfBounds(rent, MIN_RENT, MAX_RENT));
        uint256 w = uint256(rent) >> (MIN_RENT_BITS - 1);
        unchecked {
            if (w >= 1 << 17) (c, w) = (32, w >> 16);
            if (w >= 1 << 9) (c, w) = (c + 16, w >> 8);
            if (w >= 1 << 5) (c, w) = (c + 8, w >> 4);
            if (w >= 1 << 3) (c, w) = (c + 4, w >> 2);
            if (w >= 1 << 2) (c, w) = (c + 2, w >> 1);
            // 2 or 3 is left.
            c += w & 1;
        }
    }

    function sizeOf(uint256[WORDS] memory sizes, uint256 class) internal pure returns (uint256) {
        return (sizes[class / CLASSES_PER_WORD] >> ((class % CLASSES_PER_WORD) << 4)) & 0xffff;
    }

    /// @notice The class sizes that draws of `epoch` use; all 0 when there is nothing to prove.
    function sizesAt(Pool storage pool, uint32 epoch) internal view returns (uint256[WORDS] memory sizes) {
        uint256[WORDS] memory current;
        uint256 tag = uint256(epoch) + 1;
        uint256 held;
        for (uint256 i; i < WORDS; ++i) {
            uint256 word = pool.sizes[i];
            current[i] = sizes[i] = word & SIZES_MASK;
            if (word >> TAG_SHIFT == tag) {
                sizes[i] = pool.frozen[i];
                if (sizes[i] == FORFEITED) return current = [uint256(0), 0, 0, 0];
            }
            held |= sizes[i];
        }
        // A provider that held nothing when the epoch began had nothing to move: it proves what it holds now.
        if (held == 0) return current;
    }

    /// @param entry packed
    /// @param drawOpen the seed of `epoch` is known and the provider has not yet proven
    function add(Pool storage pool, uint256 entry, uint32 epoch, bool drawOpen)
        internal
        returns (uint256 class, uint256 index)
    {
        class = classOf(Entries.rentOf(entry));
        (uint256 which, uint256 shift) = _placeOf(class);
        uint256 word = pool.sizes[which];
        index = (word >> shift) & 0xffff;
        require(index < MAX_PER_CLASS, ClassFull(class));
        pool.entries[class << 16 | index] = entry;
        _store(pool, which, word, word + (1 << shift), epoch, drawOpen);
    }

    /// @notice Takes the entry out and closes the gap with the last one of its class.
    /// @return moved the entry that now lies at `index`; its rent is 0 when none moved.
    function remove(Pool storage pool, uint256 class, uint256 index, uint32 epoch, bool drawOpen)
        internal
        returns (Entry memory moved)
    {
        (uint256 which, uint256 shift) = _placeOf(class);
        uint256 word = pool.sizes[which];
        uint256 last = ((word >> shift) & 0xffff) - 1;
        if (index != last) {
            uint256 entry = pool.entries[class << 16 | last];
            pool.entries[class << 16 | index] = entry;
            moved = Entries.unpack(entry);
        }
        delete pool.entries[class << 16 | last];
        _store(pool, which, word, word - (1 << shift), epoch, drawOpen);
    }

    /// @notice Gives up the open draw of `epoch`: it can no longer be proven, so the list may change.
    function forfeit(Pool storage pool, uint32 epoch) internal {
        pool.sizes[0] = (pool.sizes[0] & SIZES_MASK) | (uint256(epoch) + 1) << TAG_SHIFT;
        pool.frozen[0] = FORFEITED;
    }

    function _placeOf(uint256 class) private pure returns (uint256 which, uint256 shift) {
        unchecked {
            return (class / CLASSES_PER_WORD, (class % CLASSES_PER_WORD) << 4);
        }
    }

    function _store(Pool storage pool, uint256 which, uint256 before, uint256 afterwards, uint32 epoch, bool drawOpen)
        private
    {
        uint256 tag = drawOpen ? uint256(epoch) + 1 : 0;
        if (drawOpen && before >> TAG_SHIFT != tag) pool.frozen[which] = before & SIZES_MASK;
        pool.sizes[which] = (afterwards & SIZES_MASK) | tag << TAG_SHIFT;
    }

    function slotCount(uint256[WORDS] memory sizes) internal pure returns (uint256 total) {
        unchecked {
            for (uint256 i; i < WORDS; ++i) {
                total += _countIn(sizes[i]);
            }
        }
    }

    /// @dev All 14 sizes of a word added up, two by two, then by one multiplication (as in Bits.popcount).
    function _countIn(uint256 word) private pure returns (uint256) {
        unchecked {
            uint256 evens = 0x0000ffff_0000ffff_0000ffff_0000ffff_0000ffff_0000ffff_0000ffff;
            uint256 pairs = (word & evens) + ((word >> 16) & evens);
            return (pairs * 0x00000001_00000001_00000001_00000001_00000001_00000001_00000001) >> 192 & 0xffffffff;
        }
    }

    /// @notice The cells of each word's classes, in token units of rent.
    function cellsOf(uint256[WORDS] memory sizes) internal pure returns (uint256[WORDS] memory cells) {
        unchecked {
            for (uint256 i; i < WORDS; ++i) {
                uint256 sum;
                uint256 bits = MIN_RENT_BITS - 1 + i * (CLASSES_PER_WORD / 2);
                for (uint256 word = sizes[i]; word != 0; word >>= 32) {
                    uint256 pair = word & 0xffffffff;
                    if (pair != 0) sum += ((pair & 0xffff) * 3 + (pair >> 16) * 4) << bits;
                    ++bits;
                }
                cells[i] = sum;
            }
        }
    }

    /// @notice Slot number x of all slots, x < slotCount.
    function byNumber(uint256[WORDS] memory sizes, uint256 x) internal pure returns (uint256 key) {
        unchecked {
            uint256 i;
            for (uint256 count; x >= (count = _countIn(sizes[i])); ++i) {
                x -= count;
            }
            uint256 word = sizes[i];
            for (key = i * CLASSES_PER_WORD << 16;; key += 1 << 16) {
                uint256 size = word & 0xffff;
                if (x < size) return key | x;
                x -= size;
                word >>= 16;
            }
        }
    }

    /// @notice The cell that x falls into, x < the sum of all cells, and how far inside the cell x lies. The highest octaves come first: most
    /// of the rent lies there.
    function byCell(uint256[WORDS] memory sizes, uint256[WORDS] memory cells, uint256 x)
        internal
        pure
        returns (uint256 key, uint256 within)
    {
        // In assembly: every draw passes through here.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let i := 3
            let span := mload(add(cells, 96))
            for {} iszero(lt(x, span)) {} {
                x := sub(x, span)
                i := sub(i, 1)
                span := mload(add(cells, shl(5, i)))
            }
            let word := mload(add(sizes, shl(5, i)))
            // Octave by octave: the sizes of its two classes, whose cells are 3 and 4 units of 2^bits wide.
            let octave := 6
            for {} 1 { octave := sub(octave, 1) } {
                let pair := and(shr(shl(5, octave), word), 0xffffffff)
                if pair {
                    let bits := add(32, add(mul(7, i), octave))
                    let low := shl(bits, mul(3, and(pair, 0xffff)))
                    span := add(low, shl(add(bits, 2), shr(16, pair)))
                    if lt(x, span) {
                        let width := shl(bits, 3)
                        key := add(mul(14, i), mul(2, octave))
                        if iszero(lt(x, low)) {
                            x := sub(x, low)
                            width := shl(bits, 4)
                            key := add(key, 1)
                        }
                        key := or(shl(16, key), div(x, width))
                        within := mod(x, width)
                        break
                    }
                    x := sub(x, span)
                }
            }
        }
    }
}
