// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Token} from "../../../contracts/Token.sol";

/// @notice Keeps one percent of every transfer, once told to.
contract TollToken is Token {
    uint256 public feePercent;

    constructor(address holder, uint256 supply) Token(holder, supply) {}

    function setFee(uint256 percent) external {
        feePercent = percent;
    }

    function _update(address from, address to, uint256 value) internal override {
        uint256 fee = from == address(0) || to == address(0) ? 0 : value * feePercent / 100;
        super._update(from, to, value - fee);
        if (fee > 0) super._update(from, address(0), fee);
    }
}
