// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {NodeId} from "../types/Ids.sol";
import {Standing} from "../types/Standing.sol";
import {Book, Setting} from "../types/Book.sol";
import "../types/Errors.sol";

/// @notice How well the whole network keeps its promises, measured by rent: what stands behind the proofs of an epoch against what runs.
/// When the share of the last epochs is too low, new data is refused until proofs, or the end of what nobody proves, bring it back.
///
/// `health` is a shift register: the newest epoch with a proof in the low 32 bits, above it seven shares of 32 bits, newest first,
/// ONE meaning all. So it is one word for ever; epochs without any proof count as zero.
library Network {
    using SafeCast for uint256;

    uint256 internal constant MAX_EPOCHS = 6;
    /// How many periods whoever fixes a seed catches up with.
    uint256 private constant MAX_STEPS = 8;
    uint256 private constant ONE = 1 << 31;
    uint256 private constant SHARE_MASK = type(uint32).max;

    function add(Book storage book, Setting memory setting, uint256 rent, uint32 endPeriod) internal {
        Standing standing = rolled(book, setting);
        _store(book, setting, standing, standing.rentOf() + rent);
        book.standingDrops[endPeriod] += rent;
    }

    function take(Book storage book, Setting memory setting, uint256 rent, uint32 endPeriod) internal {
        Standing standing = rolled(book, setting);
        _store(book, setting, standing, standing.rentOf() - rent);
        book.standingDrops[endPeriod] -= rent;
    }

    function moveEnd(Book storage book, uint256 rent, uint32 oldEnd, uint32 newEnd) internal {
        book.standingDrops[oldEnd] -= rent;
        book.standingDrops[newEnd] += rent;
    }

    /// @notice Brings the books on, at most `MAX_STEPS` periods. Whoever fixes a seed does so: no proof has to.
    function roll(Book storage book, Setting memory setting) internal {
        Standing standing = book.standing;
        uint256 period = standing.periodOf();
        if (period == setting.period) return;
        bool isFar = standing.rentOf() > 0 && setting.period - period > MAX_STEPS;
        book.standing = _rolledTo(book, isFar ? period + MAX_STEPS : setting.period);
    }

    /// @notice Counts a proof by the rent behind it, once the provider's books are those of the current period. Each proof brings them at
    /// most one period on: silence, however long, makes no proof dear.
    function note(Book storage book, Setting memory setting, NodeId provider) internal {
        (uint256 rent, bool isExact) = setting.registry.rollDuty(provider);
        // Where a provider's books are of now, the network's are: what brings his on by more than a period a proof changes rent, and so
        // brings both on; and the seed of the epoch brought these on before any proof.
        if (!isExact) return;
        uint256 all = book.standing.rentOf();
        uint256 register = _aligned(book.health, setting.epoch);
        uint256 share = (register >> 32 & SHARE_MASK) + (rent >= all ? ONE : rent * ONE / all);
        // Rent may have been added since the first proofs of the epoch.
        if (share > ONE) share = ONE;
        book.health = register & ~(SHARE_MASK << 32) | share << 32;
    }

    /// @notice Proven share in basis points over the last full epochs; 10,000 where nothing was promised. The first epoch with any
    /// promise does not count: its draws may have been known before.
    function provenBps(Book storage book, Setting memory setting) internal view returns (uint256) {
        return _provenBps(book, setting, rolled(book, setting));
    }

    function requireHealthy(Book storage book, Setting memory setting) internal view {
        uint256 need = book.standing.healthBpsOf();
        if (need == 0) return;
        uint256 have = provenBps(book, setting);
        require(have >= need, RepairOnly(have, need));
    }

    function _provenBps(Book storage book, Setting memory setting, Standing standing) private view returns (uint256) {
        if (standing.rentOf() == 0 || setting.epoch <= standing.sinceOf() + 1) return 10_000;
        uint256 span = setting.epoch - standing.sinceOf() - 1;
        if (span > standing.healthEpochsOf()) span = standing.healthEpochsOf();
        // The share of the current epoch is still growing.
        uint256 register = _aligned(book.health, setting.epoch) >> 64;
        uint256 total;
        for (uint256 i; i < span; ++i) {
            total += register & SHARE_MASK;
            register >>= 32;
        }
        return total * 10_000 / (span * ONE);
    }

    /// @dev Shifts the shares up so that the newest one is `epoch`'s.
    function _aligned(uint256 register, uint256 epoch) private pure returns (uint256) {
        uint256 steps = epoch - (register & SHARE_MASK);
        uint256 shares = steps > 7 ? 0 : (register >> 32) << steps * 32;
        return shares << 32 | epoch;
    }

    /// @dev One read per period since the last change, at most the longest term; none when nothing runs.
    function rolled(Book storage book, Setting memory setting) internal view returns (Standing) {
        return _rolledTo(book, setting.period);
    }

    function _rolledTo(Book storage book, uint256 to) private view returns (Standing standing) {
        standing = book.standing;
        uint256 period = standing.periodOf();
        if (period == to) return standing;
        uint256 rent = standing.rentOf();
        while (period < to) {
            period = rent == 0 ? to : period + 1;
            if (rent > 0) rent -= book.standingDrops[period];
        }
        return standing.withRent(rent, period, standing.sinceOf());
    }

    function _store(Book storage book, Setting memory setting, Standing standing, uint256 rent) private {
        uint256 since = standing.rentOf() == 0 ? setting.epoch : standing.sinceOf();
        book.standing = standing.withRent(rent.toUint96(), setting.period, since);
    }
}
