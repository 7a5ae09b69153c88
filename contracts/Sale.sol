// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @notice Sells tokens for the chain's coin at a fixed rate, out of what it holds.
contract Sale {
    using SafeERC20 for IERC20;

    error NothingPaid();
    error SoldOut(uint256 wanted, uint256 left);
    error NotTreasury(address caller, address treasury);

    event Bought(address indexed buyer, uint256 paid, uint256 tokens);

    IERC20 public immutable token;
    /// @notice Token units for one unit of the coin.
    uint256 public immutable rate;
    address payable public immutable treasury;

    constructor(IERC20 token_, uint256 rate_, address payable treasury_) {
        token = token_;
        rate = rate_;
        treasury = treasury_;
    }

    function buy() external payable returns (uint256 tokens) {
        require(msg.value > 0, NothingPaid());
        tokens = msg.value * rate;
        uint256 left = token.balanceOf(address(this));
        require(tokens <= left, SoldOut(tokens, left));
        emit Bought(msg.sender, msg.value, tokens);
        token.safeTransfer(msg.sender, tokens);
    }

    function collect() external {
        require(msg.sender == treasury, NotTreasury(msg.sender, treasury));
        Address.sendValue(treasury, address(this).balance);
    }
}
