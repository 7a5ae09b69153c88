// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";

/// @notice For payers without an allowance: a signature instead of a transaction, in front of any act. Every contract that takes tokens
/// is one of these.
abstract contract Permits {
    IERC20 public immutable token;

    constructor(IERC20 token_) {
        token = token_;
    }

    /// @notice The caller's EIP-2612 permit for this contract, and then an act of this contract by the caller. Answers and reverts as the
    /// act does. A permit that does not hold is passed over, because anybody may have sent the same one first: the allowance decides.
    /// @param value token units that the permit allows, in place of what was allowed before
    /// @param act selector and arguments
    /// @dev The act runs here, with the sender and the data that it would have had alone, so nothing can be done by this that could not be
    /// done without it. Neither takes coin; guards are the act's own.
    function permitAndCall(uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s, bytes calldata act)
        external
    {
        // solhint-disable-next-line no-empty-blocks
        try IERC20Permit(address(token)).permit(msg.sender, address(this), value, deadline, v, r, s) {} catch {}
        // In assembly, so that the act's answer is the answer, whatever its type; the market has no room for a second encoding.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let data := mload(0x40)
            calldatacopy(data, act.offset, act.length)
            let success := delegatecall(gas(), address(), data, act.length, 0, 0)
            returndatacopy(data, 0, returndatasize())
            if success { return(data, returndatasize()) }
            revert(data, returndatasize())
        }
    }
}
