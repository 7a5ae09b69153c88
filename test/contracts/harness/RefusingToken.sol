// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Token} from "../../../contracts/Token.sol";

/// @notice Says false instead of moving tokens, once told to.
contract RefusingToken is Token {
    bool public refuses;

    constructor(address holder, uint256 supply) Token(holder, supply) {}

    function setRefuses(bool refuses_) external {
        refuses = refuses_;
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        return !refuses && super.transfer(to, value);
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        return !refuses && super.transferFrom(from, to, value);
    }
}
