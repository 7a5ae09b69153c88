// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AgreementId} from "../types/Ids.sol";
import {Terms, SlotOffer, Succession} from "../types/Structs.sol";

/// @notice EIP-712 struct hashes of everything that providers sign. offchain/wire/typed-data.ts holds the same types.
library Quotes {
    bytes32 internal constant TERMS_TYPEHASH = keccak256(
        "Terms(address creator,uint32 nonce,uint32 heavy,uint16 feeBps,uint8 k,uint8 m,uint8 batchLog2,uint32 quota,uint32 endPeriod)"
    );
    bytes32 internal constant OFFER_TYPEHASH = keccak256(
        "Offer(Terms terms,uint32 provider,uint96 price,uint64 expiry)"
        "Terms(address creator,uint32 nonce,uint32 heavy,uint16 feeBps,uint8 k,uint8 m,uint8 batchLog2,uint32 quota,uint32 endPeriod)"
    );
    bytes32 internal constant RECEIPT_TYPEHASH =
        keccak256("Receipt(uint32 agreement,uint32 bundle,bytes32 root,uint32 batches,uint8 slot)");
    /// @dev `turn` makes it usable once; `endPeriod` is the end before.
    bytes32 internal constant EXTENSION_TYPEHASH =
        keccak256("Extension(uint32 agreement,uint8 slot,uint32 endPeriod,uint32 newEndPeriod,uint32 turn)");
    bytes32 internal constant SUCCESSION_TYPEHASH = keccak256(
        "Succession(uint32 agreement,uint8 slot,uint32 provider,uint96 price,uint32 bundles,uint32 turn,uint64 expiry,address repairer)"
    );

    function hash(Terms calldata t) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                TERMS_TYPEHASH, t.creator, t.nonce, t.heavy, t.feeBps, t.k, t.m, t.batchLog2, t.quota, t.endPeriod
            )
        );
    }

    function hash(SlotOffer calldata o, bytes32 termsHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(OFFER_TYPEHASH, termsHash, o.provider, o.price, o.expiry));
    }

    function receiptHash(AgreementId agreement, uint32 bundle, bytes32 root, uint32 batches, uint256 slot)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(RECEIPT_TYPEHASH, agreement, bundle, root, batches, slot));
    }

    function extensionHash(AgreementId agreement, uint256 slot, uint32 endPeriod, uint32 newEndPeriod, uint32 turn)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(EXTENSION_TYPEHASH, agreement, slot, endPeriod, newEndPeriod, turn));
    }

    function hash(Succession calldata s) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                SUCCESSION_TYPEHASH,
                s.agreement,
                s.slot,
                s.provider,
                s.price,
                s.bundles,
                s.turn,
                s.expiry,
                s.repairer
            )
        );
    }
}
