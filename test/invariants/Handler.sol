// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AgreementId, NodeId} from "../../contracts/types/Ids.sol";
import {Agreement, Bundle, Challenge, Succession, Vacancy} from "../../contracts/types/Structs.sol";
import {Quotes} from "../../contracts/libraries/Quotes.sol";
import {IMarket} from "./Contracts.sol";
import {Town} from "./Town.sol";
import {Works} from "./Works.sol";
import {vm} from "./Vm.sol";

/// @notice Everything that can happen to slots, pay and stake, beside the acts of Deals and Works.
contract Handler is Works {
    /// A succession that was signed and not sent, with the agreement's changes at that time.
    struct Late {
        Sent sent;
        AgreementId agreement;
        uint256 changes;
    }

    Late[] private late;
    uint256 public rotations;

    constructor(uint16 healthBps) Town(healthBps) {
        for (uint256 i; i < providers.length; ++i) {
            staked[providers[i].id] = STAKE;
        }
    }

    /* ------------------------------------------------------------------ slots that change hands */

    function report(uint256 x) external play(x) {
        uint32 period = market.currentPeriod();
        if (period == 0) return;
        NodeId[] memory ids = new NodeId[](1);
        ids[0] = providers[_below(providers.length)].id;
        uint256[] memory before = _stakes();
        (bool ok,) = _send(REPORTER, abi.encodeCall(IMarket.reportMisses, (ids, period - 1)));
        bool isGuilty = ok && misses[ids[0]][period - 1] > MISS_ALLOWANCE;
        _noteSlash(before, ids[0], isGuilty ? type(uint256).max : 0, "slashed without misses beyond the allowance");
    }

    function giveNotice(uint256 x) external play(x) {
        (bool isFound, AgreementId id, Agreement memory a) = _pick();
        if (isFound) _send(a.creator, abi.encodeCall(IMarket.giveNotice, (id, _below(slotsOf(id)))));
    }

    function surrender(uint256 x) external play(x) {
        (bool isFound, AgreementId id,) = _pick();
        if (!isFound || _below(2) == 0) return;
        uint256 slot = _below(slotsOf(id));
        (bool isHeld, Slot memory s) = slotAt(id, slot);
        if (!isHeld || _actorOf(s.provider).isHonest) return;
        uint256[] memory before = _stakes();
        _send(_actorOf(s.provider).operator, abi.encodeCall(IMarket.surrender, (id, slot)));
        _noteSlash(before, s.provider, _price(s), "a surrender cost somebody else, or too much");
    }

    function replace(uint256 x) external play(x) {
        (bool isFound, AgreementId id, Agreement memory a) = _pick();
        if (!isFound) return;
        uint256 slot = _below(slotsOf(id));
        (bool isHeld, Slot memory s) = slotAt(id, slot);
        Vacancy memory v = market.vacancyOf(id, slot);
        if (!isHeld && v.rent == 0) return;
        address from = isHeld && _below(2) == 0 ? _actorOf(s.provider).operator : REPAIRER;
        Succession memory next = _succession(id, a, uint8(slot), isHeld ? s.entry.rent : v.rent);
        bytes memory signature =
            _signed(_actorOf(next.provider), keccak256(abi.encode(Quotes.SUCCESSION_TYPEHASH, next)));
        if (_below(3) == 0) {
            late.push(Late(Sent(from, abi.encodeCall(IMarket.replace, (next, signature))), id, changes[id]));
            return;
        }
        (uint256 all,) = runningRent(NodeId.wrap(0));
        uint256[] memory before = _stakes();
        _settleAll(next.provider);
        uint256 owed = market.owedToNode(next.provider);
        bool isLost = isHeld && _isLost(s);
        (bool ok,) = _sendSigned(from, abi.encodeCall(IMarket.replace, (next, signature)));
        _noteSlash(before, s.provider, !ok ? 0 : isLost ? _price(s) : _penalty(s), "slashed without a fault");
        if (!ok) return;
        ++changes[id];
        extra[next.provider] += market.owedToNode(next.provider) - owed;
        if (all == (isHeld ? s.entry.rent : 0)) anyRentSince = market.currentEpoch();
        _work();
    }

    /// @notice A succession that was signed for an earlier state of the agreement is worth nothing.
    function sendLate(uint256 x) external play(x) {
        for (uint256 i; i < late.length; ++i) {
            if (late[i].changes == changes[late[i].agreement]) continue;
            (bool ok,) = _send(late[i].sent.from, late[i].sent.data);
            _must(!ok, "a signature outlived what it was made for");
        }
    }

    function challenge(uint256 x) external play(x) {
        (bool isFound, AgreementId id, Agreement memory a) = _pick();
        if (!isFound || a.bundles == 0) return;
        uint32 bundle = uint32(_below(a.bundles));
        Bundle memory b = market.bundleOf(id, bundle);
        uint32 leaf = uint32(_below((1 << a.batchLog2) / 256 / a.k));
        (bool ok, bytes memory result) = _send(
            CHALLENGER,
            abi.encodeCall(IMarket.challenge, (id, _below(slotsOf(id)), bundle, uint32(_below(b.batches)), leaf))
        );
        if (ok) openChallenges.push(abi.decode(result, (uint256)));
    }

    function answer(uint256 x) external play(x) {
        if (openChallenges.length > 0) _answer(_below(openChallenges.length));
    }

    function endChallenge(uint256 x) external play(x) {
        if (openChallenges.length > 0) _endChallenge(_below(openChallenges.length));
    }

    function _endChallenge(uint256 index) private {
        uint256 number = openChallenges[index];
        Challenge memory c = market.challengeOf(number);
        (, Slot memory s) = slotAt(c.agreement, c.slot);
        uint256[] memory before = _stakes();
        (bool ok,) = _send(FRIEND, abi.encodeCall(IMarket.endChallenge, (number)));
        bool isLate = market.currentEpoch() >= c.deadlineEpoch && s.provider == c.provider;
        _noteSlash(before, c.provider, ok && isLate ? _price(s) : 0, "slashed before the answer was due");
        if (ok) _forget(index);
    }

    function challenges() external view returns (uint256[] memory) {
        return openChallenges;
    }

    /* ------------------------------------------------------------------ pay and stake */

    function settle(uint256 x) external play(x) {
        _settleAll(providers[_below(providers.length)].id);
    }

    function withdraw(uint256 x) external play(x) {
        NodeId id = _below(2) == 0 ? heavies[_below(heavies.length)].id : providers[_below(providers.length)].id;
        (bool ok, bytes memory result) = _send(FRIEND, abi.encodeCall(IMarket.withdrawNode, (id)));
        if (ok) withdrawn[id] += abi.decode(result, (uint256));
        _send(accounts[_below(accounts.length)], abi.encodeCall(IMarket.withdraw, ()));
    }

    function changeParent(uint256 x) external play(x) {
        Actor memory actor = providers[_below(providers.length)];
        NodeId parent = heavies[_below(heavies.length)].id;
        vm.prank(actor.operator);
        registry.setParent(actor.id, parent);
    }

    /// @notice The owner names a new key, which takes over; what the old one sends is worth nothing from then on.
    function changeOperator(uint256 x) external play(x) {
        Actor storage actor = providers[_below(providers.length)];
        address old = actor.operator;
        uint256 key = actor.key + 0x100;
        if (key >= 0x2000 + (NEW_KEYS + 1) * 0x100) return;
        vm.prank(registry.payoutOf(actor.id));
        registry.nameOperator(actor.id, vm.addr(key));
        if (_below(3) == 0) return;
        vm.prank(vm.addr(key));
        registry.acceptOperator(actor.id);
        (actor.key, actor.operator) = (key, vm.addr(key));
        ++rotations;
        _must(registry.operatorOf(actor.id) == actor.operator, "a named key did not take over");
        for (uint256 i; i < alive.length; ++i) {
            for (uint256 slot; slot < slotsOf(alive[i]); ++slot) {
                (bool isHeld, Slot memory s) = slotAt(alive[i], slot);
                if (!isHeld || NodeId.unwrap(s.provider) != NodeId.unwrap(actor.id)) continue;
                (bool ok,) = _send(old, abi.encodeCall(IMarket.surrender, (alive[i], slot)));
                _must(!ok, "a former key gave a slot up");
            }
        }
    }

    function moveStake(uint256 x) external play(x) {
        Actor memory actor = providers[_below(providers.length)];
        uint256 way = _below(4);
        if (way == 0) {
            uint128 amount = uint128(1 + _below(STAKE / 4));
            registry.addStake(actor.id, amount);
            staked[actor.id] += amount;
        } else if (way == 1) {
            uint96 amount = uint96(_below(STAKE / 8));
            vm.prank(actor.operator);
            try registry.queueWithdrawal(actor.id, amount) {} catch {}
        } else {
            try registry.withdrawStake(actor.id) returns (uint256 amount) {
                staked[actor.id] -= amount;
            } catch {}
        }
    }

    function _settleAll(NodeId provider) private {
        for (uint256 h; h < heavies.length; ++h) {
            for (uint256 p; p < heavies.length; ++p) {
                _send(FRIEND, abi.encodeCall(IMarket.settle, (provider, heavies[h].id, heavies[p].id)));
            }
        }
    }

    /// @dev The most that losing a slot may cost: the slash, and penalties for a whole period.
    function _price(Slot memory s) private pure returns (uint256) {
        return uint256(s.entry.rent) * (SLASH_EPOCHS + EPOCHS * PENALTY_EPOCHS);
    }

    /// @dev What leaving without a fault costs: the misses of this period beyond the allowance.
    function _penalty(Slot memory s) private view returns (uint256) {
        uint256 missed = misses[s.provider][market.currentPeriod()];
        return missed > MISS_ALLOWANCE ? (missed - MISS_ALLOWANCE) * PENALTY_EPOCHS * s.entry.rent : 0;
    }

    function _succession(AgreementId id, Agreement memory a, uint8 slot, uint96 rent)
        private
        returns (Succession memory next)
    {
        next.agreement = id;
        next.slot = slot;
        next.provider = providers[_below(providers.length)].id;
        next.price = rent / a.quota - uint96(_below(3));
        next.bundles = a.bundles;
        next.turn = a.turns;
        next.expiry = uint64(time + 1e6);
        if (_below(3) == 0) next.repairer = REPORTER;
    }
}
