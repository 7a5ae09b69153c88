// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";

/// @notice A vault that takes deposits and never pays.
contract FailingVault is ERC4626 {
    error Gone();

    constructor(IERC20 token_) ERC4626(token_) ERC20("FailingVault", "V") {}

    function withdraw(uint256, address, address) public pure override returns (uint256) {
        revert Gone();
    }
}
