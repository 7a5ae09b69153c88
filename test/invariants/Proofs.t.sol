// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AgreementId, NodeId} from "../../contracts/types/Ids.sol";
import {Draw} from "../../contracts/types/Structs.sol";
import {Sampling, WORDS} from "../../contracts/libraries/Sampling.sol";
import {Books} from "./Books.sol";
import {Ghosts} from "./Ghosts.sol";
import {IMarket} from "./Contracts.sol";
import {vm} from "./Vm.sol";

/// @notice Invariants of contracts/README.md about proofs, draws and signatures, by their numbers there.
contract ProofInvariants is Books {
    /// Where `Book.pools` lies in the market's storage; found by looking, so that a new field before it needs no change here.
    uint256 private pools;

    function setUp() public {
        _begin(0);
        handler.open(1);
        AgreementId[] memory ids = handler.living();
        (, Ghosts.Slot memory s) = handler.slotAt(ids[0], 0);
        while (!_isPool(s.provider)) ++pools;
    }

    /// @notice No pay without a proof bit; a bit is set by an accepted proof of the drawn leaves, in its epoch, once.
    function invariant_3_noBitWithoutProof() public nowAndThen(2) {
        for (uint256 i; i < providers.length; ++i) {
            NodeId id = providers[i].id;
            uint32 to = market.currentEpoch() + 1;
            require(market.provenEpochs(id, 0, to) == handler.provedCount(id), "a bit without a proof");
            require(market.provenEpochs(id, to, to + 300) == 0, "a bit of an epoch to come");
        }
        require(handler.faultCount() == 0, handler.faultCount() == 0 ? "" : handler.faults(0));
    }

    /// @notice What a seed asked of a provider stays what it asks, until it is answered or given up.
    function invariant_7_drawsStay() public nowAndThen(1) {
        uint32 epoch = market.currentEpoch();
        for (uint256 i; i < providers.length; ++i) {
            NodeId id = providers[i].id;
            bytes32 asked = handler.asked(id, epoch);
            if (asked == 0 || market.hasProved(id, epoch)) continue;
            // No list: given up. Reverting: so many slots ended that they must be released first.
            try market.draws(id) returns (uint32, Draw[] memory list) {
                require(list.length == 0 || keccak256(abi.encode(list)) == asked, "somebody moved a draw");
            } catch {}
        }
    }

    /// @notice A provider's list of slots holds exactly the slots it holds, each in the class of its rent: what is sampled is what is reserved.
    function invariant_8_sampledIsReserved() public nowAndThen(2) {
        AgreementId[] memory ids = handler.living();
        uint256[WORDS][] memory listed = new uint256[WORDS][](providers.length);
        for (uint256 i; i < ids.length; ++i) {
            for (uint256 slot; slot < handler.slotsOf(ids[i]); ++slot) {
                (bool isHeld, Ghosts.Slot memory s) = handler.slotAt(ids[i], slot);
                if (!isHeld) continue;
                require(AgreementId.unwrap(s.entry.agreement) == AgreementId.unwrap(ids[i]) && s.entry.slot == slot, "a place points to another slot");
                uint256 class = Sampling.classOf(s.entry.rent);
                require(s.entry.rent < _widthOf(class), "a slot does not fit its cell: not all of its rent is sampled");
                listed[_indexOf(s.provider)][class / 14] += 1 << (class % 14 * 16);
            }
        }
        for (uint256 i; i < listed.length; ++i) {
            for (uint256 word; word < WORDS; ++word) {
                require(_sizes(providers[i].id, word) == listed[i][word], "the sizes do not count the slots");
            }
        }
    }

    /// @notice A signature works once.
    function invariant_9_signaturesOnce() public view {
        require(handler.faultCount() == 0, handler.faultCount() == 0 ? "" : handler.faults(0));
    }

    /// @notice No call of these acts costs more than its bound, however many agreements came before.
    function invariant_10_boundedWork() public view {
        _requireBelow(IMarket.prove.selector, 700_000);
        _requireBelow(IMarket.settle.selector, 300_000);
        _requireBelow(IMarket.replace.selector, 900_000);
        _requireBelow(IMarket.surrender.selector, 600_000);
        _requireBelow(IMarket.endChallenge.selector, 600_000);
        _requireBelow(IMarket.answer.selector, 300_000);
        _requireBelow(IMarket.reportMisses.selector, 300_000);
        _requireBelow(IMarket.commit.selector, 300_000);
        _requireBelow(IMarket.retire.selector, 150_000);
        _requireBelow(IMarket.close.selector, 600_000);
        _requireBelow(IMarket.release.selector, 200_000);
        _requireBelow(IMarket.open.selector, 1_500_000);
        _requireBelow(IMarket.grow.selector, 1_500_000);
        _requireBelow(IMarket.extend.selector, 700_000);
    }

    function _requireBelow(bytes4 selector, uint256 bound) private view {
        require(handler.most(selector) <= bound, "an act costs more than its bound");
    }

    function _indexOf(NodeId id) private view returns (uint256) {
        return NodeId.unwrap(id) - NodeId.unwrap(providers[0].id);
    }

    function _sizes(NodeId id, uint256 word) private view returns (uint256) {
        return uint256(vm.load(address(market), bytes32(uint256(keccak256(abi.encode(id, pools))) + word))) & type(uint224).max;
    }

    /// @dev One slot in one class; the other mappings of a provider hold nothing yet, or more.
    function _isPool(NodeId id) private view returns (bool) {
        require(pools < 100, "no pool found");
        for (uint256 class; class < Sampling.CLASSES; ++class) {
            if (class % 14 > 0 && _sizes(id, class / 14) == 1 << class % 14 * 16) return true;
        }
        return false;
    }

    /// @dev The upper end of a class: two to an octave, 3 and 4 halves of its lower end.
    function _widthOf(uint256 class) private pure returns (uint256) {
        return (3 + (class & 1)) << ((class >> 1) + Sampling.MIN_RENT_BITS - 1);
    }
}
