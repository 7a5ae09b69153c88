// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {Market} from "./Market.sol";
import {NodeId} from "./types/Ids.sol";
import {Tier} from "./types/Structs.sol";

/// @notice Hands out a reserve to providers in proportion to what they earned by proofs, at most `capPerPeriod` in one period.
/// The measure is the part of the fees on their earnings that was burned, and a reward is at most half of that: whoever rents from
/// himself, through a heavy node of his own, burns two units for every unit that he wins.
contract Rewards {
    using SafeERC20 for IERC20;

    error NothingToClaim(NodeId id);
    error NotAProvider(NodeId id, Tier tier);
    error CapReached(uint32 period, uint256 cap);

    event Rewarded(NodeId indexed id, address to, uint256 amount);

    IERC20 public immutable token;
    Market public immutable market;
    IRegistry public immutable registry;
    uint256 public immutable capPerPeriod;

    /// @notice What the market had burned for a provider up to its last claim.
    mapping(NodeId => uint256) public countedFor;
    mapping(uint32 => uint256) public issuedIn;

    constructor(Market market_, uint256 capPerPeriod_) {
        market = market_;
        token = market_.token();
        registry = market_.registry();
        capPerPeriod = capPerPeriod_;
    }

    /// @notice Pays a provider's reward to its payout address. What the period's cap or the reserve cuts off stays claimable later.
    function claim(NodeId id) external returns (uint256 amount) {
        // Of a heavy node the market counts what waits to be burned: the same fees, a second time.
        Tier tier = registry.tierOf(id);
        require(tier != Tier.None && tier != Tier.Heavy, NotAProvider(id, tier));
        uint32 period = market.currentPeriod();
        uint256 counted = countedFor[id];
        amount = (market.burnedFor(id) - counted) / 2;
        require(amount > 0, NothingToClaim(id));
        uint256 room = capPerPeriod - issuedIn[period];
        uint256 reserve = token.balanceOf(address(this));
        if (reserve < room) room = reserve;
        if (amount > room) amount = room;
        require(amount > 0, CapReached(period, capPerPeriod));
        countedFor[id] = counted + 2 * amount;
        issuedIn[period] += amount;
        address to = registry.payoutOf(id);
        emit Rewarded(id, to, amount);
        token.safeTransfer(to, amount);
    }
}
