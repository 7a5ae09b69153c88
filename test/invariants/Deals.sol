// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AgreementId, NodeId} from "../../contracts/types/Ids.sol";
import {Agreement, Bundle, SlotOffer, Terms} from "../../contracts/types/Structs.sol";
import {Quotes} from "../../contracts/libraries/Quotes.sol";
import {IMarket} from "./Contracts.sol";
import {Ghosts} from "./Ghosts.sol";
import {Trees} from "./Trees.sol";

/// @notice Agreements: opened, filled with bundles, made longer and larger, ended.
abstract contract Deals is Ghosts {
    struct Sent {
        address from;
        bytes data;
    }

    /// Calls with somebody's signature that went through.
    Sent[] internal used;
    /// How often an agreement's term, quota or providers changed on purpose: what was signed before is void.
    mapping(AgreementId => uint256) internal changes;

    function open(uint256 x) external play(x) {
        _open();
    }

    /// @notice As most do: opens, and brings the first bundle at once.
    function openAndFill(uint256 x) external play(x) {
        if (_open()) _commit(alive[alive.length - 1]);
    }

    function commit(uint256 x) external play(x) {
        if (alive.length > 0) _commit(alive[_below(alive.length)]);
    }

    function _open() private returns (bool ok) {
        Terms memory t;
        t.creator = creators[_below(creators.length)];
        t.nonce = market.nonceOf(t.creator);
        t.heavy = heavies[_below(heavies.length)].id;
        t.feeBps = uint16(_below(201));
        t.k = uint8(1 + _below(2));
        t.m = uint8(1 + _below(2));
        t.batchLog2 = 16;
        t.quota = uint32(1 + _below(4));
        t.endPeriod = market.currentPeriod() + 1 + uint32(_below(3));
        uint256 n = uint256(t.k) + t.m;
        NodeId[] memory holders = new NodeId[](n);
        uint256 first = _below(providers.length);
        uint256 step = 1 + _below(providers.length - 1);
        // The number of providers is prime: every step leads to all of them.
        for (uint256 i; i < n; ++i) {
            holders[i] = providers[(first + i * step) % providers.length].id;
        }
        (uint256 all,) = runningRent(NodeId.wrap(0));
        bytes memory result;
        (ok, result) =
            _sendSigned(t.creator, abi.encodeCall(IMarket.open, (t, _offers(t, holders), type(uint256).max)));
        _checkMode(ok, result);
        if (!ok) return false;
        if (all == 0) anyRentSince = market.currentEpoch();
        alive.push(AgreementId.wrap(market.agreementCount()));
        _work();
    }

    function grow(uint256 x) external play(x) {
        (bool isFound, AgreementId id, Agreement memory a) = _pick();
        if (!isFound) return;
        Terms memory t = Terms({
            creator: a.creator,
            nonce: market.nonceOf(a.creator),
            heavy: a.heavy,
            feeBps: a.feeBps,
            k: a.k,
            m: a.m,
            batchLog2: a.batchLog2,
            quota: uint32(1 + _below(3)),
            endPeriod: a.endPeriod
        });
        NodeId[] memory holders = new NodeId[](slotsOf(id));
        for (uint256 i; i < holders.length; ++i) {
            (bool isHeld, Slot memory s) = slotAt(id, i);
            if (!isHeld) return;
            holders[i] = s.provider;
        }
        (bool ok, bytes memory result) =
            _sendSigned(a.creator, abi.encodeCall(IMarket.grow, (id, t, _offers(t, holders), type(uint256).max)));
        _checkMode(ok, result);
        if (ok) ++changes[id];
    }

    function _commit(AgreementId id) private {
        Agreement memory a = market.agreementOf(id);
        uint256 room = a.quota + a.retiredBatches - a.batches;
        if (room == 0) return;
        uint32 batches = uint32(1 + _below(room));
        bytes32 root = Trees.root(_shape(id, a, a.bundles, batches));
        uint256 wanted = uint256(a.k) + (a.m + 1) / 2 + _below(2);
        uint64 slots;
        bytes memory receipts;
        for (uint256 slot; slot < slotsOf(id) && wanted > 0; ++slot) {
            (bool isHeld, Slot memory s) = slotAt(id, slot);
            if (!isHeld) continue;
            slots |= uint64(1) << uint64(slot);
            receipts = bytes.concat(receipts, _receipt(s.provider, id, a.bundles, root, batches, slot));
            --wanted;
        }
        (bool ok, bytes memory result) =
            _sendSigned(a.creator, abi.encodeCall(IMarket.commit, (id, root, batches, slots, receipts)));
        _checkMode(ok, result);
    }

    function acknowledge(uint256 x) external play(x) {
        (bool isFound, AgreementId id, uint32 bundle, uint256 slot) = _lacking();
        if (!isFound) return;
        (, Slot memory s) = slotAt(id, slot);
        Bundle memory b = market.bundleOf(id, bundle);
        bytes memory receipt = _receipt(s.provider, id, bundle, b.root, b.batches, slot);
        _sendSigned(FRIEND, abi.encodeCall(IMarket.acknowledge, (id, bundle, slot, receipt)));
    }

    /// @notice The creator gives up on a slot that never acknowledged.
    function dismiss(uint256 x) external play(x) {
        (bool isFound, AgreementId id, uint32 bundle, uint256 slot) = _lacking();
        if (isFound) _send(market.agreementOf(id).creator, abi.encodeCall(IMarket.dismiss, (id, slot, bundle)));
    }

    /// @dev A held slot that has not acknowledged a bundle.
    function _lacking() private returns (bool, AgreementId id, uint32 bundle, uint256 slot) {
        uint256 first = _below(alive.length + 1);
        for (uint256 i; i < alive.length; ++i) {
            id = alive[(first + i) % alive.length];
            uint32 bundles = market.agreementOf(id).bundles;
            for (bundle = 0; bundle < bundles; ++bundle) {
                uint64 acknowledged = market.bundleOf(id, bundle).acknowledged;
                for (slot = 0; slot < slotsOf(id); ++slot) {
                    (bool isHeld,) = slotAt(id, slot);
                    if (isHeld && (acknowledged >> slot) & 1 == 0) return (true, id, bundle, slot);
                }
            }
        }
        return (false, id, bundle, slot);
    }

    function retire(uint256 x) external play(x) {
        (bool isFound, AgreementId id, Agreement memory a) = _pick();
        if (isFound && a.bundles > 0) _send(a.creator, abi.encodeCall(IMarket.retire, (id, uint32(_below(a.bundles)))));
    }

    function extend(uint256 x) external play(x) {
        (bool isFound, AgreementId id, Agreement memory a) = _pick();
        if (!isFound) return;
        uint32 newEnd = a.endPeriod + 1 + uint32(_below(2));
        (bool ok,) = _sendSigned(FRIEND, abi.encodeCall(IMarket.extend, (id, newEnd, _consents(id, a, newEnd))));
        if (ok) ++changes[id];
    }

    function renew(uint256 x) external play(x) {
        (bool isFound, AgreementId id, Agreement memory a) = _pick();
        if (!isFound) return;
        uint32 newEnd = a.endPeriod + 1;
        _send(a.creator, abi.encodeCall(IMarket.authoriseRenewal, (id, uint128(_below(5e17)), newEnd)));
        _send(FRIEND, abi.encodeCall(IMarket.topUp, (id, _below(5e17))));
        (bool ok,) = _sendSigned(FRIEND, abi.encodeCall(IMarket.renew, (id, newEnd, _consents(id, a, newEnd))));
        if (ok) ++changes[id];
    }

    function takePot(uint256 x) external play(x) {
        (bool isFound, AgreementId id, Agreement memory a) = _pick();
        if (isFound) _send(a.creator, abi.encodeCall(IMarket.takePot, (id, _below(market.potOf(id) + 1))));
    }

    function close(uint256 x) external play(x) {
        (bool isFound, AgreementId id, Agreement memory a) = _pick();
        if (!isFound) return;
        (bool ok,) = _send(a.creator, abi.encodeCall(IMarket.close, (id)));
        if (ok) ++changes[id];
    }

    function lock(uint256 x) external play(x) {
        (bool isFound, AgreementId id, Agreement memory a) = _pick();
        if (isFound && _below(6) == 0) _send(a.creator, abi.encodeCall(IMarket.lock, (id)));
    }

    function release(uint256 x) external play(x) {
        (bool isFound, AgreementId id,) = _pick();
        if (!isFound) return;
        uint256 slot = _below(slotsOf(id));
        (bool isHeld, Slot memory s) = slotAt(id, slot);
        // An honest provider does not give up a draw; a lazy one may.
        address from = isHeld && !_actorOf(s.provider).isHonest && _below(2) == 0 ? _actorOf(s.provider).operator : FRIEND;
        _release(from, id, slot);
    }

    function _release(address from, AgreementId id, uint256 slot) internal {
        (bool isHeld, Slot memory s) = slotAt(id, slot);
        (bool ok,) = _send(from, abi.encodeCall(IMarket.release, (id, uint64(1) << uint64(slot))));
        if (ok && isHeld) _noteRelease(s, market.currentEpoch());
    }

    /// @notice Sends again what somebody signed for once.
    function repeat(uint256 x) external play(x) {
        if (used.length == 0) return;
        Sent memory sent = used[_below(used.length)];
        (bool ok,) = _send(sent.from, sent.data);
        _must(!ok, "a signature worked twice");
    }

    function _sendSigned(address from, bytes memory data) internal returns (bool ok, bytes memory result) {
        (ok, result) = _send(from, data);
        if (ok) used.push(Sent(from, data));
    }

    function _pick() internal returns (bool isFound, AgreementId id, Agreement memory a) {
        if (alive.length == 0) return (false, id, a);
        id = alive[_below(alive.length)];
        return (true, id, market.agreementOf(id));
    }

    function _shape(AgreementId id, Agreement memory a, uint32 bundle, uint256 batches)
        internal
        pure
        returns (Trees.Shape memory)
    {
        return Trees.Shape(keccak256(abi.encode(id, bundle)), batches, uint256(a.k) + a.m, (1 << a.batchLog2) / 256 / a.k);
    }

    function _offers(Terms memory t, NodeId[] memory holders) private returns (SlotOffer[] memory offers) {
        bytes32 termsHash = keccak256(abi.encode(Quotes.TERMS_TYPEHASH, t));
        offers = new SlotOffer[](holders.length);
        for (uint256 i; i < offers.length; ++i) {
            uint96 price = uint96(1e14 + _below(19e14));
            uint64 expiry = uint64(time + 1e6);
            bytes32 offer = keccak256(abi.encode(Quotes.OFFER_TYPEHASH, termsHash, holders[i], price, expiry));
            (bytes32 r, bytes32 vs) = _sign(_actorOf(holders[i]), offer);
            offers[i] = SlotOffer(holders[i], price, expiry, r, vs);
        }
    }

    function _receipt(NodeId provider, AgreementId id, uint32 bundle, bytes32 root, uint32 batches, uint256 slot)
        private
        view
        returns (bytes memory)
    {
        return _signed(_actorOf(provider), keccak256(abi.encode(Quotes.RECEIPT_TYPEHASH, id, bundle, root, batches, slot)));
    }

    function _consents(AgreementId id, Agreement memory a, uint32 newEnd) internal view returns (bytes memory consents) {
        for (uint256 slot; slot < uint256(a.k) + a.m; ++slot) {
            (bool isHeld, Slot memory s) = slotAt(id, slot);
            if (!isHeld) continue;
            bytes32 consent = keccak256(abi.encode(Quotes.EXTENSION_TYPEHASH, id, slot, a.endPeriod, newEnd, a.turns));
            consents = bytes.concat(consents, _signed(_actorOf(s.provider), consent));
        }
    }

    function _work() internal virtual;
}
