// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";

/// @notice A vault that takes less than it was given, to come back for the rest of the allowance.
contract GreedyVault is ERC4626 {
    constructor(IERC20 token_) ERC4626(token_) ERC20("GreedyVault", "V") {}

    function deposit(uint256 assets, address receiver) public override returns (uint256) {
        return super.deposit(assets / 2, receiver);
    }
}
