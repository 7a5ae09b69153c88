// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Channels} from "../../contracts/Channels.sol";
import {Endowment} from "../../contracts/Endowment.sol";
import {Rewards} from "../../contracts/Rewards.sol";
import {Books} from "./Books.sol";
import {Handler} from "./Handler.sol";
import {Trader} from "./Trader.sol";
import {vm} from "./Vm.sol";

/// @notice Invariant 12 of contracts/README.md: channels and pools, endowments, rewards.
contract TradeInvariants is Books {
    error NeverHappens(uint256 act);

    Trader private trader;

    function setUp() public {
        _begin(0);
        trader = Trader(address(handler));
    }

    function _newHandler(uint16 healthBps) internal override returns (Handler) {
        return new Trader(healthBps);
    }

    /// @notice Channels' tokens = deposits and pools not redeemed.
    function invariant_12_channels() public nowAndThen(2) {
        (Trader.Line[] memory lines, Trader.Line[] memory pools,) = trader.lists();
        uint256 held = _held(lines) + _held(pools);
        require(token.balanceOf(address(trader.channels())) == held, "channels hold something else than the deposits");
        _requireNoFault();
    }

    /// @notice An endowment's tokens and shares = what came in, less what its agreements cost, fund by fund.
    function invariant_12_endowments() public nowAndThen(2) {
        (,, Trader.Fund[] memory funds) = trader.lists();
        uint256 held;
        for (uint256 i; i < funds.length; ++i) {
            uint256 left = funds[i].paidIn - funds[i].paidOut;
            require(trader.holdingsOf(i + 1) == left, "a fund holds something else than what is left of it");
            held += left;
        }
        address endowment = address(trader.endowment());
        require(
            token.balanceOf(endowment) + trader.vault().balanceOf(endowment) == held, "endowments hold something else"
        );
        _requireNoFault();
    }

    /// @notice What rewards were paid is what the reserve lacks; the market's own claims add up all the same.
    function invariant_12_rewards() public nowAndThen(4) {
        require(
            token.balanceOf(address(trader.rewards())) + trader.issuedInAll() == 1e30, "rewards went somewhere else"
        );
        _goTo(market.currentEpoch() + 1);
        _settleAll();
        require(token.balanceOf(address(market)) == _owed() + _deposits() + _prepaid(), "the claims do not add up");
    }

    /// @notice Once everybody has left, nothing is left.
    function invariant_12_nothingStuck() public nowAndThen(8) {
        _leaveTrade();
    }

    function test_everyTradeHappens() public {
        bytes4[14] memory acts = [
            Channels.open.selector, Channels.topUp.selector, Channels.redeem.selector, Channels.redeemEach.selector,
            Channels.close.selector, Channels.sponsor.selector, Channels.fundPool.selector, Channels.redeemServed.selector,
            Channels.closePool.selector, Endowment.found.selector, Endowment.endow.selector, Endowment.release.selector,
            Endowment.reclaim.selector, Rewards.claim.selector
        ];
        uint256 missing;
        for (uint256 i; i < 4_000; ++i) {
            _act(uint256(keccak256(abi.encode(i))));
            while (missing < acts.length && trader.done(acts[missing]) > 0) ++missing;
            if (i > 600 && missing == acts.length) break;
        }
        require(missing == acts.length, NeverHappens(missing));
        _requireNoFault();
        _leaveTrade();
    }

    function _act(uint256 x) private {
        uint256 which = x % 20;
        if (which == 0) trader.openAndFill(x);
        else if (which == 1) trader.settle(x);
        else if (which == 2) trader.openChannel(x);
        else if (which == 3) trader.topUpChannel(x);
        else if (which == 4 || which == 5) trader.redeem(x);
        else if (which == 6) trader.closeChannel(x);
        else if (which == 7) trader.sponsor(x);
        else if (which == 8) trader.fundPool(x);
        else if (which == 9) trader.redeemServed(x);
        else if (which == 10) trader.closePool(x);
        else if (which == 11) trader.found(x);
        else if (which == 12) trader.endow(x);
        else if (which == 13 || which > 16) trader.releaseFund(x);
        else if (which == 14) trader.reclaim(x);
        else if (which == 15) trader.claim(x);
        else trader.release(x);
    }

    function _leaveTrade() private {
        Channels channels = trader.channels();
        Endowment endowment = trader.endowment();
        (Trader.Line[] memory lines, Trader.Line[] memory pools, Trader.Fund[] memory funds) = trader.lists();
        for (uint256 i; i < lines.length; ++i) {
            if (lines[i].isClosed) continue;
            vm.prank(lines[i].owner);
            channels.startClosing(lines[i].number);
        }
        for (uint256 i; i < pools.length; ++i) {
            if (pools[i].isClosed) continue;
            vm.prank(pools[i].owner);
            channels.startClosingPool(pools[i].number);
        }
        _leave();
        for (uint256 i; i < lines.length; ++i) {
            if (!lines[i].isClosed) channels.close(lines[i].number);
        }
        for (uint256 i; i < pools.length; ++i) {
            if (!pools[i].isClosed) channels.closePool(pools[i].number);
        }
        for (uint256 i; i < funds.length; ++i) {
            vm.prank(funds[i].founder);
            endowment.reclaim(i + 1);
        }
        require(token.balanceOf(address(channels)) == 0, "channels keep something");
        require(token.balanceOf(address(endowment)) == 0, "endowments keep tokens");
        require(trader.vault().balanceOf(address(endowment)) == 0, "endowments keep shares");
        require(token.balanceOf(address(market)) == 0, "the market keeps something");
    }

    function _held(Trader.Line[] memory lines) private pure returns (uint256 total) {
        for (uint256 i; i < lines.length; ++i) {
            if (!lines[i].isClosed) total += lines[i].paidIn - lines[i].paidOut;
        }
    }

    function _requireNoFault() private view {
        require(trader.faultCount() == 0, trader.faultCount() == 0 ? "" : trader.faults(0));
    }
}
