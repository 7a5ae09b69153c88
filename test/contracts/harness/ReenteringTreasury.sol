// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Armed} from "./Armed.sol";

/// @notice A treasury that calls back when it is paid.
contract ReenteringTreasury is Armed {
    error Failed();

    receive() external payable {
        _fire();
    }

    function act(address to, bytes calldata data) external {
        // solhint-disable-next-line avoid-low-level-calls
        (bool ok,) = to.call(data);
        require(ok, Failed());
    }
}
