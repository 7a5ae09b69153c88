// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";

/// @notice A vault that says it paid and does not: whoever believes it pays with other people's tokens.
contract LyingVault is ERC4626 {
    constructor(IERC20 token_) ERC4626(token_) ERC20("Liar", "L") {}

    function withdraw(uint256, address, address) public pure override returns (uint256) {
        return 0;
    }
}
