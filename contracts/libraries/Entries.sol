// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AgreementId, NodeId} from "../types/Ids.sol";
import {Entry} from "../types/Structs.sol";

/// @notice An Entry in one word: rent 96 bits, agreement 32, start epoch 32, parent 32, slot 8, from the lowest bit up.
/// By hand, because the compiler writes a packed struct in several steps, each of which costs a storage access.
library Entries {
    function pack(AgreementId agreement, uint256 slot, NodeId parent, uint32 startEpoch, uint96 rent)
        internal
        pure
        returns (uint256)
    {
        return uint256(rent) | uint256(AgreementId.unwrap(agreement)) << 96 | uint256(startEpoch) << 128
            | uint256(NodeId.unwrap(parent)) << 160 | slot << 192;
    }

    function unpack(uint256 word) internal pure returns (Entry memory) {
        return Entry({
            agreement: AgreementId.wrap(uint32(word >> 96)),
            slot: uint8(word >> 192),
            parent: NodeId.wrap(uint32(word >> 160)),
            startEpoch: uint32(word >> 128),
            rent: uint96(word)
        });
    }

    function rentOf(uint256 word) internal pure returns (uint96) {
        return uint96(word);
    }
}
