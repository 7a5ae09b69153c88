// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NodeId} from "../types/Ids.sol";
import {Party, Pledge} from "../types/Parties.sol";
import {Tier} from "../types/Structs.sol";
import {Clock} from "../libraries/Clock.sol";

/// @notice What the market needs of the registry.
interface IRegistry {
    function clock() external view returns (Clock memory);
    function market() external view returns (address);
    function operatorOf(NodeId id) external view returns (address);
    function payoutOf(NodeId id) external view returns (address);
    function tierOf(NodeId id) external view returns (Tier);
    function regionOf(NodeId id) external view returns (uint16);
    function parentOf(NodeId id) external view returns (NodeId);

    /// @notice Brings the node's books one period on, if they are behind.
    /// @return rent per epoch, as of the books' period
    /// @return isExact the books are those of the current period: it is the rent of now
    function rollDuty(NodeId id) external returns (uint96 rent, bool isExact);

    /// @notice Rent per epoch that the node has promised to earn now.
    function rentOf(NodeId id) external view returns (uint96 rent);

    /// @notice Rent per epoch now, and in the last epoch of the period before; since when there has been any, for both; and the tier by
    /// whose rules the node is judged.
    function dutyOf(NodeId id)
        external
        view
        returns (uint96 rent, uint96 rentBefore, uint32 sinceEpoch, uint32 sinceBefore, Tier tier);

    /// @notice Records what providers promise to earn until the period begins; each must have the stake for it.
    function engage(Pledge[] calldata pledges, uint32 endPeriod) external returns (Party[] memory parties);
    function disengage(NodeId id, uint96 rent, uint32 endPeriod) external;
    /// @notice Moves the end of a promise. Whoever promises for longer must have the stake for all its promises.
    function reschedule(NodeId id, uint96 rent, uint32 endPeriod, uint32 newEndPeriod) external;
    function slash(NodeId id, uint256 amount) external returns (uint256 taken);
}
