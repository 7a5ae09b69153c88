// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Calls somebody once, the next time it is touched, and keeps what came of it.
abstract contract Armed {
    address private target;
    bytes private call;

    bool public called;
    bool public succeeded;
    bytes public result;

    function arm(address target_, bytes calldata call_) external {
        (target, call) = (target_, call_);
        (called, succeeded, result) = (false, false, "");
    }

    function _fire() internal {
        if (target == address(0)) return;
        address armed = target;
        target = address(0);
        called = true;
        // Whatever the test wants to be called.
        // solhint-disable-next-line avoid-low-level-calls
        (succeeded, result) = armed.call(call);
    }
}
