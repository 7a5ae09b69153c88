// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AgreementId, NodeId} from "../../contracts/types/Ids.sol";
import {Agreement, Draw, Entry} from "../../contracts/types/Structs.sol";
import {IMarket} from "./Contracts.sol";
import {Town} from "./Town.sol";
import {vm} from "./Vm.sol";

/// @notice What must follow from the acts alone: who proved when, what that earns, who missed, who may be slashed, how healthy the network is.
abstract contract Ghosts is Town {
    struct Slot {
        NodeId provider;
        Entry entry;
        uint256 endEpoch;
        uint256 fee;
    }

    /// Slots that were released in the last epoch of their agreement: the promise still ends with the agreement.
    Slot[] private early;
    /// Agreements with slots or vacancies left.
    AgreementId[] internal alive;
    mapping(NodeId => mapping(uint256 => bool)) public proved;
    mapping(NodeId => uint256) public provedCount;
    /// Misses of a period, counted when an epoch ends, by slots held then.
    mapping(NodeId => mapping(uint256 => uint256)) internal misses;
    mapping(NodeId => uint256) internal lastProved;
    /// Pay for proven epochs.
    mapping(NodeId => uint256) public due;
    /// Pay for epochs in which an honest provider held slots, proven or not.
    mapping(NodeId => uint256) public expected;
    /// Bonds won and rewards for taking slots over.
    mapping(NodeId => uint256) public extra;
    mapping(NodeId => uint256) public withdrawn;
    /// All stake that came in, less what left.
    mapping(NodeId => uint256) public staked;
    /// What a seed asked of a provider that held something then.
    mapping(NodeId => mapping(uint256 => bytes32)) public asked;
    /// The proven share of an epoch's rent.
    mapping(uint256 => uint256) internal shares;
    uint256 internal constant ONE = 1 << 31;
    uint256 internal anyRentSince;
    uint256 public repairOnlyBegan;
    uint256 public repairOnlyEnded;
    bool private wasRepairOnly;

    /// What must never be said.
    string[] public faults;

    function faultCount() external view returns (uint256) {
        return faults.length;
    }

    function _must(bool holds, string memory what) internal {
        if (!holds) faults.push(what);
    }

    /* ------------------------------------------------------------------ slots */

    function slotAt(AgreementId id, uint256 slot) public view returns (bool isHeld, Slot memory s) {
        try market.slotOf(id, slot) returns (NodeId provider, Entry memory entry) {
            Agreement memory a = market.agreementOf(id);
            isHeld = true;
            s = Slot(provider, entry, uint256(a.endPeriod) * EPOCHS, uint256(entry.rent) * a.feeBps / 10_000);
        } catch {}
    }

    function slotsOf(AgreementId id) public view returns (uint256) {
        Agreement memory a = market.agreementOf(id);
        return uint256(a.k) + a.m;
    }

    function living() external view returns (AgreementId[] memory) {
        return alive;
    }

    /// @notice Rent per epoch of every slot that runs, and of one provider's.
    function runningRent(NodeId provider) public view returns (uint256 all, uint256 own) {
        uint256 epoch = market.currentEpoch();
        for (uint256 i; i < alive.length; ++i) {
            uint256 n = slotsOf(alive[i]);
            for (uint256 slot; slot < n; ++slot) {
                (bool isHeld, Slot memory s) = slotAt(alive[i], slot);
                if (!isHeld || s.endEpoch <= epoch) continue;
                all += s.entry.rent;
                if (s.provider == provider) own += s.entry.rent;
            }
        }
        for (uint256 i; i < early.length; ++i) {
            if (early[i].endEpoch <= epoch) continue;
            all += early[i].entry.rent;
            if (early[i].provider == provider) own += early[i].entry.rent;
        }
    }

    /// @dev In the agreement's last epoch, which is proven then: at its end nobody will find the slot any more.
    function _noteRelease(Slot memory s, uint256 epoch) internal {
        if (epoch < s.endEpoch) early.push(s);
    }

    /* ------------------------------------------------------------------ time */

    /// @dev At the end of an epoch: whoever holds a slot has earned or missed it.
    function _account(uint256 epoch) internal {
        bool[] memory hasMissed = new bool[](providers.length);
        for (uint256 i; i < alive.length; ++i) {
            uint256 n = slotsOf(alive[i]);
            for (uint256 slot; slot < n; ++slot) {
                (bool isHeld, Slot memory s) = slotAt(alive[i], slot);
                if (!isHeld || epoch >= s.endEpoch) continue;
                _earn(s, epoch);
                if (!proved[s.provider][epoch]) hasMissed[_indexOf(s.provider)] = true;
            }
        }
        for (uint256 i; i < hasMissed.length; ++i) {
            if (hasMissed[i]) ++misses[providers[i].id][epoch / EPOCHS];
        }
        for (uint256 i; i < early.length; ++i) {
            _earn(early[i], epoch);
        }
        delete early;
        _prune();
    }

    function _earn(Slot memory s, uint256 epoch) private {
        uint256 pay = s.entry.rent - s.fee;
        if (proved[s.provider][epoch]) due[s.provider] += pay;
        if (_actorOf(s.provider).isHonest) expected[s.provider] += pay;
    }

    function _indexOf(NodeId provider) internal view returns (uint256) {
        return NodeId.unwrap(provider) - 1 - heavies.length;
    }

    function _prune() private {
        for (uint256 i = alive.length; i > 0; --i) {
            uint256 n = slotsOf(alive[i - 1]);
            bool isOver = true;
            for (uint256 slot; slot < n && isOver; ++slot) {
                (bool isHeld,) = slotAt(alive[i - 1], slot);
                isOver = !isHeld && market.vacancyOf(alive[i - 1], slot).rent == 0;
            }
            if (!isOver) continue;
            alive[i - 1] = alive[alive.length - 1];
            alive.pop();
        }
    }

    /* ------------------------------------------------------------------ proofs */

    /// @dev Of providers on duty.
    function _noteSeed(uint256 epoch) internal {
        for (uint256 i; i < providers.length; ++i) {
            NodeId id = providers[i].id;
            (, uint256 own) = runningRent(id);
            if (own == 0) continue;
            try market.draws(id) returns (uint32, Draw[] memory list) {
                if (list.length > 0) asked[id][epoch] = keccak256(abi.encode(list));
            } catch {}
        }
    }

    /// @param booked the period of the provider's books before the proof
    function _noteProof(NodeId id, uint256 epoch, uint32 booked) internal {
        proved[id][epoch] = true;
        ++provedCount[id];
        lastProved[id] = epoch;
        uint32 period = market.currentPeriod();
        _must(registry.bookedPeriodOf(id) == (booked < period ? booked + 1 : period), "a proof brings the books one period on");
        // Whoever was silent for long proves some epochs before it counts for the network's health.
        if (booked + 1 < period) return;
        (uint256 all, uint256 own) = runningRent(id);
        if (all == 0) return;
        uint256 share = shares[epoch] + (own >= all ? ONE : own * ONE / all);
        shares[epoch] = share > ONE ? ONE : share;
    }

    /* ------------------------------------------------------------------ health */

    /// @notice Mean share of the last full epochs, in basis points.
    function health() public view returns (uint256) {
        (uint256 all,) = runningRent(NodeId.wrap(0));
        uint256 epoch = market.currentEpoch();
        if (all == 0 || epoch <= anyRentSince + 1) return 10_000;
        uint256 span = epoch - anyRentSince - 1;
        if (span > HEALTH_EPOCHS) span = HEALTH_EPOCHS;
        uint256 total;
        for (uint256 e = epoch - span; e < epoch; ++e) {
            total += shares[e];
        }
        return total * 10_000 / (span * ONE);
    }

    function isRepairOnly() public view returns (bool) {
        return health() < market.parameters().healthBps;
    }

    function _noteMode() internal {
        bool isNow = isRepairOnly();
        if (isNow && !wasRepairOnly) ++repairOnlyBegan;
        if (!isNow && wasRepairOnly) ++repairOnlyEnded;
        wasRepairOnly = isNow;
    }

    /// @dev New data goes in when the network is healthy, and only then. Other refusals say nothing about it.
    function _checkMode(bool ok, bytes memory result) internal {
        if (ok) _must(!isRepairOnly(), "new data while only repair goes on");
        else if (bytes4(result) == REPAIR_ONLY) _must(isRepairOnly(), "healthy, and new data was refused");
    }

    bytes4 private constant REPAIR_ONLY = bytes4(keccak256("RepairOnly(uint256,uint256)"));

    /* ------------------------------------------------------------------ slashing */

    function _stakes() internal view returns (uint256[] memory amounts) {
        amounts = new uint256[](providers.length);
        for (uint256 i; i < amounts.length; ++i) {
            (amounts[i],,) = registry.stakes(providers[i].id);
        }
    }

    /// @dev Nobody but `culprit` loses stake, and that one at most `most_`.
    function _noteSlash(uint256[] memory before, NodeId culprit, uint256 most_, string memory what) internal {
        uint256[] memory afterwards = _stakes();
        for (uint256 i; i < before.length; ++i) {
            uint256 taken = before[i] - afterwards[i];
            if (taken == 0) continue;
            NodeId id = providers[i].id;
            _must(id == culprit && taken <= most_, what);
            _must(!providers[i].isHonest, "an honest provider was slashed");
            staked[id] -= taken;
        }
    }

    /// @dev No proof for a whole run, all of which falls into the tenure.
    function _isLost(Slot memory s) internal view returns (bool) {
        uint256 epoch = market.currentEpoch();
        if (epoch <= uint256(s.entry.startEpoch) + FAULT_RUN) return false;
        for (uint256 e = epoch - FAULT_RUN; e <= epoch; ++e) {
            if (proved[s.provider][e]) return false;
        }
        return true;
    }
}
