// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Token} from "../../../contracts/Token.sol";

/// @notice Calls back in the middle of a transfer, before anything has moved. It can act as creator or operator itself.
contract CallbackToken is Token {
    address private target;
    bytes private call;
    bool private insists;

    /// What the last callback came to.
    bool public called;
    bool public succeeded;
    bytes public result;

    constructor(address holder, uint256 supply) Token(holder, supply) {}

    /// @param insists_ a refused callback makes the transfer fail too
    function arm(address target_, bytes calldata call_, bool insists_) external {
        (target, call, insists) = (target_, call_, insists_);
        (called, succeeded, result) = (false, false, "");
    }

    /// @notice Does anything in the token's own name.
    function act(address target_, bytes calldata call_) external returns (bytes memory) {
        return _forward(target_, call_, true);
    }

    function _update(address from, address to, uint256 value) internal override {
        if (target != address(0)) {
            address armed = target;
            target = address(0);
            result = _forward(armed, call, insists);
            called = true;
        }
        super._update(from, to, value);
    }

    function _forward(address to, bytes memory data, bool insist) private returns (bytes memory answer) {
        // Whatever the test wants to be called.
        // solhint-disable-next-line avoid-low-level-calls
        (succeeded, answer) = to.call(data);
        if (!succeeded && insist) {
            // The error comes through as it is.
            // solhint-disable-next-line no-inline-assembly
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
    }
}
