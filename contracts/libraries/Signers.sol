// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {NodeId, AgreementId} from "../types/Ids.sol";
import {Book, Setting} from "../types/Book.sol";
import "../types/Errors.sol";
import {Quotes} from "./Quotes.sol";
import {Slots} from "./Slots.sol";

/// @notice Signatures of operators: EIP-712, EIP-2098 compact (which rules out the malleable half).
library Signers {
    function requireSigner(
        bytes32 domainSeparator,
        NodeId provider,
        address operator,
        bytes32 structHash,
        bytes32 r,
        bytes32 vs
    ) internal pure {
        (address signer,,) = ECDSA.tryRecover(MessageHashUtils.toTypedDataHash(domainSeparator, structHash), r, vs);
        require(signer == operator && signer != address(0), BadSignature(provider, signer, operator));
    }

    /// @notice The caller is the creator, or holds a session key of the creator's.
    function requireCreator(Book storage book, address creator) internal view {
        if (msg.sender == creator) return;
        uint64 expiry = book.sessions[creator][msg.sender];
        require(expiry != 0, NotCreator(msg.sender, creator));
        require(expiry >= block.timestamp, SessionExpired(msg.sender, expiry, block.timestamp));
    }

    /// @param slots bit i: the next 64 bytes of `receipts` are slot i's
    function requireReceipts(
        Book storage book,
        Setting memory setting,
        AgreementId id,
        uint32 bundle,
        bytes32 root,
        uint32 batches,
        uint64 slots,
        bytes calldata receipts
    ) internal view {
        uint256 cursor;
        for (uint256 slot; slots != 0; ++slot) {
            if (slots & 1 == 1) {
                NodeId provider = Slots.providerOf(book, id, slot);
                requireSigner(
                    setting.domainSeparator,
                    provider,
                    setting.registry.operatorOf(provider),
                    Quotes.receiptHash(id, bundle, root, batches, slot),
                    bytes32(receipts[cursor:cursor + 32]),
                    bytes32(receipts[cursor + 32:cursor + 64])
                );
                cursor += 64;
            }
            slots >>= 1;
        }
    }
}
