// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AgreementId, NodeId} from "../../contracts/types/Ids.sol";
import {Agreement, Bundle, Challenge, Draw} from "../../contracts/types/Structs.sol";
import {IMarket} from "./Contracts.sol";
import {Deals} from "./Deals.sol";
import {Trees} from "./Trees.sol";
import {vm} from "./Vm.sol";

/// @notice Time and proofs. Honest providers release what ended before the seed, prove every epoch and answer every challenge;
/// lazy ones prove now and then; somebody sends proofs that are none.
abstract contract Works is Deals {
    uint256[] internal openChallenges;
    bytes[] private formerProofs;

    function advance(uint256 x) external play(x) {
        uint256 steps = 1 + _below(3);
        for (uint256 i; i < steps; ++i) {
            _pass();
        }
    }

    function _pass() internal override {
        _work();
        _account(market.currentEpoch());
        time += EPOCH_SECONDS;
        vm.warp(time);
        _noteMode();
        // Else something may happen before the seed is known.
        if (_below(2) == 0) _work();
    }

    function proveLazily(uint256 x) external play(x) {
        _work();
        for (uint256 i = HONEST; i < providers.length; ++i) {
            if (_below(3) > 0) _prove(providers[i].id);
        }
    }

    /// @notice Anything but the one right answer is refused, a proof of the epoch that is already there included.
    function forge(uint256 x) external play(x) {
        _work();
        NodeId id = providers[_below(providers.length)].id;
        (bool isKnown, bytes memory right) = _proofOf(id);
        if (!isKnown) return;
        bytes memory forged = _forged(right);
        bool isDone = proved[id][market.currentEpoch()];
        if (!isDone && keccak256(forged) == keccak256(right)) return;
        NodeId[] memory ids = new NodeId[](1);
        bytes[] memory proofs = new bytes[](1);
        (ids[0], proofs[0]) = (id, isDone ? right : forged);
        (bool ok,) = _send(FRIEND, abi.encodeCall(IMarket.prove, (id, proofs[0])));
        (, bytes memory result) = _send(FRIEND, abi.encodeCall(IMarket.proveMany, (ids, proofs)));
        _must(!ok && abi.decode(result, (uint256)) == 0, "a proof without the drawn leaves was accepted");
    }

    /// @dev What honest providers and heavy nodes do in every epoch.
    function _work() internal override {
        uint32 epoch = market.currentEpoch();
        if (market.seedOf(epoch) == 0) {
            _releaseEnded(epoch);
            _send(FRIEND, abi.encodeCall(IMarket.poke, ()));
            _noteSeed(epoch);
        }
        for (uint256 i; i < HONEST; ++i) {
            if (!proved[providers[i].id][epoch]) _prove(providers[i].id);
        }
        for (uint256 i = openChallenges.length; i > 0; --i) {
            Challenge memory c = market.challengeOf(openChallenges[i - 1]);
            if (_actorOf(c.provider).isHonest) _must(_answer(i - 1), "an honest answer was refused");
        }
    }

    function _prove(NodeId id) internal {
        uint32 epoch = market.currentEpoch();
        bool isHonest = _actorOf(id).isHonest;
        (bool isKnown, bytes memory proof) = _proofOf(id);
        // A provider without a slot has nothing to prove: then, and only then, there is no draw.
        (, uint256 own) = runningRent(id);
        if (isHonest && own > 0) _must(isKnown, "an honest provider cannot know its draws");
        if (!isKnown) return;
        uint32 booked = registry.bookedPeriodOf(id);
        (bool ok,) = _send(FRIEND, abi.encodeCall(IMarket.prove, (id, proof)));
        if (isHonest) _must(ok, "an honest proof was refused");
        if (!ok) return;
        _noteProof(id, epoch, booked);
        formerProofs.push(proof);
    }

    function _answer(uint256 index) internal returns (bool ok) {
        uint256 number = openChallenges[index];
        Challenge memory c = market.challengeOf(number);
        Agreement memory a = market.agreementOf(c.agreement);
        Trees.Shape memory shape = _shape(c.agreement, a, c.bundle, market.bundleOf(c.agreement, c.bundle).batches);
        (ok,) = _send(FRIEND, abi.encodeCall(IMarket.answer, (number, Trees.sample(shape, c.batch, c.slot, c.leaf))));
        if (!ok) return false;
        extra[c.provider] += c.bond;
        _forget(index);
    }

    function _forget(uint256 index) internal {
        openChallenges[index] = openChallenges[openChallenges.length - 1];
        openChallenges.pop();
    }

    /// @return isKnown whether anything is asked at all
    function _proofOf(NodeId id) private view returns (bool isKnown, bytes memory proof) {
        try market.draws(id) returns (uint32, Draw[] memory list) {
            for (uint256 i; i < list.length; ++i) {
                if (!list[i].isVoid) proof = bytes.concat(proof, _sampleOf(list[i]));
            }
            return (list.length > 0, proof);
        } catch {}
    }

    function _sampleOf(Draw memory d) private view returns (bytes memory sample) {
        for (uint256 i; i < d.bundles.length; ++i) {
            sample = bytes.concat(sample, abi.encodePacked(d.bundles[i]));
        }
        uint32 last = d.bundles[d.bundles.length - 1];
        Bundle memory b = market.bundleOf(d.agreement, last);
        if (d.isSpent || (b.acknowledged >> d.slot) & 1 == 0) return sample;
        Trees.Shape memory shape = _shape(d.agreement, market.agreementOf(d.agreement), last, b.batches);
        return bytes.concat(sample, Trees.sample(shape, d.batch - b.first, d.slot, d.leaf));
    }

    /// @dev Bytes turned over, cut off, put on; a former proof.
    function _forged(bytes memory right) private returns (bytes memory forged) {
        uint256 way = _below(4);
        if (way == 0 && formerProofs.length > 0) return formerProofs[_below(formerProofs.length)];
        if (way == 1 || right.length == 0) return bytes.concat(right, bytes4(uint32(_below(3))));
        forged = bytes.concat(right);
        if (way == 2) {
            uint256 cut = 1 + _below(right.length);
            assembly ("memory-safe") {
                mstore(forged, sub(mload(forged), cut))
            }
        } else {
            forged[_below(right.length)] ^= bytes1(uint8(1 + _below(255)));
        }
    }

    function _releaseEnded(uint256 epoch) private {
        for (uint256 i; i < alive.length; ++i) {
            AgreementId id = alive[i];
            for (uint256 slot; slot < slotsOf(id); ++slot) {
                (bool isHeld, Slot memory s) = slotAt(id, slot);
                if (isHeld && epoch >= s.endEpoch && _actorOf(s.provider).isHonest) _release(FRIEND, id, slot);
            }
        }
    }
}
