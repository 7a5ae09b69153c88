// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";

/// @notice An honest vault: whatever is sent to it is yield.
contract Vault is ERC4626 {
    constructor(IERC20 token_) ERC4626(token_) ERC20("Vault", "V") {}
}
