// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";

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
        (succeeded, result) = armed.call(call);
    }
}

/// @notice A vault that calls back before it takes or gives anything.
contract ReenteringVault is ERC4626, Armed {
    constructor(IERC20 token_) ERC4626(token_) ERC20("Reentering", "R") {}

    function deposit(uint256 assets, address receiver) public override returns (uint256) {
        _fire();
        return super.deposit(assets, receiver);
    }

    function withdraw(uint256 assets, address receiver, address owner) public override returns (uint256) {
        _fire();
        return super.withdraw(assets, receiver, owner);
    }
}

/// @notice A treasury that calls back when it is paid.
contract ReenteringTreasury is Armed {
    receive() external payable {
        _fire();
    }

    function act(address to, bytes calldata data) external {
        (bool ok,) = to.call(data);
        require(ok);
    }
}
