// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Quotes} from "../../../contracts/libraries/Quotes.sol";
import {AgreementId} from "../../../contracts/types/Ids.sol";
import {SlotOffer, Succession, Terms} from "../../../contracts/types/Structs.sol";

/// @notice The EIP-712 struct hashes as the market computes them.
contract QuotesHarness {
    function termsHash(Terms calldata terms) external pure returns (bytes32) {
        return Quotes.hash(terms);
    }

    function offerHash(SlotOffer calldata offer, Terms calldata terms) external pure returns (bytes32) {
        return Quotes.hash(offer, Quotes.hash(terms));
    }

    function receiptHash(AgreementId agreement, uint32 bundle, bytes32 root, uint32 batches, uint256 slot)
        external
        pure
        returns (bytes32)
    {
        return Quotes.receiptHash(agreement, bundle, root, batches, slot);
    }

    function successionHash(Succession calldata succession) external pure returns (bytes32) {
        return Quotes.hash(succession);
    }
}
