// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The protocol's time: epochs count from genesis, periods are whole numbers of epochs.
struct Clock {
    uint64 genesis;
    uint32 epochSeconds;
    uint32 epochsPerPeriod;
}

/// @dev No transaction moves the clock; it is read from the block's timestamp.
abstract contract Timed {
    error BadClock(uint32 epochSeconds, uint32 epochsPerPeriod);

    uint64 public immutable genesis;
    uint32 public immutable epochSeconds;
    uint32 public immutable epochsPerPeriod;

    constructor(Clock memory clock_) {
        require(
            clock_.epochSeconds > 0 && clock_.epochsPerPeriod > 0 && clock_.genesis <= block.timestamp,
            BadClock(clock_.epochSeconds, clock_.epochsPerPeriod)
        );
        genesis = clock_.genesis;
        epochSeconds = clock_.epochSeconds;
        epochsPerPeriod = clock_.epochsPerPeriod;
    }

    function clock() external view virtual returns (Clock memory) {
        return Clock(genesis, epochSeconds, epochsPerPeriod);
    }

    function currentEpoch() public view returns (uint32) {
        return uint32((block.timestamp - genesis) / epochSeconds);
    }

    function currentPeriod() public view returns (uint32) {
        return currentEpoch() / epochsPerPeriod;
    }
}
