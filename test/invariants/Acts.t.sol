// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Books} from "./Books.sol";
import {IMarket} from "./Contracts.sol";

/// @notice An invariant that nobody tries to break holds for nothing: every act of the handler must go through now and then.
contract ActsTest is Books {
    /// @param act its number in the list below
    error NeverHappens(uint256 act);

    function setUp() public {
        _begin(0);
    }

    function test_everyActHappens() public {
        bytes4[24] memory acts = [
            IMarket.open.selector, IMarket.commit.selector, IMarket.acknowledge.selector, IMarket.retire.selector,
            IMarket.close.selector, IMarket.release.selector, IMarket.extend.selector, IMarket.renew.selector,
            IMarket.grow.selector, IMarket.topUp.selector, IMarket.takePot.selector, IMarket.poke.selector,
            IMarket.prove.selector, IMarket.proveMany.selector, IMarket.settle.selector, IMarket.withdrawNode.selector,
            IMarket.reportMisses.selector, IMarket.replace.selector, IMarket.surrender.selector, IMarket.challenge.selector,
            IMarket.answer.selector, IMarket.endChallenge.selector, IMarket.dismiss.selector, IMarket.lock.selector
        ];
        uint256 missing;
        for (uint256 i; i < 6_000; ++i) {
            _act(uint256(keccak256(abi.encode(i))));
            while (missing < acts.length && handler.done(acts[missing]) > 0) ++missing;
            if (i > 1_000 && missing == acts.length) break;
        }
        require(missing == acts.length, NeverHappens(missing));
        require(handler.rotations() > 0, "no key was ever changed");
        require(handler.faultCount() == 0, handler.faultCount() == 0 ? "" : handler.faults(0));
        _leave();
        require(token.balanceOf(address(market)) == 0 && token.balanceOf(address(registry)) == 0, "something stays");
    }

    function _act(uint256 x) private {
        uint256 which = x % 29;
        if (which == 0) handler.advance(x);
        else if (which < 3) handler.openAndFill(x);
        else if (which < 5) handler.dismiss(x);
        else if (which == 5) handler.open(x);
        else if (which == 6) handler.commit(x);
        else if (which == 7) handler.acknowledge(x);
        else if (which == 8) handler.retire(x);
        else if (which == 9) handler.extend(x);
        else if (which == 10) handler.renew(x);
        else if (which == 12 || which == 11) handler.close(x);
        else if (which == 13) handler.release(x);
        else if (which == 14) handler.grow(x);
        else if (which == 15) handler.proveLazily(x);
        else if (which == 16) handler.forge(x);
        else if (which == 17) handler.repeat(x);
        else if (which == 18) handler.report(x);
        else if (which == 19) handler.giveNotice(x);
        else if (which == 20) handler.surrender(x);
        else if (which < 23) handler.replace(x);
        else if (which == 23) handler.challenge(x);
        else if (which == 24) handler.answer(x);
        else if (which == 25) handler.endChallenge(x);
        else if (which == 26) handler.takePot(x);
        else if (which == 27) handler.withdraw(x);
        else if (x % 5 == 0) handler.sendLate(x);
        else if (x % 7 == 0) handler.changeOperator(x);
        else if (x % 3 == 0) handler.settle(x);
        else if (x % 3 == 1) handler.moveStake(x);
        else handler.lock(x);
    }
}
