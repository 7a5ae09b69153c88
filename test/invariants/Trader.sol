// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Channels} from "../../contracts/Channels.sol";
import {Endowment} from "../../contracts/Endowment.sol";
import {Rewards} from "../../contracts/Rewards.sol";
import {Pools} from "../../contracts/libraries/Pools.sol";
import {AgreementId, NOBODY, NodeId} from "../../contracts/types/Ids.sol";
import {Agreement} from "../../contracts/types/Structs.sol";
import {Handler} from "./Handler.sol";
import {vm} from "./Vm.sol";

/// @notice Beside all acts of the market: reads that are paid by channels and pools, endowments, rewards. Each act knows what it must move.
contract Trader is Handler {
    /// A channel, or a pool.
    struct Line {
        uint256 number;
        address owner;
        /// Of channels: whose reads are paid.
        NodeId payee;
        NodeId heavy;
        uint256 paidIn;
        uint256 paidOut;
        bool isClosed;
    }

    struct Fund {
        AgreementId agreement;
        address founder;
        uint256 paidIn;
        uint256 paidOut;
    }

    uint64 internal constant CLOSING = 150;
    uint256 internal constant CAP = 2e12;
    uint256 internal constant RESERVE = 1e30;
    uint128 internal constant PER_MIB = 1e6;
    uint256 private constant SIGNER_KEY = 0x5161;
    address private constant READER = address(0xf5);

    Channels public channels;
    Endowment public endowment;
    Rewards public rewards;
    IERC4626 public vault;
    Line[] private lines;
    Line[] private pools;
    Fund[] private endowed;
    /// Pool => node => what it was paid.
    mapping(uint256 => mapping(NodeId => uint256)) private served;
    mapping(NodeId => uint256) private rewarded;
    mapping(uint32 => uint256) private issued;
    bytes32 private reads;

    constructor(uint16 healthBps) Handler(healthBps) {
        channels = Channels(_deploy("Channels.sol:Channels", abi.encode(token, registry, CLOSING)));
        endowment = Endowment(_deploy("Endowment.sol:Endowment", abi.encode(market)));
        rewards = Rewards(_deploy("Rewards.sol:Rewards", abi.encode(market, CAP)));
        vault = IERC4626(_deploy("Vault.sol:Vault", abi.encode(token)));
        reads = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Holdfast Channels"),
                keccak256("1"),
                block.chainid,
                channels
            )
        );
        token.transfer(address(rewards), RESERVE);
        token.transfer(READER, 1e36);
        for (uint256 i; i < 2; ++i) {
            vm.prank(READER);
            token.approve(i == 0 ? address(channels) : address(endowment), type(uint256).max);
        }
    }

    function lists() external view returns (Line[] memory, Line[] memory, Fund[] memory) {
        return (lines, pools, endowed);
    }

    /* ------------------------------------------------------------------ channels */

    function openChannel(uint256 x) external play(x) {
        NodeId heavy = _below(3) == 0 ? NOBODY : heavies[_below(heavies.length)].id;
        NodeId payee = providers[_below(providers.length)].id;
        uint128 amount = uint128(1 + _below(1e9));
        bytes memory data = abi.encodeCall(Channels.open, (payee, heavy, vm.addr(SIGNER_KEY), 0, amount));
        (bool ok,) = _sendTo(address(channels), READER, data);
        if (ok) lines.push(Line(channels.channelCount(), READER, payee, heavy, amount, 0, false));
    }

    function topUpChannel(uint256 x) external play(x) {
        _payInto(lines, Channels.topUp.selector);
    }

    /// @notice Some total, twice in one batch, now and then not signed by the one who may.
    function redeem(uint256 x) external play(x) {
        if (lines.length == 0) return;
        Line storage l = lines[_below(lines.length)];
        uint128 total = uint128(_below(l.paidIn * 6 / 5));
        bool isSigned = _below(4) > 0;
        bytes32 what = keccak256(abi.encode(keccak256("Voucher(uint256 channel,uint128 total)"), l.number, total));
        Channels.Voucher[] memory list = new Channels.Voucher[](2);
        list[0] = list[1] = Channels.Voucher(l.number, total, _readSignature(what, isSigned));
        uint256 before = _paid(l.payee, l.heavy);
        bool isEach = _below(2) == 0;
        _sendTo(
            address(channels),
            FRIEND,
            isEach ? abi.encodeCall(Channels.redeemEach, (list)) : abi.encodeCall(Channels.redeem, (list))
        );
        uint256 due = !l.isClosed && isSigned && total <= l.paidIn && total > l.paidOut ? total - l.paidOut : 0;
        _must(_paid(l.payee, l.heavy) - before == due, "a voucher paid something else than it adds");
        l.paidOut += due;
    }

    function closeChannel(uint256 x) external play(x) {
        if (lines.length == 0) return;
        Line storage l = lines[_below(lines.length)];
        _sendTo(address(channels), l.owner, abi.encodeCall(Channels.startClosing, (l.number)));
        uint256 before = token.balanceOf(l.owner);
        (bool ok,) = _sendTo(address(channels), FRIEND, abi.encodeCall(Channels.close, (l.number)));
        _noteClosed(l, ok, before);
    }

    /* ------------------------------------------------------------------ pools */

    function sponsor(uint256 x) external play(x) {
        NodeId heavy = _below(2) == 0 ? NOBODY : heavies[_below(heavies.length)].id;
        uint128 amount = uint128(1 + _below(1e9));
        bytes memory data = abi.encodeCall(Channels.sponsor, (bytes32(x), vm.addr(SIGNER_KEY), heavy, PER_MIB, amount));
        (bool ok,) = _sendTo(address(channels), READER, data);
        if (ok) pools.push(Line(channels.poolCount(), READER, NOBODY, heavy, amount, 0, false));
    }

    function fundPool(uint256 x) external play(x) {
        _payInto(pools, Channels.fundPool.selector);
    }

    function redeemServed(uint256 x) external play(x) {
        if (pools.length == 0) return;
        Line storage p = pools[_below(pools.length)];
        NodeId payee = providers[_below(providers.length)].id;
        uint64 bytes_ = uint64(_below(600 << 20));
        uint128 total = uint128(_below(uint256(bytes_) * PER_MIB / (1 << 20) * 5 / 4 + 1));
        bool isGood = _below(4) > 0;
        bytes32 what = keccak256(
            abi.encode(
                keccak256("Served(uint256 pool,uint32 payee,uint64 servedBytes,uint128 total)"), p.number, payee, bytes_, total
            )
        );
        Pools.Served[] memory list = new Pools.Served[](2);
        list[0] = list[1] = Pools.Served(p.number, payee, bytes_, total, _readSignature(what, isGood));
        isGood = isGood && !p.isClosed && total <= uint256(bytes_) * PER_MIB / (1 << 20);
        uint256 before = _paid(payee, p.heavy);
        _sendTo(address(channels), FRIEND, abi.encodeCall(Channels.redeemServed, (list)));
        uint256 due = isGood && total > served[p.number][payee] ? total - served[p.number][payee] : 0;
        if (due > p.paidIn - p.paidOut) due = p.paidIn - p.paidOut;
        _must(_paid(payee, p.heavy) - before == due, "a pool paid something else than was served");
        p.paidOut += due;
        served[p.number][payee] += due;
    }

    function closePool(uint256 x) external play(x) {
        if (pools.length == 0) return;
        Line storage p = pools[_below(pools.length)];
        _sendTo(address(channels), p.owner, abi.encodeCall(Channels.startClosingPool, (p.number)));
        uint256 before = token.balanceOf(p.owner);
        (bool ok,) = _sendTo(address(channels), FRIEND, abi.encodeCall(Channels.closePool, (p.number)));
        _noteClosed(p, ok, before);
    }

    /// @param act `topUp` or `fundPool`: both take the number and the amount
    function _payInto(Line[] storage list, bytes4 act) private {
        if (list.length == 0) return;
        Line storage l = list[_below(list.length)];
        uint128 amount = uint128(1 + _below(1e8));
        (bool ok,) = _sendTo(address(channels), READER, abi.encodeWithSelector(act, l.number, amount));
        if (ok) l.paidIn += amount;
    }

    function _noteClosed(Line storage l, bool ok, uint256 before) private {
        if (!ok) return;
        _must(!l.isClosed, "closed twice");
        _must(token.balanceOf(l.owner) - before == l.paidIn - l.paidOut, "closing paid something else than the rest");
        l.isClosed = true;
    }

    /* ------------------------------------------------------------------ endowments and rewards */

    function found(uint256 x) external play(x) {
        (bool isFound, AgreementId id, Agreement memory a) = _pick();
        if (!isFound) return;
        // Only what is locked can be endowed: its creator sees to that.
        vm.prank(a.creator);
        market.lock(id);
        address place = _below(2) == 0 ? address(vault) : address(0);
        uint256 amount = 1 + _below(1e18);
        bytes memory data = abi.encodeCall(
            Endowment.found, (id, IERC4626(place), uint128(1e17), uint16(_below(8_000)), uint16(_below(3)), amount)
        );
        (bool ok,) = _sendTo(address(endowment), READER, data);
        if (ok) endowed.push(Fund(id, READER, amount, 0));
    }

    function endow(uint256 x) external play(x) {
        if (endowed.length == 0) return;
        uint256 fund = 1 + _below(endowed.length);
        uint256 amount = 1 + _below(1e17);
        (bool ok,) = _sendTo(address(endowment), READER, abi.encodeCall(Endowment.endow, (fund, amount)));
        if (ok) endowed[fund - 1].paidIn += amount;
    }

    /// @notice Twice at once: it pays one period, to the market, and never again in the same one.
    function releaseFund(uint256 x) external play(x) {
        if (endowed.length == 0) return;
        // One of the last: the agreements of earlier ones have ended.
        uint256 fund = endowed.length - _below(endowed.length < 3 ? endowed.length : 3);
        Fund storage f = endowed[fund - 1];
        uint256 before = holdingsOf(fund);
        uint256 received = token.balanceOf(address(market));
        if (!_release(f.agreement, fund)) return;
        uint256 cost = before - holdingsOf(fund);
        _must(cost <= 1e17, "an endowment paid more than its price");
        _must(token.balanceOf(address(market)) - received == cost, "an endowment paid somebody else");
        f.paidOut += cost;
        ++changes[f.agreement];
        _must(!_release(f.agreement, fund), "an endowment paid twice in a period");
    }

    function _release(AgreementId id, uint256 fund) private returns (bool ok) {
        Agreement memory a = market.agreementOf(id);
        bytes memory consents = _consents(id, a, a.endPeriod + 1);
        (ok,) = _sendTo(address(endowment), FRIEND, abi.encodeCall(Endowment.release, (fund, consents)));
    }

    function reclaim(uint256 x) external play(x) {
        if (endowed.length == 0) return;
        uint256 fund = 1 + _below(endowed.length);
        Fund storage f = endowed[fund - 1];
        if (_below(4) == 0) {
            (bool isTaken,) = _sendTo(address(endowment), FRIEND, abi.encodeCall(Endowment.reclaim, (fund)));
            _must(!isTaken, "a stranger took a fund back");
        }
        uint256 before = token.balanceOf(READER) + vault.balanceOf(READER);
        (bool ok,) = _sendTo(address(endowment), READER, abi.encodeCall(Endowment.reclaim, (fund)));
        if (!ok) return;
        uint256 got = token.balanceOf(READER) + vault.balanceOf(READER) - before;
        _must(got == f.paidIn - f.paidOut, "a founder got something else than what was left");
        f.paidOut = f.paidIn;
    }

    function claim(uint256 x) external play(x) {
        NodeId id = providers[_below(providers.length)].id;
        uint32 period = market.currentPeriod();
        address to = registry.payoutOf(id);
        uint256 before = token.balanceOf(to);
        _sendTo(address(rewards), FRIEND, abi.encodeCall(Rewards.claim, (id)));
        uint256 got = token.balanceOf(to) - before;
        rewarded[id] += got;
        issued[period] += got;
        _must(2 * rewarded[id] <= market.burnedFor(id), "a reward above half of what was burned");
        _must(issued[period] <= CAP, "more rewards than a period's cap");
    }

    function issuedInAll() external view returns (uint256 total) {
        for (uint256 i; i < providers.length; ++i) {
            total += rewarded[providers[i].id];
        }
    }

    /// @notice Tokens and, the vault being honest and without yield, shares.
    function holdingsOf(uint256 fund) public view returns (uint256) {
        (,,,,,,, uint256 tokens, uint256 shares) = endowment.funds(fund);
        return tokens + shares;
    }

    function _paid(NodeId payee, NodeId heavy) private view returns (uint256) {
        uint256 fee = NodeId.unwrap(heavy) == 0 ? 0 : token.balanceOf(registry.payoutOf(heavy));
        return token.balanceOf(registry.payoutOf(payee)) + fee;
    }

    function _readSignature(bytes32 structHash, bool isRight) private view returns (bytes memory) {
        uint256 key = isRight ? SIGNER_KEY : SIGNER_KEY + 1;
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, MessageHashUtils.toTypedDataHash(reads, structHash));
        return abi.encodePacked(r, s, v);
    }
}
