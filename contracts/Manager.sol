// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

/// @notice Decides who may change the market's parameters, and after which delay. OpenZeppelin's, unchanged.
contract Manager is AccessManager {
    constructor(address admin) AccessManager(admin) {}
}
