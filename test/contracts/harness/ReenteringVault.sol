// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {Armed} from "./Armed.sol";

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
